import { displayText } from '../../core/consent/display-text.js';
import type { DownloadFailure, UpdateFailure, Updates, UpdateState } from '../../core/updates/updates.js';
import type { Handlers } from '../../ipc/calls.js';
import type { SettingsCalls, ShownUpdate, ShownUpdateFailure, UpdatesView } from '../../ipc/settings.js';
import { downloadsFolder } from '../../node/updates/index.js';
import type { CallContext } from './call-context.js';

/** What these handlers need of a `CallContext`. */
export interface UpdateCallContext extends Pick<CallContext, 'signal'> {
  readonly desktop: Pick<CallContext['desktop'], 'showInFolder'>;
  readonly client: { readonly updates: Updates };
}

type UpdateCalls = Pick<SettingsCalls, 'settings.updates' | 'settings.checkUpdates' | 'settings.downloadUpdate'>;

/** Code points of a path; no system has longer ones that a person would read. */
const PATH_LENGTH = 400;

/** The part of the settings page about newer versions. */
export function updateCalls(
  { client: { updates }, desktop, signal }: UpdateCallContext,
  folder: () => string = downloadsFolder,
): Handlers<UpdateCalls> {
  const view = (state: UpdateState): UpdatesView => ({ version: updates.version, update: shownUpdate(state, updates) });
  return {
    'settings.updates': async () => view(await updates.state()),
    'settings.checkUpdates': async () => view(await updates.check(true)),
    async 'settings.downloadUpdate'({ version, agreedToMajor }) {
      const result = await updates.download({ version, folder: folder(), agreedToMajor, signal });
      if (result.status === 'failed') return { status: 'failed', failure: shownFailure(result.failure) };
      desktop.showInFolder(result.path);
      return { status: 'saved', shownPath: displayText(result.path, PATH_LENGTH) };
    },
  };
}

function shownUpdate(state: UpdateState, { installation }: Updates): ShownUpdate {
  if (!('checkedAt' in state)) return state;
  const checkedAt = state.checkedAt.toISOString();
  switch (state.status) {
    case 'failed':
      return { status: 'failed', failure: shownFailure(state.failure), checkedAt };
    case 'current':
      return { status: 'current', belowMinimum: state.belowMinimum, checkedAt };
    case 'available': {
      const { offer, belowMinimum } = state;
      const brought = installation === 'package-manager' ? 'package-manager' : 'elsewhere';
      return {
        status: 'available',
        version: offer.version,
        isMajor: offer.change === 'major',
        belowMinimum,
        from: offer.package ? 'download' : brought,
        ...(offer.notes !== undefined && { notes: offer.notes }),
        checkedAt,
      };
    }
  }
}

function shownFailure(failure: UpdateFailure | DownloadFailure): ShownUpdateFailure {
  if (failure === 'http-offline') return 'offline';
  if (failure === 'feed-rollback' || failure === 'feed-expired' || failure === 'feed-not-yet-valid') return 'old';
  return failure.startsWith('http-') ? 'unreachable' : 'forged';
}
