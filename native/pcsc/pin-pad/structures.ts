/**
 * The structures of PC/SC part 10 (v2.02.09) by which a reader is told to ask for a PIN and put it into a command:
 * `PIN_VERIFY_STRUCTURE` (section 2.5.2) and `PIN_MODIFY_STRUCTURE` (section 2.5.3). Packed, little-endian.
 *
 * They are for PINs of a fixed number of digits, each digit one ASCII byte, as the four-digit ones of the My Number Card
 * are. Its signing password has letters and cannot be entered on a reader.
 */

/** Units are bytes, the PIN begins with the data field, is left-justified, and ASCII. */
const FORMAT_ASCII_BYTES = 0x82;
/** No length of the PIN goes into the command. */
const NO_PIN_LENGTH = 0x00;
/** The entry ends with the validation key, so that a slip can be corrected. */
const ENDS_WITH_VALIDATION_KEY = 0x02;
/** The new PIN is entered twice; the current one is not asked for. */
const CONFIRM_NEW_PIN = 0x01;
const LANGUAGE_JAPANESE = 0x0411;
/** Messages of the reader itself, by CCID's index: enter the PIN, enter the new PIN, repeat it. */
const MESSAGE_ENTER = 0x00;
const MESSAGE_ENTER_NEW = 0x01;
const MESSAGE_CONFIRM_NEW = 0x02;
const TEO_PROLOGUE = [0x00, 0x00, 0x00] as const;
const MAX_DIGITS = 15;
const COMMAND_HEADER_BYTES = 4;

export interface PinPadEntry {
  /** CLA, INS, P1, P2 of the command the PIN goes into. */
  readonly commandHeader: Uint8Array;
  /** Digits of the PIN, no more and no fewer. 1 to 15, as the structures hold it in four bits. */
  readonly digits: number;
  /** How long the reader waits for a key, 1 to 255 seconds. */
  readonly timeoutSeconds: number;
  /** Whether the reader has a display to show its messages on. */
  readonly display: boolean;
}

/** `PIN_VERIFY_STRUCTURE` for VERIFY, ISO/IEC 7816-4. @throws RangeError */
export function encodePinVerify(entry: PinPadEntry): Uint8Array {
  requireInRange(entry);
  const { digits, timeoutSeconds, display } = entry;
  const command = commandTemplate(entry);
  return Uint8Array.of(
    timeoutSeconds, // bTimeOut
    timeoutSeconds, // bTimeOut2, after the first key
    FORMAT_ASCII_BYTES, // bmFormatString
    digits, // bmPINBlockString
    NO_PIN_LENGTH, // bmPINLengthFormat
    ...uint16(digits * 0x100 + digits), // wPINMaxExtraDigit
    ENDS_WITH_VALIDATION_KEY, // bEntryValidationCondition
    display ? 1 : 0, // bNumberMessage
    ...uint16(LANGUAGE_JAPANESE), // wLangId
    MESSAGE_ENTER, // bMsgIndex
    ...TEO_PROLOGUE, // bTeoPrologue
    ...uint32(command.length), // ulDataLength
    ...command, // abData
  );
}

/**
 * `PIN_MODIFY_STRUCTURE` for CHANGE REFERENCE DATA whose data field is the new PIN alone, after the old one was verified.
 * @throws RangeError
 */
export function encodePinModify(entry: PinPadEntry): Uint8Array {
  requireInRange(entry);
  const { digits, timeoutSeconds, display } = entry;
  const command = commandTemplate(entry);
  return Uint8Array.of(
    timeoutSeconds, // bTimeOut
    timeoutSeconds, // bTimeOut2, after the first key
    FORMAT_ASCII_BYTES, // bmFormatString
    digits, // bmPINBlockString
    NO_PIN_LENGTH, // bmPINLengthFormat
    0, // bInsertionOffsetOld, unused
    0, // bInsertionOffsetNew
    ...uint16(digits * 0x100 + digits), // wPINMaxExtraDigit
    CONFIRM_NEW_PIN, // bConfirmPIN
    ENDS_WITH_VALIDATION_KEY, // bEntryValidationCondition
    display ? 2 : 0, // bNumberMessage
    ...uint16(LANGUAGE_JAPANESE), // wLangId
    MESSAGE_ENTER_NEW, // bMsgIndex1
    MESSAGE_CONFIRM_NEW, // bMsgIndex2
    0, // bMsgIndex3, unused
    ...TEO_PROLOGUE, // bTeoPrologue
    ...uint32(command.length), // ulDataLength
    ...command, // abData
  );
}

/** The command with zeros where the reader puts the digits. No PIN is ever in it. */
function commandTemplate({ commandHeader, digits }: PinPadEntry): number[] {
  return [...commandHeader, digits, ...new Uint8Array(digits)];
}

function requireInRange({ commandHeader, digits, timeoutSeconds }: PinPadEntry): void {
  if (commandHeader.length !== COMMAND_HEADER_BYTES) throw new RangeError('a command header has four bytes');
  if (!isIntegerWithin(digits, MAX_DIGITS)) throw new RangeError('number of digits out of range');
  if (!isIntegerWithin(timeoutSeconds, 0xff)) throw new RangeError('timeout out of range');
}

function isIntegerWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

function uint16(value: number): number[] {
  return [value & 0xff, value >>> 8];
}

function uint32(value: number): number[] {
  return [...uint16(value & 0xffff), ...uint16(value >>> 16)];
}
