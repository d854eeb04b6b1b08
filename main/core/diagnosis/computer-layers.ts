import type { CardReport } from '../inspection/card-report.js';
import type { BrowserState, ComputerPort } from './diagnosis-ports.js';
import { found, type Found } from './layer-result.js';
import { maskText } from './mask.js';
import { DOUBTFUL_FUTURE, KNOWN_PAST } from './release-date.js';

/** Whether web pages on this PC find a client of this user, by a port or only through the extension. */
export async function checkBridgePort(computer: ComputerPort): Promise<Found> {
  const ports = await computer.bridgePorts();
  const isFree = ({ holder }: (typeof ports)[number]): boolean => holder.kind === 'free';
  const own = ports.find(({ holder }) => holder.kind === 'client');
  const held = ports.filter((port) => !isFree(port) && port !== own);
  const taken = held.length > 0 ? { taken: held.length } : {};
  if (own) return found('client-answers', { port: own.port, ...taken });
  const strangers = held.flatMap(({ holder }) => (holder.kind === 'other-program' ? [holder] : []));
  const unverifiedName = strangers.find((holder) => holder.unverifiedName !== undefined)?.unverifiedName;
  const program = unverifiedName === undefined ? '' : maskText(unverifiedName, await computer.identifyingWords());
  const holders = { ...taken, ...(program !== '' && { program }) };
  if (await computer.servesExtension()) return found('extension-serves', holders);
  if (ports.some(isFree)) return found('client-not-running', taken);
  return strangers.length === 0 ? found('other-user-serves', taken) : found('port-taken', holders);
}

/** Whether the browsers of this PC could start this program for our extension. The extension itself cannot be seen from here. */
export async function checkBrowsers(computer: ComputerPort): Promise<Found> {
  const browsers = await computer.browsers();
  const native = browsers.filter(({ packaging }) => packaging === 'native');
  const details = {
    ...named('registered', native, ({ registration }) => registration === 'current'),
    ...named('unregistered', native, ({ registration }) => registration !== 'current'),
    ...named('sandboxed', browsers, ({ packaging }) => packaging !== 'native'),
  };
  if (browsers.length === 0) return found('no-known-browser');
  if (native.length === 0) return found('sandboxed-browser', details);
  const any = (state: BrowserState['registration']): boolean =>
    native.some(({ registration }) => registration === state);
  if (any('unreadable')) return found('registration-unreadable', details);
  if (any('foreign')) return found('foreign-registration', details);
  if (any('outdated')) return found('extension-outdated', details);
  if (any('absent')) return found('extension-not-registered', details);
  return found('extension-registered', details);
}

/** `{ [key]: 'chrome firefox-snap' }`, or nothing where there is none. */
function named(
  key: string,
  browsers: readonly BrowserState[],
  holds: (browser: BrowserState) => boolean,
): Readonly<Record<string, string>> {
  const names = browsers
    .filter(holds)
    .map(({ browser, packaging }) => (packaging === 'native' ? browser : `${browser}-${packaging}`));
  return names.length === 0 ? {} : { [key]: names.join(' ') };
}

/**
 * Whether this PC's clock can be right: not before this version was made, and not before the certificate on the card begins.
 * No network is asked. `compared` says what with.
 */
export function clockFinding(now: Date, report: CardReport | undefined): Found {
  const certificate = report?.certificates.authentication;
  const notBefore = certificate?.status === 'readable' ? certificate.notBefore : undefined;
  const compared = notBefore === undefined ? 'program-release' : 'program-release certificate';
  // NaN is before nothing and after nothing.
  if (!(now >= KNOWN_PAST)) return found('clock-before-release', { compared });
  if (notBefore !== undefined && now < notBefore) return found('clock-before-certificate', { compared });
  if (now > DOUBTFUL_FUTURE) return found('clock-far-ahead', { compared });
  return found('clock-plausible', { compared });
}
