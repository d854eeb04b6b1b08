import type { UpdateChannel } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import type { Setting } from '../settings/settings.js';
import { isBelow, type InstallationKind, type UpdateOffer } from './decide-update.js';
import type { FeedFault } from './judge-feed.js';

/** Why there is no answer: the feed is refused, or nothing came (`http-` and a reason of `HttpExchangeError`). */
export type UpdateFailure = `feed-${FeedFault}` | `http-${string}`;

/**
 * What is known about newer versions. `unconfigured`: this build names no feed, so that nobody can be asked. `off`: the
 * administrator has nothing looked for. `unasked`: nobody asked yet. `current`: nothing newer was there when it was looked for last.
 */
export type UpdateState =
  | { readonly status: 'unconfigured' | 'unasked' | 'off' }
  | { readonly status: 'failed'; readonly failure: UpdateFailure; readonly checkedAt: Date }
  | { readonly status: 'current'; readonly belowMinimum: boolean; readonly checkedAt: Date }
  | {
      readonly status: 'available';
      readonly offer: UpdateOffer;
      readonly belowMinimum: boolean;
      readonly checkedAt: Date;
    };

/** `size`, `hash`: what came is not what the feed says. */
export type DownloadFailure = 'size' | 'hash' | `http-${string}`;

export type DownloadResult =
  | { readonly status: 'saved'; readonly path: string }
  | { readonly status: 'failed'; readonly failure: DownloadFailure };

export interface DownloadRequest {
  /** The version that the person was shown: no other is downloaded. */
  readonly version: string;
  /** Where the file goes; it gets a name that nothing there has. */
  readonly folder: string;
  /** The person said yes to a new major version. */
  readonly agreedToMajor: boolean;
  readonly signal?: AbortSignal;
}

/** Newer versions of this program. It looks for them and hands them out; installing is the person's. */
export interface Updates {
  readonly version: string;
  readonly installation: InstallationKind;
  readonly channel: () => UpdateChannel;
  /** What is known, without asking anybody; also what was found before the program was started. */
  state(): Promise<UpdateState>;
  /** Asks the feed. Failures are in the answer; `off` and `unconfigured` ask nobody. */
  check(askedByPerson: boolean): Promise<UpdateState>;
  /**
   * Fetches the package that `state` offers, and checks length and SHA-256 against the feed. Nothing is left of one that fails.
   * @throws ClientError `ERR_POLICY_OPERATION` with the `rule` `update-not-offered` or `update-major`; `ERR_INTERNAL_FILE`
   * where it cannot be written; `ERR_USER_CANCELLED`
   */
  download(request: DownloadRequest): Promise<DownloadResult>;
  /** From now on also looks by itself, where somebody decided so: at most once a day. Keeps no process alive. */
  follow(): void;
  /** Hears of every change of `state`. @returns what ends it */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Whether an administrator keeps everybody from looking. The person's own `off` is about looking without being asked. */
export function isUpdateForbidden({ value, source }: UpdateSetting): boolean {
  return value === 'off' && source === 'administrator';
}

type UpdateSetting = Pick<Setting<'notify' | 'off'>, 'value' | 'source'>;

/**
 * An administrator's least version holds for everything that this program does but for telling about itself.
 * @throws ClientError `ERR_POLICY_OPERATION`, `rule` `minimum-version`
 */
export function requireMinimumVersion(
  version: string,
  { minimumVersion }: { readonly minimumVersion?: string | undefined },
): void {
  if (minimumVersion === undefined || !isBelow(version, [minimumVersion])) return;
  const details = { rule: 'minimum-version', minimumVersion };
  throw new ClientError('ERR_POLICY_OPERATION', 'the administrator demands a newer version', { details });
}
