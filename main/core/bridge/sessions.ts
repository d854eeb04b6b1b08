import {
  errorArea,
  LIMITS,
  type Envelope,
  type GovernmentPageOutput,
  type GovernmentPageResult,
  type Operation,
  type SessionOutput,
  type SessionResult,
} from '../../../sdk/protocol/index.js';
import { ClientError, toClientError, toPublicError } from '../errors.js';
import type { Clock, Log, RandomSource } from '../ports.js';
import { accountOf, AskLimits, type AskLimitFigures } from './ask-limits.js';
import type { Asker } from './asker.js';
import { encodeBase64Url } from '../../../sdk/formats/jose/base64-url.js';

const SESSION_ID_BYTES = 32;
const SILENCE_MILLISECONDS = LIMITS.pollSilenceSeconds * 1000;
const BROKEN_MILLISECONDS = LIMITS.pollBrokenSeconds * 1000;

export interface SessionPorts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** In place of `LIMITS`. */
  readonly askLimits?: AskLimitFigures;
}

/** `page`: opened in a government site's own page protocol. Neither kind can be polled or cancelled as the other. */
export type SessionKind = 'contract' | 'page';

type AnyResult = SessionResult | GovernmentPageResult;

/** What a session is to do when its turn comes. */
export interface SessionTask {
  /** Left out: `contract`. */
  readonly kind?: SessionKind;
  readonly asker: Asker;
  /** As in `OriginRequester`. */
  readonly confirmed: boolean;
  readonly operation: Operation;
  /** Runs the operation. `signal` aborts when the asker has cancelled or is gone. */
  readonly run: (signal: AbortSignal) => Promise<SessionOutput | GovernmentPageOutput>;
  /** Called once, when it has run or will not run any more. Does not reject. */
  readonly release?: () => Promise<void>;
}

export interface PollOptions {
  /** Longest time to wait for the result: whole seconds from 0 to `LIMITS.pollWaitSeconds`. */
  readonly waitSeconds: number;
  /** Aborts when nobody would hear the answer; the result then stays for the next poll. */
  readonly signal: AbortSignal;
}

interface Session extends SessionTask {
  readonly id: string;
  /** Of `AskLimits`. */
  readonly account: string;
  /** Aborts when the session is cancelled. */
  readonly cancelled: AbortController;
  /** Aborts when the session is forgotten, whatever the reason. */
  readonly forgotten: AbortController;
  /** The poll that waits now; aborted to wake it. */
  poll: AbortController | undefined;
  /** `Clock.monotonic()` at the last sign of life from the asker. */
  lastHeard: number;
  outcome: Envelope<AnyResult> | undefined;
}

/**
 * The signing sessions of all origins. One runs at a time, the others wait their turn in order. A session is known from
 * `open` until its result was delivered, it was cancelled, or nobody polled it for `LIMITS.pollSilenceSeconds`; for
 * `LIMITS.pollBrokenSeconds`, while it has no result and its last poll broke off.
 */
