/** The one place where what PC/SC answers becomes what the product reports. */
import { ScardError, type ScardName } from '../../native/scard-error.js';
import type { ErrorCode } from '../../sdk/protocol/index.js';
import { ClientError, toClientError } from '../core/errors.js';
import type {
  CardConnection,
  CardReaders,
  ConnectOptions,
  Disposition,
  ListOptions,
  ReaderInfo,
} from '../core/ports.js';

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
  /** Whether the same request may succeed once the person or another program did something. */
  readonly retriable: boolean;
}

const SERVICE_UNAVAILABLE: Translation = {
  code: 'ERR_PCSC_UNAVAILABLE',
  message: 'the smart-card service of this PC does not answer',
  retriable: true,
};
const READER_GONE: Translation = {
  code: 'ERR_PCSC_READER_GONE',
  message: 'the card reader is not connected',
  retriable: true,
};
const CARD_REMOVED: Translation = {
  code: 'ERR_CARD_REMOVED',
  message: 'the card was removed, or moved on the reader, before it had answered',
  retriable: true,
};
const FAILURE: Translation = {
  code: 'ERR_PCSC_FAILURE',
  message: 'the card reader or the smart-card service failed',
  retriable: true,
};

/** Every `ScardName`, by the compiler. */
export const SCARD_TRANSLATIONS: Readonly<Record<ScardName, Translation>> = {
  SCARD_F_INTERNAL_ERROR: FAILURE,
  // Only a caller's signal cancels: the person closed the dialog, or whoever asked is gone.
  SCARD_E_CANCELLED: { code: 'ERR_USER_CANCELLED', message: 'cancelled', retriable: true },
  SCARD_E_INVALID_HANDLE: FAILURE,
  SCARD_E_INSUFFICIENT_BUFFER: {
    code: 'ERR_CARD_RESPONSE',
    message: 'the card answered more than a short response APDU holds',
    retriable: false,
  },
  SCARD_E_UNKNOWN_READER: READER_GONE,
  SCARD_E_TIMEOUT: {
    code: 'ERR_PCSC_TIMEOUT',
    message: 'the card or its reader did not answer in time',
    retriable: true,
  },
  SCARD_E_SHARING_VIOLATION: {
    code: 'ERR_PCSC_SHARING_VIOLATION',
    message:
      'another program is using the card; close programs that read cards (other signing or login clients, card ' +
      'utilities, a browser tab with a card dialog) and try again',
    retriable: true,
  },
  SCARD_E_NO_SMARTCARD: { code: 'ERR_CARD_ABSENT', message: 'no card is in the reader', retriable: true },
  SCARD_E_PROTO_MISMATCH: {
    code: 'ERR_CARD_UNSUPPORTED',
    message: 'the card and its reader share no protocol',
    retriable: false,
  },
  // pcscd answers this when the reader lost contact in the middle of a command.
  SCARD_E_NOT_TRANSACTED: CARD_REMOVED,
  SCARD_E_READER_UNAVAILABLE: READER_GONE,
  SCARD_E_NO_SERVICE: SERVICE_UNAVAILABLE,
  SCARD_E_SERVICE_STOPPED: SERVICE_UNAVAILABLE,
  SCARD_E_UNSUPPORTED_FEATURE: FAILURE,
  SCARD_E_NO_READERS_AVAILABLE: { code: 'ERR_PCSC_NO_READER', message: 'no card reader is connected', retriable: true },
  SCARD_E_COMM_DATA_LOST: FAILURE,
  SCARD_W_UNSUPPORTED_CARD: {
    code: 'ERR_CARD_UNSUPPORTED',
    message: 'the reader does not know how to speak to this card',
    retriable: false,
  },
  SCARD_W_UNRESPONSIVE_CARD: {
    code: 'ERR_CARD_RESPONSE',
    message: 'the card does not answer; see that it lies in the reader the right way round',
    retriable: true,
  },
  SCARD_W_UNPOWERED_CARD: {
    code: 'ERR_CARD_RESPONSE',
    message: 'the card has no power',
    retriable: true,
  },
  SCARD_W_RESET_CARD: {
    code: 'ERR_CARD_CHANGED',
    message: 'another program reset the card',
    retriable: true,
  },
  SCARD_W_REMOVED_CARD: CARD_REMOVED,
  MADOGUCHI_BINDING_MISSING: {
    code: 'ERR_PCSC_BINDING_MISSING',
    message: 'support for card readers (the package pcsclite) is not installed',
    retriable: false,
  },
  MADOGUCHI_CARD_PROCESS_LOST: {
    code: 'ERR_PCSC_PROCESS',
    message: 'the process that speaks to the card reader ended',
    retriable: true,
  },
};

/** The error of a card port as the product reports it; `details.scard` names the PC/SC return value. */
export function translateScardError(thrown: unknown): ClientError {
  if (!(thrown instanceof ScardError)) return toClientError(thrown);
  const { code, message, retriable } = SCARD_TRANSLATIONS[thrown.scard];
  return new ClientError(code, message, { retriable, details: { scard: thrown.scard }, cause: thrown });
}

/** `native` with its `ScardError`s translated, on connections too. */
export function translatedCardReaders(native: CardReaders): CardReaders {
  return new TranslatedCardReaders(native);
}

class TranslatedCardReaders implements CardReaders {
  readonly #native: CardReaders;

  constructor(native: CardReaders) {
    this.#native = native;
  }

  list(options?: ListOptions): Promise<readonly ReaderInfo[]> {
    return translated(() => this.#native.list(options));
  }

  changed(signal: AbortSignal): Promise<void> {
    return translated(() => this.#native.changed(signal));
  }

  async connect(readerName: string, options: ConnectOptions): Promise<CardConnection> {
    return new TranslatedConnection(await translated(() => this.#native.connect(readerName, options)));
  }

  close(): Promise<void> {
    return translated(() => this.#native.close());
  }
}

class TranslatedConnection implements CardConnection {
  readonly #native: CardConnection;

  constructor(native: CardConnection) {
    this.#native = native;
  }

  get atr(): Uint8Array {
    return this.#native.atr;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return translated(() => this.#native.transmit(command));
  }

  disconnect(disposition: Disposition): Promise<void> {
    return this.#native.disconnect(disposition);
  }
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw translateScardError(thrown);
  }
}
