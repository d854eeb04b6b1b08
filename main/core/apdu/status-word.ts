/** SW1-SW2 of ISO 7816-4 §5.6 as one 16-bit number, with the readings that My Number Cards give them. */
export const StatusWord = {
  OK: 0x9000,
  END_OF_FILE: 0x6282,
  VERIFICATION_FAILED: 0x6300,
  WRONG_LENGTH: 0x6700,
  SECURITY_STATUS_NOT_SATISFIED: 0x6982,
  AUTHENTICATION_METHOD_BLOCKED: 0x6983,
  /** "Referenced IEF locked": what several My Number Cards answer for a blocked PIN (JICSAP reading). */
  REFERENCE_DATA_NOT_USABLE: 0x6984,
  CONDITIONS_NOT_SATISFIED: 0x6985,
  FILE_NOT_FOUND: 0x6a82,
  INCORRECT_P1_P2: 0x6a86,
  OFFSET_OUTSIDE_FILE: 0x6b00,
  INTERNAL_ERROR: 0x6f00,
} as const;

/** `63Cx`: x tries are left; undefined for every other status word. */
export function retryCounter(statusWord: number): number | undefined {
  return (statusWord & 0xfff0) === 0x63c0 ? statusWord & 0x000f : undefined;
}

/** `63C0`, `6983` and `6984` all mean the same to a person: blocked. */
export function meansBlocked(statusWord: number): boolean {
  return (
    retryCounter(statusWord) === 0 ||
    statusWord === StatusWord.AUTHENTICATION_METHOD_BLOCKED ||
    statusWord === StatusWord.REFERENCE_DATA_NOT_USABLE
  );
}

/** Four upper-case hexadecimal digits, as standards print status words. */
export function formatStatusWord(statusWord: number): string {
  return statusWord.toString(16).toUpperCase().padStart(4, '0');
}
