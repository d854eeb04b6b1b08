import { parseRequestOrigin } from '../../core/bridge/origin.js';
import { displayText } from '../../core/consent/display-text.js';
import { ClientError } from '../../core/errors.js';
import type { GovernmentSites, GovernmentSitesStatus } from '../../core/government-sites/government-sites.js';
import type { Handlers } from '../../ipc/calls.js';
import type {
  AddedSite,
  GovernmentBrowser,
  GovernmentSitesCalls,
  GovernmentSitesView,
} from '../../ipc/government-sites.js';
import type { CallContext } from './call-context.js';
import { originOfAddress, shownOrigin } from './site-addresses.js';

/** What these handlers need of a `CallContext`. */
export interface GovernmentSitesCallContext extends Pick<CallContext, 'push' | 'signal'> {
  readonly client: { readonly governmentSites: GovernmentSites };
}

/** Code points of a browser's name. */
const BROWSER_LENGTH = 80;

/** The calls about today's government sites, for one window: until it ends, it is told of every change, whoever makes it. */
export function governmentSitesCalls(
  { client: { governmentSites }, push, signal }: GovernmentSitesCallContext,
  isLinux = process.platform === 'linux',
): Handlers<GovernmentSitesCalls> {
  const view = (): GovernmentSitesView => shownStatus(governmentSites.status(), isLinux);
  const stop = governmentSites.onChange(() => {
    const changed = unlessUnreadable(view);
    if (changed) push('government.changed', changed);
  });
  signal.addEventListener('abort', stop, { once: true });
  return {
    'government.read': view,
    async 'government.addWindowsSite'({ address }): Promise<AddedSite> {
      const origin = originOfAddress(address);
      if (origin === undefined) return { status: 'no-address' };
      if (governmentSites.status().windowsUserAgent.includes(origin)) return { status: 'already' };
      try {
        await governmentSites.setWindowsUserAgent(origin, true);
      } catch (thrown) {
        if (thrown instanceof ClientError && thrown.code === 'ERR_ORIGIN_NOT_ALLOWED') {
          return { status: 'not-government' };
        }
        throw thrown;
      }
      return { status: 'added', view: view() };
    },
    async 'government.removeWindowsSite'({ origin }) {
      await governmentSites.setWindowsUserAgent(parseRequestOrigin(origin), false);
      return view();
    },
    async 'government.resetIdentifiers'() {
      await governmentSites.resetIdentifiers();
      return { done: true };
    },
  };
}

function shownStatus(
  { origins, windowsUserAgent, browsers }: GovernmentSitesStatus,
  isLinux: boolean,
): GovernmentSitesView {
  return {
    origins: origins.map(shownOrigin),
    isLinux,
    windowsUserAgent: windowsUserAgent.map(shownOrigin),
    browsers: browsers.map(shownBrowser),
  };
}

function shownBrowser({ name, permission, lastPage }: GovernmentSitesStatus['browsers'][number]): GovernmentBrowser {
  return {
    shownName: displayText(name, BROWSER_LENGTH),
    permission,
    ...(lastPage && {
      lastPage: {
        site: shownOrigin(lastPage.origin),
        marker: lastPage.marker,
        at: lastPage.at.toISOString(),
      },
    }),
  };
}

/** Where it cannot be read there is nothing to tell; whoever asks is told why. */
function unlessUnreadable(view: () => GovernmentSitesView): GovernmentSitesView | undefined {
  try {
    return view();
  } catch (thrown) {
    if (thrown instanceof ClientError && thrown.code === 'ERR_INTERNAL_FILE') return undefined;
    throw thrown;
  }
}
