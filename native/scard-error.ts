/** PC/SC return values this product tells apart (winscard.h, pcsclite.h). */
export const SCARD_CODES = {
  SCARD_F_INTERNAL_ERROR: 0x80100001,
  SCARD_E_CANCELLED: 0x80100002,
  SCARD_E_INVALID_HANDLE: 0x80100003,
  SCARD_E_INSUFFICIENT_BUFFER: 0x80100008,
  SCARD_E_UNKNOWN_READER: 0x80100009,
  SCARD_E_TIMEOUT: 0x8010000a,
  SCARD_E_SHARING_VIOLATION: 0x8010000b,
  SCARD_E_NO_SMARTCARD: 0x8010000c,
  SCARD_E_PROTO_MISMATCH: 0x8010000f,
  SCARD_E_NOT_TRANSACTED: 0x80100016,
  SCARD_E_READER_UNAVAILABLE: 0x80100017,
  SCARD_E_NO_SERVICE: 0x8010001d,
  SCARD_E_SERVICE_STOPPED: 0x8010001e,
  SCARD_E_UNSUPPORTED_FEATURE: 0x80100022,
  SCARD_E_NO_READERS_AVAILABLE: 0x8010002e,
  SCARD_E_COMM_DATA_LOST: 0x8010002f,
  SCARD_W_UNSUPPORTED_CARD: 0x80100065,
  SCARD_W_UNRESPONSIVE_CARD: 0x80100066,
  SCARD_W_UNPOWERED_CARD: 0x80100067,
  SCARD_W_RESET_CARD: 0x80100068,
  SCARD_W_REMOVED_CARD: 0x80100069,
} as const;

/**
 * What everything below the card port throws: a PC/SC return value by its own name, or one of two conditions PC/SC has
 * no name for. `main/node` translates it, in one place, into the product's error codes.
 */
export type ScardName =
  | keyof typeof SCARD_CODES
  /** The binding to the PC/SC service is not installed on this machine. */
  | 'MADOGUCHI_BINDING_MISSING'
  /** The process that holds the binding ended or stopped answering. */
  | 'MADOGUCHI_CARD_PROCESS_LOST';

export class ScardError extends Error {
  override readonly name = 'ScardError';
  readonly scard: ScardName;

  constructor(scard: ScardName, message: string = scard, options?: ErrorOptions) {
    super(message, options);
    this.scard = scard;
  }
}
