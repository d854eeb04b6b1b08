import { encodeBase64, encodeHex, encodeUtf8 } from '../../../sdk/formats/bytes.js';
import type { Gender } from '../../../sdk/protocol/index.js';
import type { CardAttributes } from '../attributes/attribute-file.js';
import { ClientError } from '../errors.js';
import type { SiteIdentifiers } from './identifiers.js';

/** What the card made of a request of a page. */
export interface PageSignatures {
  /** RSASSA-PKCS1-v1_5, in the order of the request. */
  readonly signatures: readonly Uint8Array[];
  /** DER. */
  readonly certificate: Uint8Array;
}

/** `detail` of the `recvMsg` that answers mode 01. */
export function logInAnswer({ signatures, certificate }: PageSignatures, identifiers: SiteIdentifiers): string {
  return JSON.stringify({
    mode: '01',
    result: '0',
    uuid: identifiers.uuid,
    signature: encodeBase64(only(signatures)),
    certificate: unpaddedBase64(certificate),
    combination_code: identifiers.combinationCode,
  });
}

/** The same for mode 02. @param single The site sent one value and not a list of one. */
export function signAnswer({ signatures, certificate }: PageSignatures, single: boolean): string {
  return JSON.stringify({
    mode: '02',
    result: '0',
    signature: single ? encodeBase64(only(signatures)) : signatures.map(encodeBase64),
    certificate: unpaddedBase64(certificate),
  });
}

/** The same for mode 04: each attribute in lower-case hexadecimal of its UTF-8 octets. */
export function attributesAnswer({ name, gender, address, birthDate }: CardAttributes): string {
  return JSON.stringify({
    mode: '04',
    result: '0',
    name: hexText(name),
    sex: hexText(gender && GENDER_CODES[gender]),
    address: hexText(address),
    birthday: hexText(birthDate),
  });
}

/** ASCII digits of DF25; the card has two for what is not known. */
const GENDER_CODES: Readonly<Record<Gender, string>> = {
  male: '1',
  female: '2',
  unknown: '3',
  'not-applicable': '9',
};

function hexText(text: string | undefined): string {
  if (text === undefined) throw new ClientError('ERR_INTERNAL', 'an attribute that was not read');
  return encodeHex(encodeUtf8(text));
}

function only([first, second]: readonly Uint8Array[]): Uint8Array {
  if (!first || second) throw new ClientError('ERR_INTERNAL', 'not one signature');
  return first;
}

function unpaddedBase64(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/=+$/, '');
}
