/** What the core needs from the world. Every interface here has a fake and at least one real adapter. */
import type { FormatCrypto, RandomAccessSource } from '../../sdk/formats/ports.js';
import type { NewPinFault, PinFormatFault } from './card/pin-format.js';
import type { ConsentModel } from './consent/consent-model.js';
import type { EncryptionJwk, ErrorCode, Operation, SignatureJwk } from '../../sdk/protocol/index.js';
import type { ErrorDetails } from './errors.js';

export type { FormatCrypto };

// ---------------------------------------------------------------------------------------------- card readers (PC/SC)

export interface ReaderInfo {
  /** PC/SC reader name, as the service reports it. */
  readonly name: string;
  readonly cardPresent: boolean;
  /** The built-in test card, not a device. */
  readonly virtual: boolean;
  /**
   * Rises each time a card is put into this reader. Equal numbers mean the same insertion, so what was read from the
   * card may still be used; it identifies neither the card nor the reader.
   */
  readonly insertion: number;
  /** Only where `list` was asked for it; absent also for a reader that is no device of this PC. */
  readonly pinPad?: PinPad;
}

/**
 * Keys on the reader for entering a PIN: none, some that this program does not use, or not known, since the reader did not
 * say or is another program's.
 */
export type PinPad = 'none' | 'present-not-used' | 'unknown';

export interface ListOptions {
  /**
   * Asks each reader for a PIN pad too. That connects to the reader for a moment, without touching its card, and counts as
   * a change of it: not for use whenever `changed` resolves.
   */
  readonly pinPads?: boolean;
}

export interface ConnectOptions {
  /** `SCARD_SHARE_*`. From PIN to result only `exclusive`; everything else `shared`. */
  readonly shareMode: 'shared' | 'exclusive';
  readonly signal?: AbortSignal;
}

/** What happens to the card when a connection ends (`SCARD_LEAVE_CARD`, `SCARD_RESET_CARD`, `SCARD_UNPOWER_CARD`). */
export type Disposition = 'leave' | 'reset' | 'unpower';

/** One connection to one card. Failures are `ClientError`s of area PCSC or CARD; where a signal ended it, `ERR_USER_CANCELLED`. */
export interface CardConnection {
  /** Answer to reset, ISO 7816-3. Never used to recognise a card. */
  readonly atr: Uint8Array;
  /**
   * Sends one short command APDU (ISO 7816-4) and returns the whole response: data, then SW1 SW2.
   * Commands of one connection are answered in order. The adapter keeps no copy of `command`; its owner zeroes it.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Ends the connection. A second call does nothing. Never throws. */
  disconnect(disposition: Disposition): Promise<void>;
}

export interface CardReaders {
  /** Readers as they are now. Throws `ERR_PCSC_UNAVAILABLE` where the service does not answer. */
  list(options?: ListOptions): Promise<readonly ReaderInfo[]>;
  /**
   * Resolves when the list may have changed, or with no error when `signal` aborts. Rejects, perhaps at once, where the
   * service cannot be watched: whoever asks again pauses first.
   */
  changed(signal: AbortSignal): Promise<void>;
  /**
   * Throws `ERR_CARD_ABSENT`, `ERR_PCSC_SHARING_VIOLATION`, `ERR_PCSC_READER_GONE` and the like; `ERR_USER_CANCELLED` where
   * `signal` aborts before there is a connection.
   */
  connect(readerName: string, options: ConnectOptions): Promise<CardConnection>;
  /** Releases the service, the process behind it, and every connection. */
  close(): Promise<void>;
}

// ------------------------------------------------------------------------------------------------- the person

/** Which of the card's two key pairs: 利用者証明用 or 署名用. */
export type KeyRole = 'authentication' | 'signing';

/** Which of the card's secrets: those of the two key pairs, 券面事項入力補助用暗証番号 (`profile`), 照合番号B. */
export type PinRole = KeyRole | 'profile' | 'number-b';

/**
 * How far the authority behind a card's certificate is known: its own certificate is one of the trust anchors (`listed`), a
 * test hierarchy's, none of either, or could not be read. Only a warning hangs on it.
 */
export type IssuerStanding = 'listed' | 'test' | 'unlisted' | 'unknown';

