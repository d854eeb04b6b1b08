import { FormatError } from '../format-error.js';

/** Why an archive, or an entry of it, is not taken. Stable. */
export type ZipReason =
  /** Not a ZIP archive, or records that do not fit together, in part or with something before or behind them. */
  | 'zip-structure'
  /** Several disks, sizes that take 64 bits, or stored data whose size is told behind them alone. */
  | 'zip-unsupported'
  /** More entries, or more octets once they are decompressed, than are read. */
  | 'zip-too-large'
  | 'zip-encrypted'
  /** A compression other than none and Deflate. */
  | 'zip-method'
  /** A name that is not text, leads out of the archive's folder, is a device of Windows, or is not the entry's only one. */
  | 'zip-name'
  /** Two entries that one file system or another takes for the same. */
  | 'zip-duplicate-name'
  /** Entries that share octets. */
  | 'zip-overlap'
  /** Octets that belong to no entry. */
  | 'zip-gap'
  /** An entry's own header says something else than the directory. */
  | 'zip-local-header'
  /** Data that cannot be decompressed, or are not what the checksum says. */
  | 'zip-data';

export function zipError(reason: ZipReason, message: string, cause?: unknown): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', `ZIP: ${message}`, { cause, reason });
}
