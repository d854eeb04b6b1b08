import { ScardError } from '../../scard-error.js';
import { MAX_RESPONSE_BYTES, MIN_RESPONSE_BYTES } from '../messages.js';
import { FEATURE, type FeatureList } from './features.js';

/** `SCardControl` on one connection. Rejects with `ScardError`. */
export type SendControl = (controlCode: number, input: Uint8Array) => Promise<Uint8Array>;

/** What became of an entry, as far as it is the reader's own word: PC/SC part 10 (v2.02.09), section 2.5. */
export type PinPadOutcome =
  | 'timed-out'
  | 'cancelled'
  /** The two entries of a new PIN differ. */
  | 'mismatch'
  /** Too few or too many digits. */
  | 'length'
  /** The reader does not take the structure. */
  | 'unsupported'
  /** The status word is the card's: the command was sent. */
  | 'answered';

const READER_STATUS_WORDS: ReadonlyMap<number, PinPadOutcome> = new Map([
  [0x6400, 'timed-out'],
  [0x6401, 'cancelled'],
  [0x6402, 'mismatch'],
  [0x6403, 'length'],
  [0x6b80, 'unsupported'],
]);

export interface PinPadResponse {
  readonly outcome: PinPadOutcome;
  /** SW1 SW2. */
  readonly statusWord: number;
}

/**
 * Lets the reader ask for a PIN and send it to the card. The PIN never reaches this PC. Nothing of the program calls this:
 * PIN entry on readers is off.
 * @param structure `PIN_VERIFY_STRUCTURE` or `PIN_MODIFY_STRUCTURE`, as the feature wants it
 * @throws ScardError SCARD_E_UNSUPPORTED_FEATURE where the reader has no such feature; what the control call failed with.
 *   Then whether a try was spent is known only from the card.
 */
export async function enterPinOnReader(
  send: SendControl,
  features: FeatureList,
  request: { readonly feature: 'VERIFY_PIN_DIRECT' | 'MODIFY_PIN_DIRECT'; readonly structure: Uint8Array },
): Promise<PinPadResponse> {
  const controlCode = features.get(FEATURE[request.feature]);
  if (controlCode === undefined) throw new ScardError('SCARD_E_UNSUPPORTED_FEATURE');
  const response = await send(controlCode, request.structure);
  if (response.length < MIN_RESPONSE_BYTES || response.length > MAX_RESPONSE_BYTES) {
    throw new ScardError('SCARD_E_COMM_DATA_LOST', 'response length out of range');
  }
  const statusWord = new DataView(response.buffer, response.byteOffset, response.byteLength).getUint16(
    response.length - 2,
  );
  return { outcome: READER_STATUS_WORDS.get(statusWord) ?? 'answered', statusWord };
}