/** What is known about the card while the person reads. */
export type Preparation =
  | { readonly status: 'waiting-for-reader' }
  | { readonly status: 'waiting-for-card' }
  | {
      readonly status: 'ready';
      readonly readerName: string;
      /** Before the PIN is asked, read from the card. */
      readonly triesLeft: number;
      readonly testCard: boolean;
      /**
       * Of the certificate that will be used. Undefined where none takes part, or nothing is known against its issuer.
       * `unlisted` and `unknown` are told.
       */
      readonly issuer: IssuerStanding | undefined;
    }
  /** The card cannot be used. Shown where a page asks, which must not learn it; one's own commands end with the error. */
  | { readonly status: 'failed'; readonly code: ErrorCode; readonly details: ErrorDetails };

/** Stages a person sees after the PIN. */
export type Progress =
  | 'verifying-pin'
  | 'reading-certificate'
  | 'reading-attributes'
  | 'changing-pin'
  | 'signing'
  | 'time-stamping'
  | 'writing';

/** Where several items are worked on: how many are done, of how many. */
export interface ItemProgress {
  readonly done: number;
  readonly count: number;
}

export interface PinPrompt {
  readonly role: PinRole;
  readonly triesLeft: number;
  /** Length bounds in characters; the signing password is A–Z and 0–9, every other secret digits only. */
  readonly minLength: number;
  readonly maxLength: number;
  /** Why the person is asked again: the last entry was wrong, or another program changed the number of tries. */
  readonly reason?: 'incorrect' | 'format' | 'tries-changed';
  /** With `format`: the rule the last entry broke. */
  readonly fault?: PinFormatFault;
  readonly testCard: boolean;
}

/** Why an entry was not taken as the new PIN: its form, the old PIN again, another second entry, too easily guessed. */
export type NewPinRefusal = NewPinFault | 'unchanged' | 'mismatch' | 'trivial';

export interface NewPinPrompt {
  readonly role: PinRole;
  /** A new PIN is entered twice, because a slip in it cannot be seen. */
  readonly entry: 'first' | 'again';
  /** As in `PinPrompt`. The signing password also needs a letter and a digit. */
  readonly minLength: number;
  readonly maxLength: number;
  /** Why the person is asked from the beginning. */
  readonly reason?: NewPinRefusal;
  readonly testCard: boolean;
}

export type DialogOutcome =
  { readonly status: 'done' } | { readonly status: 'failed'; readonly code: ErrorCode; readonly details: ErrorDetails };

/**
 * One request's conversation with the person, open from consent to result. Windows and terminal implement it.
 * Every method that waits rejects with `ERR_USER_CANCELLED` when the person closes the dialog.
 */
export interface ConsentDialog {
  /**
   * Aborts when the person closes the dialog while nothing waits for an answer: what has not reached the card yet stays
   * undone. Left out by a dialog that cannot be closed then.
   */
  readonly cancelled?: AbortSignal;
  /** Shows how far the reading of what is to be signed is. Only where the model said that it is `beingRead`. */
  showReading(progress: ItemProgress): void;
  /**
   * The model as `open` got it, with everything read and digested. Called once where something was `beingRead`; `decide` is
   * asked after it and never before.
   */
  showItems(consent: ConsentModel): void;
  /** Shows what became known about the card. May be called many times, before and during `decision`. */
  showPreparation(preparation: Preparation): void;
  /** Asks which reader to use. Called only when several hold a card and none was chosen beforehand. */
  chooseReader(readers: readonly ReaderInfo[]): Promise<string>;
  /**
   * Asks the question that `ConsentModel.separateStep` names, before `decide`. Anything but an explicit yes is false. Never
   * answered by `--yes`.
   */
  confirmSeparateStep(): Promise<boolean>;
  /**
   * The person's answer. Anything but an explicit yes is `refused`. Called once, when preparation is `ready`; not at all where
   * the consent `is` remembered.
   */
  decide(): Promise<Decision>;
  /**
   * In place of `decide`, after preparation `failed`: resolves when the person has read that and is done, or wants to hear no
   * more of this site. Has to take as
   * long, and to end and reject as `decide` does, because the page must not tell one from the other.
   */
  acknowledge(): Promise<Refusal>;
  /**
   * At one try left: a separate question. Anything but an explicit yes is false. Never answered by `--yes`. The reason is that
   * of the prompt which follows: why a PIN is asked for again.
   */
  confirmLastTry(role: PinRole, reason?: PinPrompt['reason']): Promise<boolean>;
  /**
   * The PIN as ASCII bytes. The caller becomes its only owner and zeroes it. Undefined: the person gives up, or the
   * dialog cannot ask a second time.
   */
  enterPin(prompt: PinPrompt): Promise<Uint8Array | undefined>;
  /** One entry of a new PIN; the same terms as `enterPin`. Asked after the old one, before the card is used. */
  enterNewPin(prompt: NewPinPrompt): Promise<Uint8Array | undefined>;
  /** Whether the person wants a PIN that is easily guessed. Anything but an explicit yes is false. Never answered by `--yes`. */
  confirmTrivialPin(role: PinRole): Promise<boolean>;
  /** `items` where it is one step of many. */
  showProgress(progress: Progress, items?: ItemProgress): void;
  /** Ends the conversation; pending questions reject. A second call does nothing. */
  close(outcome: DialogOutcome): void;
}

