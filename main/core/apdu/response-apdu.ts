import { ClientError } from '../errors.js';

/** A response APDU, ISO 7816-4 §5.1: data and SW1-SW2. */
export interface ResponseApdu {
  readonly data: Uint8Array;
  /** SW1-SW2 as one 16-bit number. */
  readonly sw: number;
}

/** Longest response to a short command: 256 bytes and the status word. */
export const MAX_RESPONSE_LENGTH = 258;

/** @throws ClientError ERR_CARD_RESPONSE for fewer than two or more than 258 bytes. */
export function decodeResponseApdu(unverifiedBytes: Uint8Array): ResponseApdu {
  const length = unverifiedBytes.length;
  if (length < 2 || length > MAX_RESPONSE_LENGTH) {
    throw new ClientError('ERR_CARD_RESPONSE', 'the reader returned no valid response APDU', {
      retriable: true,
      details: { length },
    });
  }
  const sw = ((unverifiedBytes[length - 2] ?? 0) << 8) | (unverifiedBytes[length - 1] ?? 0);
  return { data: unverifiedBytes.subarray(0, length - 2), sw };
}
