import type { UpdateChannel, UpdateFeedClaims } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../core/errors.js';
import type { Policy } from '../../core/policy/policy.js';
import type { Clock, Log } from '../../core/ports.js';
import type { SettingsStore } from '../../core/settings/settings.js';
import { decideUpdate, type Installation } from '../../core/updates/decide-update.js';
import {
  judgeFeed,
  MAX_FEED_LENGTH,
  recallFeed,
  type FeedEnvironment,
  type SeenFeed,
} from '../../core/updates/judge-feed.js';
import {
  isUpdateForbidden,
  type DownloadRequest,
  type DownloadResult,
  type UpdateFailure,
  type Updates,
  type UpdateState,
} from '../../core/updates/updates.js';
import type { HttpExchange } from '../http-exchange.js';
import type { FetchInParts } from './download-package.js';
import { shippedFeedSource, type FeedSource } from './feed-source.js';
import { thisInstallation } from './installation.js';
import { UpdateMemoryFile } from './update-memory.js';

export interface UpdatesOptions {
  readonly stateDirectory: string;
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly policy: () => Pick<Policy, 'updateChannel' | 'minimumVersion'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: what is shipped. `null`: this build names no feed. */
  readonly source?: FeedSource | null;
  readonly installation?: Installation;
  /** Default: `exchangeInParts`. */
  readonly fetch?: FetchInParts;
}

const FEED_TIMEOUT_MILLISECONDS = 15_000;
/** Between two looks by itself. */
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;
/** How often it is found out whether a day is over; also the least time between start and the first look. */
const FOLLOW_MILLISECONDS = 20 * 60 * 1_000;

/** The feed of this build, asked when somebody says so. Opening it asks nobody and writes nothing. */
export function openUpdates(options: UpdatesOptions): Updates {
  return new UpdateClient(options);
}

class UpdateClient implements Updates {
  readonly version: string;
  readonly installation: Installation['kind'];
  readonly #options: UpdatesOptions;
  readonly #source: FeedSource | undefined;
  readonly #here: Installation;
  readonly #memory: UpdateMemoryFile;
  readonly #listeners = new Set<() => void>();
  /** Since the program was started. */
  #failed: Extract<UpdateState, { status: 'failed' }> | undefined;
  #checking: Promise<UpdateState> | undefined;
  /** Whether a person waits for what is being asked; it may have been begun without one. */
  #personWaits = false;
  /** By itself, since the program was started; also where nothing came of it. */
  #lookedAt: Date | undefined;
  #timer: NodeJS.Timeout | undefined;
  #told: string | undefined;

  constructor(options: UpdatesOptions) {
    const { source = shippedFeedSource(), installation = thisInstallation() } = options;
    this.#options = options;
    this.#source = source ?? undefined;
    this.#here = installation;
    this.version = installation.version;
    this.installation = installation.kind;
    this.#memory = new UpdateMemoryFile(options.stateDirectory, options.log);
  }

  channel(): UpdateChannel {
    return this.#options.policy().updateChannel ?? 'stable';
  }

  async state(): Promise<UpdateState> {
    return this.#silent() ?? this.#failed ?? (await this.#known());
  }

