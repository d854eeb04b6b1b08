import { decodeUtf8 } from '../bytes.js';
import { decodeZipText } from './zip-name.js';
import { zipError } from './zip-error.js';
import { u16, viewOf } from './zip-records.js';

/** Info-ZIP's Unicode Path and Unicode Comment (APPNOTE.TXT 6.3.10 §§4.6.8 and 4.6.9). */
const UNICODE_PATH = 0x7075;
const UNICODE_COMMENT = 0x6375;
/** Version and the checksum of the text that it stands for. */
const UNICODE_TEXT_OFFSET = 5;

/** What an entry is named here, and the octets of its comment. */
export interface ZipEntryTexts {
  readonly name: string;
  readonly comment: Uint8Array;
}

/**
 * Holds the extra fields of one header to what the entry is named: some programs take a name that stands there for the
 * entry's own, whether or not its checksum says that it is up to date.
 * @throws FormatError `ERR_SIGN_FORMAT`: `zip-name`, `zip-structure`
 */
export function requireOneName(extra: Uint8Array, { name, comment }: ZipEntryTexts): void {
  for (const { id, data } of extraFields(extra)) {
    if (id !== UNICODE_PATH && id !== UNICODE_COMMENT) continue;
    const expected = id === UNICODE_PATH ? name : decodeZipText(comment, false);
    const other = data.length < UNICODE_TEXT_OFFSET ? undefined : decodeUtf8(data.subarray(UNICODE_TEXT_OFFSET));
    if (other === undefined || other !== expected) throw zipError('zip-name', 'an entry of two names');
  }
}

function extraFields(extra: Uint8Array): readonly { readonly id: number; readonly data: Uint8Array }[] {
  const fields: { id: number; data: Uint8Array }[] = [];
  let offset = 0;
  while (extra.length - offset >= 4) {
    const view = viewOf(extra.subarray(offset));
    const end = offset + 4 + u16(view, 2);
    if (end > extra.length) throw zipError('zip-structure', 'an extra field is cut');
    fields.push({ id: u16(view, 0), data: extra.subarray(offset + 4, end) });
    offset = end;
  }
  // Zeros that bring data to an even place are no field.
  if (extra.subarray(offset).some((octet) => octet !== 0)) throw zipError('zip-structure', 'an extra field is cut');
  return fields;
}
