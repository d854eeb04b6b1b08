import type { Certificate } from '../../../sdk/formats/index.js';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { toClientError } from '../errors.js';
import { validityAt, type Validity } from '../inspection/validity.js';
import type { CardReaders, Clock, KeyRole, Log, ReaderInfo } from '../ports.js';
import type { SettingsStore } from '../settings/settings.js';
import { EXPIRY_STEPS, keyUsedNotice, type ExpiryStep, type KeyUse, type Notice } from './notice.js';

type SeenCertificate = Pick<Certificate, 'der' | 'notBefore' | 'notAfter'>;

/** How long a card may stay after its last use before the person is told, in minutes. */
export const CARD_LEFT_MINUTES = 10;

/** How often at most the person is told that the history cannot be written, in milliseconds. */
const HISTORY_NOTICE_MILLISECONDS = 60 * 60 * 1_000;

/** Where a notice is shown: the desktop's notifications, a line in a terminal, the program that runs besides. */
export interface NoticePort {
  /**
   * What it throws or rejects with is logged, and harms nothing else. Its words are `noticeText`; where a desktop reads mark-up
   * in them, the adapter escapes it.
   */
  show(notice: Notice): Promise<void> | void;
}

/**
 * What the person was told of certificates that end. What is kept tells nobody which card it was: neither a serial number nor
 * anything that is the same on another PC.
 */
export interface ExpiryMemory {
  /** Whether this step was not told of this certificate before; from now on it was. Never throws. */
  claim(certificateDer: Uint8Array, step: ExpiryStep): boolean;
}

export interface NoticesEnvironment {
  readonly clock: Clock;
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly readers: Pick<CardReaders, 'list'>;
  readonly port: NoticePort;
  readonly expiries: ExpiryMemory;
  readonly log: Log;
}

/** What the person is told without having asked. No method throws or rejects, or makes its caller wait for the person. */
export interface Notices {
  /**
   * The card took a PIN. Called once for each such request, when it has ended, whoever asked.
   * @param reader Where the card is; undefined: no card is looked for later.
   */
  keyUsed(ended: KeyUse, reader?: ReaderInfo): void;
  /** Shows a notice that another process of this person has made. */
  passOn(notice: Notice): void;
  /** A certificate was read, for whatever purpose. The test card's are nobody's concern. */
  certificateSeen(role: KeyRole, certificate: SeenCertificate): void;
  /** A use of the card is not in the history. */
  historyUnwritten(code: ErrorCode): void;
  /** Nothing is shown any more. */
  close(): void;
}

export function createNotices(environment: NoticesEnvironment): Notices {
  return new NoticeMaker(environment);
}

class NoticeMaker implements Notices {
  readonly #environment: NoticesEnvironment;
  readonly #closed = new AbortController();
  /** Ends the wait that began with the last use of the card. */
  #cardWait = new AbortController();
  #historyToldAt: number | undefined;

  constructor(environment: NoticesEnvironment) {
    this.#environment = environment;
  }

  keyUsed(ended: KeyUse, reader?: ReaderInfo): void {
    this.#show(keyUsedNotice(ended, this.#environment.clock.now()));
    this.#cardWait.abort();
    if (!reader || reader.virtual || this.#closed.signal.aborted) return;
    this.#cardWait = new AbortController();
    void this.#awaitCardLeft(reader, AbortSignal.any([this.#cardWait.signal, this.#closed.signal]));
  }

  passOn(notice: Notice): void {
    this.#show(notice);
  }

  certificateSeen(role: KeyRole, { der, notBefore, notAfter }: SeenCertificate): void {
    const validity = validityAt({ notBefore, notAfter }, this.#environment.clock.now());
    const step = expiryStep(validity);
    if (step === undefined || this.#closed.signal.aborted || !this.#environment.expiries.claim(der, step)) return;
    const days = Math.max(0, validity.daysLeft);
    this.#show({ kind: 'certificate-expiring', role, step, days, notAfter: notAfter.toISOString() });
  }

  historyUnwritten(code: ErrorCode): void {
    const now = this.#environment.clock.monotonic();
    if (this.#historyToldAt !== undefined && now - this.#historyToldAt < HISTORY_NOTICE_MILLISECONDS) return;
    this.#historyToldAt = now;
    this.#show({ kind: 'history-unwritten', code });
  }

  close(): void {
    this.#closed.abort();
  }

  /** One timer after a use of the card, and none otherwise. */
  async #awaitCardLeft({ name, insertion }: ReaderInfo, signal: AbortSignal): Promise<void> {
    const { clock, readers, settings, log } = this.#environment;
    const isOver = (): boolean => signal.aborted || !settings.read().settings.cardLeftNotice.value;
    if (isOver()) return;
    await clock.sleep(CARD_LEFT_MINUTES * 60 * 1_000, signal);
    if (isOver()) return;
    try {
      const there = (await readers.list()).some(
        (reader) => reader.name === name && reader.cardPresent && reader.insertion === insertion,
      );
      if (there && !isOver()) this.#show({ kind: 'card-left', minutes: CARD_LEFT_MINUTES });
    } catch (thrown) {
      log.event('notice.failed', { kind: 'card-left', code: toClientError(thrown).code });
    }
  }

  #show(notice: Notice): void {
    if (this.#closed.signal.aborted) return;
    const { port, log } = this.#environment;
    // In a promise, so that whoever used the card waits for nothing and meets no failure.
    void Promise.resolve()
      .then(() => port.show(notice))
      .catch((thrown: unknown) => {
        log.event('notice.failed', { kind: notice.kind, code: toClientError(thrown).code });
      });
  }
}

/** The nearest step that has been reached; undefined before the first, and where the clock says that it is not in force yet. */
export function expiryStep({ state, daysLeft }: Validity): ExpiryStep | undefined {
  if (state === 'not-yet-valid') return undefined;
  if (state === 'expired') return 'expired';
  const nearestFirst = EXPIRY_STEPS.filter((step) => step !== 'expired').reverse();
  return nearestFirst.find((days) => daysLeft <= days);
}
