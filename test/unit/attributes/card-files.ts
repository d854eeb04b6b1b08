import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** Files of 券面事項入力補助AP as a card may have them, made here independently of the virtual card. */

/** Form of a length field: as short as can be, or `82 hh ll`. */
export type LengthForm = 'shortest' | 'two-bytes' | 'four-bytes';

export function tlv(tag: string, value: Uint8Array, form: LengthForm = 'shortest'): Buffer {
  const { length } = value;
  const long = (bytes: number): string =>
    `${(0x80 | bytes).toString(16)}${length.toString(16).padStart(2 * bytes, '0')}`;
  const forms = {
    shortest: length < 0x80 ? length.toString(16).padStart(2, '0') : long(length < 0x100 ? 1 : 2),
    'two-bytes': long(2),
    'four-bytes': long(4),
  };
  return Buffer.concat([Buffer.from(tag + forms[form], 'hex'), value]);
}

export const PERSON = { name: '山田　花子', address: '東京都千代田区一丁目', birthDate: '19900401', gender: '2' };

export interface AttributeFileParts {
  readonly values?: Partial<Record<keyof typeof PERSON, string | Uint8Array | undefined>>;
  readonly form?: LengthForm;
  /** In place of eight bytes of offsets; undefined: no table. */
  readonly table?: Uint8Array | undefined;
  readonly filler?: Uint8Array;
}

/** EF 0002, and what its digest is made of. */
export function attributeFile(parts: AttributeFileParts = {}): { file: Buffer; digested: Buffer } {
  const { form = 'shortest', filler = Buffer.alloc(0) } = parts;
  const table = 'table' in parts ? parts.table : Buffer.alloc(8, 0x11);
  const values = { ...PERSON, ...parts.values };
  const tags = { name: 'df22', address: 'df23', birthDate: 'df24', gender: 'df25' };
  const objects = Object.entries(tags).flatMap(([name, tag]) => {
    const value = values[name as keyof typeof PERSON];
    return value === undefined ? [] : [tlv(tag, Buffer.from(value as string, 'utf8'), form)];
  });
  const digested = Buffer.concat(objects);
  const head = table ? tlv('df21', table, form) : Buffer.alloc(0);
  return { file: Buffer.concat([tlv('ff20', Buffer.concat([head, digested]), form), filler]), digested };
}

export interface Signer {
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

export function rsaSigner(modulusLength = 2048): Signer {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { key, publicKey };
}

export const MY_NUMBER_DIGEST = createHash('sha256').update('ff100c and twelve digits').digest();

/** EF 0003 over `digested`. */
export function digestFile(digested: Uint8Array, signer: Signer): Buffer {
  const objects = Buffer.concat([
    tlv('df31', MY_NUMBER_DIGEST),
    tlv('df32', createHash('sha256').update(digested).digest()),
  ]);
  return tlv('ff30', Buffer.concat([objects, tlv('df33', sign('sha256', objects, signer.key), 'two-bytes')]));
}

export const ROOT_KEY_ID = Buffer.from('ROOT-KEY-NUMBER1');

/** EF 0004 for `signer`, signed by `root` over the value of 5F4E or over the whole object. */
export function signerCertificate(signer: Signer, root: Signer, signed: 'value' | 'object' = 'value'): Buffer {
  const { n = '', e = '' } = signer.publicKey.export({ format: 'jwk' });
  const value = Buffer.concat([
    ROOT_KEY_ID,
    Buffer.from('OWN--KEY-NUMBER1'),
    tlv('90', Buffer.from(e, 'base64url')),
    tlv('91', Buffer.from(n, 'base64url'), 'two-bytes'),
  ]);
  const content = tlv('5f4e', value, 'two-bytes');
  const signature = sign('sha256', signed === 'value' ? value : content, root.key);
  return tlv('7f21', Buffer.concat([content, tlv('5f37', signature, 'two-bytes')]), 'two-bytes');
}

export function spki({ publicKey }: Signer): Uint8Array {
  return publicKey.export({ format: 'der', type: 'spki' });
}
