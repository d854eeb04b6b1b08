import { decodeUtf8 } from '../bytes.js';
import { isReservedFileName } from '../file-name.js';
import { zipError } from './zip-error.js';

/** UTF-16 code units. */
const MAX_NAME_LENGTH = 1024;

/**
 * An entry's name. Where no flag says UTF-8 (APPNOTE.TXT appendix D) it is UTF-8 all the same if it is well-formed, as
 * programs on macOS and Linux write it, and otherwise the code page of Japanese Windows.
 * @throws FormatError `ERR_SIGN_FORMAT`, `zip-name`
 */
export function decodeZipName(bytes: Uint8Array, isFlaggedUtf8: boolean): string {
  const name = decodeZipText(bytes, isFlaggedUtf8);
  if (name === undefined) throw zipError('zip-name', 'a name that is not text');
  requireSafeName(name);
  return name;
}

/** Text as in a name; undefined where it is none. */
export function decodeZipText(bytes: Uint8Array, isFlaggedUtf8: boolean): string | undefined {
  return decodeUtf8(bytes) ?? (isFlaggedUtf8 ? undefined : decodeCp932(bytes));
}

function decodeCp932(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Relative, downwards, and without what Windows takes for a drive, a stream, a separator or a device. */
function requireSafeName(name: string): void {
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  const isSafe =
    path !== '' &&
    name.length <= MAX_NAME_LENGTH &&
    !/[\\:\p{Cc}]/u.test(path) &&
    !path.split('/').some(isReservedFileName);
  if (!isSafe) throw zipError('zip-name', 'a name that leads elsewhere');
}
