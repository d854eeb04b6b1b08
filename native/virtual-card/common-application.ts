import { createHash } from 'node:crypto';
import type { CardApplication, CardFile } from './card-application.js';
import type { CardMaterial } from './card-material.js';
import { TEST_HOLDER } from './test-holder.js';
import { encodeTlv } from './tlv.js';

const AID = Uint8Array.from([0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00]);

const NUMBER_DIGITS = 15;
const EXPIRY = `${TEST_HOLDER.cardExpiryYear}0401`;

/** 共通カードAP: what the card says of itself. */
export function commonApplication(material: CardMaterial): CardApplication {
  const record = encodeTlv(0x01, Buffer.from(cardRecord(material), 'ascii'));
  const file: CardFile = { kind: 'records', records: [record], read: 'always' };
  return { name: 'common', aid: AID, files: new Map<number, CardFile>([[0x0001, file]]) };
}

/** 28 digits: manufacture number, municipality, end of the card. The number follows from the card's own key. */
function cardRecord(material: CardMaterial): string {
  return `${manufactureNumber(material)}${TEST_HOLDER.municipalityCode}${EXPIRY}`;
}

/** Of a test card, as its record has it: 15 digits. */
export function manufactureNumber({ authentication }: CardMaterial): string {
  const digest = createHash('sha256').update(authentication.certificate).digest();
  return Array.from(digest.subarray(0, NUMBER_DIGITS), (byte) => String(byte % 10)).join('');
}