/** The person did not agree, or could not. */
export interface Refusal {
  readonly answer: 'refused';
  /** Let this site ask nothing any more, until the person undoes it. */
  readonly block?: boolean;
}

export type Decision =
  | Refusal
  | {
      readonly answer: 'agreed';
      /** Positions in `ConsentModel.attributes` of optional ones that the person leaves out. */
      readonly withheld?: readonly number[];
      /** Shorten the explanation next time; only where the model says that it may be. */
      readonly remember?: boolean;
    };

export interface UserInteraction {
  /**
   * Shows who asks for what. One dialog is open at a time; the core sees to that. `signal` aborts when the page is gone.
   * @throws ClientError `ERR_USER_REFUSED` where a page asks and there is nobody to ask. No card is looked for then: how soon
   * the refusal came would tell what card is there.
   */
  open(consent: ConsentModel, signal: AbortSignal): ConsentDialog;
}

// ------------------------------------------------------------------------------------------------- the rest

/**
 * What the person has decided about sites for later. Holds origins and operations, nothing about a card. `confirmed` is as in
 * `OriginRequester`: a block that was decided on a request whose asker is not confirmed refuses only such requests, because
 * anybody can make them in any origin's name. All throw or reject with `ERR_INTERNAL_FILE` where nothing can be read or kept.
 */
export interface SiteMemory {
  isBlocked(origin: string, confirmed: boolean): boolean;
  /** Forgets what was remembered of the origin too. */
  block(origin: string, confirmed: boolean): Promise<void>;
  /** Whether the explanation was to be shortened. */
  isRemembered(origin: string, operation: Operation): boolean;
  remember(origin: string, operation: Operation): Promise<void>;
}

/** Content that a page sent ahead of its request, whole. */
export interface UploadedContent {
  /** Readable until `discard`. */
  readonly source: RandomAccessSource;
  readonly sha256: Uint8Array;
  /** Removes it. A second call does nothing. Never rejects. */
  discard(): Promise<void>;
}

/** Such content while it arrives. */
export interface ArrivingContent {
  /** Appends; one call at a time. `chunk` is the caller's again once it resolves. Rejects with `ERR_INTERNAL_FILE`. */
  write(chunk: Uint8Array): Promise<void>;
  /** All of it is there; from now on the result is to be discarded. Rejects with `ERR_INTERNAL_FILE`. */
  finish(): Promise<UploadedContent>;
  /** Removes what there is. Never rejects. */
  discard(): Promise<void>;
}

/** Where such content is kept: private to this user, and nothing of it outlives the program. */
export interface UploadStore {
  /** Rejects with `ERR_INTERNAL_FILE` where nothing can be kept. */
  create(): Promise<ArrivingContent>;
}

/** JWS (RFC 7515) and JWE (RFC 7516). The algorithm follows from the key's kind and is never the message's choice. */
export interface JoseCrypto {
  /**
   * Payload of a compact JWS if its signature holds under exactly `key` with the algorithm of that key; undefined otherwise.
   * Refuses `crit` and looks at no other member of the header than `alg`.
   */
  verifyJws(unverifiedJws: string, key: SignatureJwk): Promise<Uint8Array | undefined>;
  /** Compact JWE with `enc` A256GCM and the key's `kid`. `typ`: explicit type of RFC 8725 §3.11. */
  encryptJwe(plaintext: Uint8Array, key: EncryptionJwk, typ: string): Promise<string>;
}

export interface Clock {
  now(): Date;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Resolves after `milliseconds`, or as soon as `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface RandomSource {
  /** Cryptographically random bytes. */
  bytes(length: number): Uint8Array;
}

/** Structured events. Fields are codes, counts and origins; never PINs, attributes, serial numbers or content. */
export interface Log {
  event(name: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}