export class SessionTable {
  readonly #ports: SessionPorts;
  readonly #limits: AskLimits;
  readonly #sessions = new Map<string, Session>();
  readonly #waiting: Session[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#limits = new AskLimits(ports.clock, ports.askLimits);
  }

  /**
   * Whether a session could be opened now.
   * @throws ClientError `ERR_PROTOCOL_BUSY` when the origin, `ERR_PROTOCOL_QUEUE_FULL` when everybody together has too many
   * sessions, and as `AskLimits.check`; all retriable.
   */
  admit(asker: Asker, confirmed: boolean): void {
    const account = accountOf(asker, confirmed);
    const open = [...this.#sessions.values()].filter((session) => session.account === account).length;
    if (open >= LIMITS.sessionsPerOrigin) {
      throw new ClientError('ERR_PROTOCOL_BUSY', 'this origin has too many open requests', { retriable: true });
    }
    if (this.#closed || this.#sessions.size > LIMITS.queuedSessions) {
      throw new ClientError('ERR_PROTOCOL_QUEUE_FULL', 'too many requests wait', { retriable: true });
    }
    this.#limits.check(account);
  }

  /** Queues `task` and answers the session's id. Throws as `admit`. */
  open(task: SessionTask): string {
    const { asker, confirmed } = task;
    this.admit(asker, confirmed);
    const account = accountOf(asker, confirmed);
    this.#limits.opened(account);
    const session: Session = {
      ...task,
      account,
      id: encodeBase64Url(this.#ports.random.bytes(SESSION_ID_BYTES)),
      cancelled: new AbortController(),
      forgotten: new AbortController(),
      poll: undefined,
      lastHeard: this.#ports.clock.monotonic(),
      outcome: undefined,
    };
    this.#sessions.set(session.id, session);
    this.#waiting.push(session);
    this.#record('bridge.session.opened', session);
    void this.#endWhenSilent(session);
    this.#startNext();
    return session.id;
  }

  /**
   * Waits for the session's result and delivers it once; `pending` where there is none in time. A newer poll of the same
   * session ends an older one with `pending`.
   * @throws ClientError `ERR_PROTOCOL_SESSION_UNKNOWN`, also for a session of another origin or kind.
   */
  poll(origin: string, id: string, options: PollOptions): Promise<Envelope<SessionResult>> {
    // A session of this kind was opened with a task of this kind.
    return this.#poll(this.#find(origin, id, 'contract'), options) as Promise<Envelope<SessionResult>>;
  }

  /** As `poll`, for a session that a page opened in its own protocol. */
  pollPage(origin: string, id: string, options: PollOptions): Promise<Envelope<GovernmentPageResult>> {
    return this.#poll(this.#find(origin, id, 'page'), options) as Promise<Envelope<GovernmentPageResult>>;
  }

  async #poll(session: Session, options: PollOptions): Promise<Envelope<AnyResult>> {
    const poll = new AbortController();
    session.poll?.abort();
    session.poll = poll;
    if (session.outcome === undefined) {
      const wake = AbortSignal.any([poll.signal, options.signal]);
      await this.#ports.clock.sleep(options.waitSeconds * 1000, wake);
    }
    if (session.poll !== poll) return PENDING;
    session.poll = undefined;
    session.lastHeard = this.#ports.clock.monotonic();
    if (options.signal.aborted) {
      if (session.outcome === undefined) void this.#endUnlessPolled(session);
      return PENDING;
    }
    if (session.outcome === undefined) return PENDING;
    this.#forget(session);
    return session.outcome;
  }

  /**
   * Ends a session at once; a dialog that is open for it closes.
   * @throws ClientError `ERR_PROTOCOL_SESSION_UNKNOWN`, also for a session of another origin or kind.
   */
  cancel(origin: string, id: string, kind: SessionKind = 'contract'): void {
    this.#cancel(this.#find(origin, id, kind), 'bridge.session.cancelled');
  }

  /** Ends every session of this kind with `error`, also those whose result nobody has fetched. What waits is told so. */
  endKind(kind: SessionKind, error: ClientError): void {
    const meant = [...this.#sessions.values()].filter((session) => kindOf(session) === kind);
    for (const session of meant) {
      this.#record('bridge.session.ended', session, error.code);
      this.#leaveQueue(session);
      session.cancelled.abort();
      if (session.outcome?.ok) session.outcome = refusal(error);
      else this.#finish(session, refusal(error));
    }
  }

  /** Ends with `ERR_USER_BLOCKED` what waits for its turn and `isMeant`. What runs comes to its own end. */
  block(isMeant: (task: SessionTask) => boolean): void {
    for (const session of this.#waiting.filter(isMeant)) {
      this.#record('bridge.session.blocked', session);
      this.#leaveQueue(session);
      this.#finish(session, BLOCKED);
    }
  }

  /** Ends every session and refuses new ones. Resolves when the running operation has wound down. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const session of [...this.#sessions.values()]) this.#cancel(session, 'bridge.session.cancelled');
    await this.#running;
  }

  #find(origin: string, id: string, kind: SessionKind): Session {
    const session = this.#sessions.get(id);
    if (session?.asker.origin !== origin || kindOf(session) !== kind) {
      throw new ClientError('ERR_PROTOCOL_SESSION_UNKNOWN', 'no such session');
    }
    return session;
  }

  #startNext(): void {
    if (this.#running !== undefined) return;
    const session = this.#waiting.shift();
    if (session === undefined) return;
    this.#running = this.#run(session).finally(() => {
      this.#running = undefined;
      this.#startNext();
    });
  }

  async #run(session: Session): Promise<void> {
    try {
      const output = await session.run(session.cancelled.signal);
      this.#record('bridge.session.done', session);
      this.#finish(session, done(output));
    } catch (thrown) {
      const error = toClientError(thrown);
      this.#record('bridge.session.failed', session, error.code);
      this.#finish(session, { ok: false, error: toPublicError(error) });
    } finally {
      await session.release?.();
    }
  }

  /** What a session that was cancelled while it ran comes to is heard by nobody. */
  #finish(session: Session, outcome: Envelope<AnyResult>): void {
    if (session.outcome !== undefined) return;
    session.outcome = outcome;
    if (outcome.ok) this.#limits.succeeded(session.account);
    else if (errorArea(outcome.error.code) === 'USER') this.#limits.refused(session.account);
    session.poll?.abort();
  }

  #cancel(session: Session, event: string): void {
    this.#record(event, session);
    session.cancelled.abort();
    this.#finish(session, CANCELLED);
    this.#forget(session);
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.id);
    session.forgotten.abort();
    this.#leaveQueue(session);
  }

  #leaveQueue(session: Session): void {
    const position = this.#waiting.indexOf(session);
    if (position === -1) return;
    this.#waiting.splice(position, 1);
    void session.release?.();
  }

  async #endWhenSilent(session: Session): Promise<void> {
    const { clock } = this.#ports;
    for (;;) {
      const silence = session.poll === undefined ? clock.monotonic() - session.lastHeard : 0;
      if (session.forgotten.signal.aborted) return;
      if (silence >= SILENCE_MILLISECONDS) break;
      await clock.sleep(SILENCE_MILLISECONDS - silence, session.forgotten.signal);
    }
    this.#cancel(session, 'bridge.session.expired');
  }

  /** A page that goes away says so in most browsers and not always; its connection breaks off in all of them. */
  async #endUnlessPolled(session: Session): Promise<void> {
    const { lastHeard } = session;
    await this.#ports.clock.sleep(BROKEN_MILLISECONDS, session.forgotten.signal);
    const isUnheard = session.poll === undefined && session.lastHeard === lastHeard;
    if (session.forgotten.signal.aborted || !isUnheard || session.outcome !== undefined) return;
    this.#cancel(session, 'bridge.session.expired');
  }

  #record(event: string, { asker, operation }: Session, code?: string): void {
    const { origin } = asker;
    this.#ports.log.event(event, { origin, operation, ...(code === undefined ? {} : { code }) });
  }
}

function kindOf({ kind = 'contract' }: SessionTask): SessionKind {
  return kind;
}

function done(output: SessionOutput | GovernmentPageOutput): Envelope<AnyResult> {
  return 'detail' in output
    ? { ok: true, result: { status: 'done', output } }
    : { ok: true, result: { status: 'done', output } };
}

const PENDING: Envelope<{ status: 'pending' }> = { ok: true, result: { status: 'pending' } };

const CANCELLED = refusal(new ClientError('ERR_USER_CANCELLED', 'the session was cancelled'));
const BLOCKED = refusal(new ClientError('ERR_USER_BLOCKED', 'the person has blocked this site'));

function refusal(error: ClientError): Extract<Envelope<never>, { ok: false }> {
  return { ok: false, error: toPublicError(error) };
}
