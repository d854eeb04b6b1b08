import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { CardApplication, CardFile, TransparentFile } from './card-application.js';
import type { CardMaterial } from './card-material.js';
import type { CardProfile } from './card-profile.js';
import type { PinName } from './pins.js';
import { TEST_HOLDER } from './test-holder.js';
import { concatBytes, encodeTlv } from './tlv.js';

const AID = Uint8Array.from([0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08]);

/** Key references of EF 0004 and EF 0005, 16 bytes each. */
const ROOT_KEY_ID = Buffer.from('MADOGUCHI-ROOT-1', 'ascii');
const SIGNER_KEY_ID = Buffer.from('MADOGUCHI-TEXT-1', 'ascii');

/** 券面事項入力補助AP: the face of the card as text. */
export function textApplication(material: CardMaterial, { mergedPins }: CardProfile): CardApplication {
  const pin: PinName = mergedPins ? 'authentication' : 'text';
  const myNumber = myNumberFile();
  const attributes = attributeObjects();
  const signer = createPrivateKey(material.textSigner);
  const opened = (content: Uint8Array, read: TransparentFile['read']): CardFile => ({
    kind: 'transparent',
    content,
    read,
  });
  return {
    name: 'text',
    aid: AID,
    files: new Map<number, CardFile>([
      [0x0001, opened(myNumber, { anyOf: [pin, 'numberA'] })],
      [0x0002, opened(attributeFile(attributes), { anyOf: [pin, 'numberB'] })],
      [0x0003, opened(signatureFile(myNumber, attributes, signer), { anyOf: [pin, 'numberA', 'numberB'] })],
      [0x0004, opened(signerCertificateFile(material), 'always')],
      [0x0005, opened(basicInformationFile(), 'always')],
      [0x0011, { kind: 'pin', pin }],
      [0x0014, { kind: 'pin', pin: 'numberA' }],
      [0x0015, { kind: 'pin', pin: 'numberB' }],
    ]),
  };
}

/** EF 0001, 個人番号: FF10 with twelve ASCII digits, then two filler bytes. */
function myNumberFile(): Uint8Array {
  return concatBytes(encodeTlv(0xff10, ascii(TEST_HOLDER.myNumber)), Uint8Array.of(0xff, 0xff));
}

/** The four attributes in the order of EF 0002: 氏名, 住所, 生年月日, 性別. */
function attributeObjects(): readonly Uint8Array[] {
  return [
    encodeTlv(0xdf22, Buffer.from(TEST_HOLDER.name, 'utf8')),
    encodeTlv(0xdf23, Buffer.from(TEST_HOLDER.address, 'utf8')),
    encodeTlv(0xdf24, ascii(TEST_HOLDER.birthDate)),
    encodeTlv(0xdf25, ascii(TEST_HOLDER.sex)),
  ];
}

/** EF 0002: FF20 holding DF21, the offsets of the attributes from the file's start, and the attributes. */
function attributeFile(attributes: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...attributes);
  const tableLength = 3 + 2 * attributes.length;
  const headerLength = encodeTlv(0xff20, new Uint8Array(tableLength + body.length)).length - tableLength - body.length;
  const table = Buffer.alloc(2 * attributes.length);
  let offset = headerLength + tableLength;
  attributes.forEach((attribute, index) => {
    table.writeUInt16BE(offset, 2 * index);
    offset += attribute.length;
  });
  return encodeTlv(0xff20, concatBytes(encodeTlv(0xdf21, table), body));
}

/**
 * EF 0003: SHA-256 of EF 0001 as it lies on the card, filler included, and of the value of FF20 in EF 0002 without its
 * table DF21; then RSASSA-PKCS1-v1_5 with SHA-256 over the objects of both digests.
 */
function signatureFile(myNumber: Uint8Array, attributes: readonly Uint8Array[], signer: KeyObject): Uint8Array {
  const digests = concatBytes(
    encodeTlv(0xdf31, sha256(myNumber)),
    encodeTlv(0xdf32, sha256(concatBytes(...attributes))),
  );
  const signature = encodeTlv(0xdf33, sign('sha256', digests, signer), 'two-bytes');
  return encodeTlv(0xff30, concatBytes(digests, signature), 'two-bytes');
}

/**
 * EF 0004: card-verifiable certificate of the key that signed EF 0003, itself signed likewise over the value of 5F4E. Its
 * root key is not on the card.
 */
function signerCertificateFile(material: CardMaterial): Uint8Array {
  const { n, e } = createPublicKey(material.textSigner).export({ format: 'jwk' });
  const exponent = encodeTlv(0x90, Buffer.from(e ?? '', 'base64url'));
  const modulus = encodeTlv(0x91, Buffer.from(n ?? '', 'base64url'), 'two-bytes');
  const content = concatBytes(ROOT_KEY_ID, SIGNER_KEY_ID, exponent, modulus);
  const signature = sign('sha256', content, createPrivateKey(material.textRoot));
  const body = concatBytes(encodeTlv(0x5f4e, content, 'two-bytes'), encodeTlv(0x5f37, signature, 'two-bytes'));
  return encodeTlv(0x7f21, body, 'two-bytes');
}

/** EF 0005, AP基本情報, with lengths that are longer than they need be, as cards in use have them. */
function basicInformationFile(): Uint8Array {
  const version = encodeTlv(0xdf41, Uint8Array.of(0x01, 0x03, 0x0e, 0x01));
  const keyId = encodeTlv(0xdf42, SIGNER_KEY_ID);
  const unknown = encodeTlv(0xdf43, new Uint8Array(128), 'two-bytes');
  return encodeTlv(0xff40, concatBytes(version, keyId, unknown), 'two-bytes');
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'ascii');
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}
