import { errorArea, type ErrorCode } from '../../sdk/protocol/error-codes.js';

/** Exit codes are a public interface: scripts may rely on them. 70 and 74 are EX_SOFTWARE and EX_IOERR of sysexits.h. */
export const ExitCode = {
  DONE: 0,
  /** A negative result (`verify`), or a failure of area CERT or SIGN. */
  NEGATIVE: 1,
  /** Wrong usage, or a failure of area PROTOCOL. */
  USAGE: 2,
  /** Reader or card. */
  CARD: 3,
  /** PIN wrong or blocked. */
  PIN: 4,
  /** The person refused, cancelled, or did not answer. */
  REFUSED: 5,
  ORIGIN_OR_POLICY: 6,
  INTERNAL: 70,
  FILE: 74,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export function exitCodeOf(code: ErrorCode): ExitCode {
  switch (errorArea(code)) {
    case 'CERT':
    case 'SIGN':
      return ExitCode.NEGATIVE;
    case 'PROTOCOL':
      return ExitCode.USAGE;
    case 'PCSC':
    case 'CARD':
      return ExitCode.CARD;
    case 'PIN':
      return ExitCode.PIN;
    case 'USER':
      return ExitCode.REFUSED;
    case 'ORIGIN':
    case 'POLICY':
      return ExitCode.ORIGIN_OR_POLICY;
    case 'INTERNAL':
      return code === 'ERR_INTERNAL_FILE' ? ExitCode.FILE : ExitCode.INTERNAL;
  }
}