  async check(askedByPerson: boolean): Promise<UpdateState> {
    const silent = this.#silent();
    if (silent || !this.#source) return silent ?? { status: 'unconfigured' };
    this.#personWaits ||= askedByPerson;
    this.#checking ??= this.#ask(this.#source).finally(() => {
      this.#checking = undefined;
      this.#personWaits = false;
    });
    return this.#checking;
  }

  async download({ version, folder, agreedToMajor, signal }: DownloadRequest): Promise<DownloadResult> {
    const state = await this.state();
    const offer = state.status === 'available' && state.offer.version === version ? state.offer : undefined;
    if (!offer?.package) throw refused('update-not-offered', 'no such version is offered here');
    if (offer.change === 'major' && !agreedToMajor) throw refused('update-major', 'a new major version needs a yes');
    const [{ downloadPackage }, { exchangeInParts }] = await Promise.all([
      import('./download-package.js'),
      import('../http-exchange.js'),
    ]);
    const fetch = this.#options.fetch ?? exchangeInParts;
    const result = await downloadPackage(fetch, { package: offer.package, version, folder, signal });
    if (result.status === 'failed') this.#options.log.event('update.download-failed', { reason: result.failure });
    return result;
  }

  follow(): void {
    const look = (): void => {
      this.#lookIfDue().catch(() => this.#options.log.event('update.check-failed'));
    };
    this.#timer ??= setInterval(look, FOLLOW_MILLISECONDS).unref();
  }

  onChange(listener: () => void): () => void {
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  /** Where nobody is asked, whoever wants it. */
  #silent(): UpdateState | undefined {
    if (!this.#source) return { status: 'unconfigured' };
    return isUpdateForbidden(this.#options.settings.read().settings.update) ? { status: 'off' } : undefined;
  }

  /** By the feed that was accepted last, as far as it still holds. */
  async #known(): Promise<UpdateState> {
    const { seen, checkedAt, askedByPerson = false } = this.#memory.read();
    if (!seen || checkedAt === undefined || !this.#source) return { status: 'unasked' };
    const judged = await judgeFeed(await this.#environment(this.#source), seen.jws, undefined);
    if ('fault' in judged) return { status: 'unasked' };
    return this.#decide(judged.claims, new Date(checkedAt), askedByPerson);
  }

  #decide(claims: UpdateFeedClaims, checkedAt: Date, askedByPerson: boolean): UpdateState {
    const { offer, belowMinimum } = decideUpdate(claims, {
      installation: this.#here,
      channel: this.channel(),
      place: this.#memory.read().place,
      askedByPerson,
      minimumVersion: this.#options.policy().minimumVersion,
    });
    return offer
      ? { status: 'available', offer, belowMinimum, checkedAt }
      : { status: 'current', belowMinimum, checkedAt };
  }

  async #ask(source: FeedSource): Promise<UpdateState> {
    const checkedAt = this.#options.clock.now();
    const result = await this.#fetchFeed(source);
    if (typeof result === 'string') {
      this.#options.log.event('update.check-failed', { reason: result });
      this.#failed = { status: 'failed', failure: result, checkedAt };
      this.#tell();
      return this.#failed;
    }
    this.#failed = undefined;
    const askedByPerson = this.#personWaits;
    const { claims, seen } = result;
    this.#memory.write({ ...this.#memory.read(), checkedAt: checkedAt.toISOString(), askedByPerson, seen });
    const state = this.#decide(claims, checkedAt, askedByPerson);
    this.#logOffer(state);
    this.#tell();
    return state;
  }

  async #fetchFeed(
    source: FeedSource,
  ): Promise<UpdateFailure | { readonly claims: UpdateFeedClaims; readonly seen: SeenFeed }> {
    const { exchangeInParts, HttpExchangeError } = await import('../http-exchange.js');
    const chunks: Uint8Array[] = [];
    // The same from everybody: nothing of this installation is in it.
    const request: HttpExchange = {
      url: source.address,
      maxBytes: MAX_FEED_LENGTH,
      timeoutMilliseconds: FEED_TIMEOUT_MILLISECONDS,
    };
    try {
      await (this.#options.fetch ?? exchangeInParts)(request, (chunk) => {
        chunks.push(chunk);
      });
    } catch (thrown) {
      if (thrown instanceof HttpExchangeError) return `http-${thrown.reason}`;
      throw thrown;
    }
    const jws = Buffer.concat(chunks).toString('latin1').trimEnd();
    const environment = await this.#environment(source);
    const { seen } = this.#memory.read();
    const judged = await judgeFeed(environment, jws, seen && (await recallFeed(environment, seen)));
    return 'fault' in judged
      ? `feed-${judged.fault}`
      : { claims: judged.claims, seen: { edition: judged.claims.edition, jws } };
  }

  /** Loaded late: most runs of the program never ask. */
  async #environment({ keys }: FeedSource): Promise<FeedEnvironment> {
    const { nodeJose } = await import('../jose.js');
    return { jose: nodeJose, clock: this.#options.clock, keys };
  }

  #logOffer(state: UpdateState): void {
    const found = state.status === 'available' ? state.offer.version : undefined;
    if (found === undefined || found === this.#told) return;
    this.#told = found;
    this.#options.log.event('update.found', { version: found });
  }

  async #lookIfDue(): Promise<void> {
    if (this.#checking || this.#options.settings.read().settings.update.value !== 'notify') return;
    const { checkedAt } = this.#memory.read();
    const now = this.#options.clock.now();
    const answeredAt = checkedAt === undefined ? undefined : new Date(checkedAt);
    // A feed that is gone must not be asked for again and again by everybody.
    if (isWithinDay(answeredAt, now) || isWithinDay(this.#lookedAt, now)) return;
    this.#lookedAt = now;
    await this.check(false);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A clock that was set back must not end the looking. */
function isWithinDay(before: Date | undefined, now: Date): boolean {
  const age = before === undefined ? Infinity : now.getTime() - before.getTime();
  return age >= 0 && age < DAY_MILLISECONDS;
}

function refused(rule: string, message: string): ClientError {
  return new ClientError('ERR_POLICY_OPERATION', message, { details: { rule } });
}
