import { findMaterialDefect, type CardMaterial, type CertifiedKey } from './card-material.js';
import { PIN_NAMES, PIN_RULES, pinFormatHolds, type PinName, type PinRecord, type PinRecords } from './pins.js';

/** A card as it lies in its file. */
export interface CardState {
  readonly material: CardMaterial;
  readonly pins: PinRecords;
}

/** The state file's own words for what it is. */
const FORMAT = 'madoguchi-virtual-card';
const VERSION = 1;

/** What is wrong with a state file; the message names the field, never its value. */
export class CardStateDefect extends Error {
  override readonly name = 'CardStateDefect';
}

/** @returns JSON, UTF-8; certificates and PINs in base64. */
export function encodeCardState({ material, pins }: CardState): string {
  const pair = ({ privateKey, certificate }: CertifiedKey) => ({ privateKey, certificate: toBase64(certificate) });
  const pinEntries = PIN_NAMES.map((name) => {
    const { value, triesLeft } = pins[name];
    return [name, { value: toBase64(value), triesLeft }] as const;
  });
  const document = {
    format: FORMAT,
    version: VERSION,
    authorities: {
      signing: pair(material.authorities.signing),
      authentication: pair(material.authorities.authentication),
    },
    signing: pair(material.signing),
    authentication: pair(material.authentication),
    textSigner: material.textSigner,
    textRoot: material.textRoot,
    pins: Object.fromEntries(pinEntries),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** @throws CardStateDefect unless the file holds a whole card whose keys and certificates belong together. */
export function decodeCardState(json: string): CardState {
  const document = decodeDocument(json);
  const authorities = objectAt(document, 'authorities');
  const material: CardMaterial = {
    authorities: {
      signing: certifiedKey(objectAt(authorities, 'signing')),
      authentication: certifiedKey(objectAt(authorities, 'authentication')),
    },
    signing: certifiedKey(objectAt(document, 'signing')),
    authentication: certifiedKey(objectAt(document, 'authentication')),
    textSigner: stringAt(document, 'textSigner'),
    textRoot: stringAt(document, 'textRoot'),
  };
  const defect = findMaterialDefect(material);
  if (defect !== undefined) throw new CardStateDefect(defect);
  return { material, pins: pinRecords(document) };
}

/** The PINs alone, of a file whose other parts were checked before. @throws CardStateDefect */
export function decodePins(json: string): PinRecords {
  return pinRecords(decodeDocument(json));
}

type JsonObject = Readonly<Record<string, unknown>>;

function decodeDocument(json: string): JsonObject {
  const document = asObject(parseJson(json), 'the file');
  if (document['format'] !== FORMAT || document['version'] !== VERSION) {
    throw new CardStateDefect('format or version is not known');
  }
  return document;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CardStateDefect('not JSON');
  }
}

function asObject(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CardStateDefect(`${name} is not an object`);
  }
  return value as JsonObject;
}

function objectAt(parent: JsonObject, name: string): JsonObject {
  return asObject(parent[name], name);
}

function stringAt(parent: JsonObject, name: string): string {
  const value = parent[name];
  if (typeof value !== 'string') throw new CardStateDefect(`${name} is not a string`);
  return value;
}

function certifiedKey(parent: JsonObject): CertifiedKey {
  return { privateKey: stringAt(parent, 'privateKey'), certificate: bytesAt(parent, 'certificate') };
}

function bytesAt(parent: JsonObject, name: string): Uint8Array {
  const text = stringAt(parent, name);
  const value = Uint8Array.from(Buffer.from(text, 'base64'));
  if (toBase64(value) !== text) throw new CardStateDefect(`${name} is not base64`);
  return value;
}

function pinRecords(document: JsonObject): PinRecords {
  const pins = objectAt(document, 'pins');
  const record = (name: PinName) => pinRecord(name, objectAt(pins, name));
  return {
    authentication: record('authentication'),
    signing: record('signing'),
    text: record('text'),
    numberA: record('numberA'),
    numberB: record('numberB'),
  };
}

function pinRecord(name: PinName, parent: JsonObject): PinRecord {
  const value = bytesAt(parent, 'value');
  const triesLeft = parent['triesLeft'];
  if (!pinFormatHolds(name, value)) throw new CardStateDefect(`pins.${name}.value is not such a PIN`);
  if (typeof triesLeft !== 'number' || !isTriesLeft(triesLeft, PIN_RULES[name].maxTries)) {
    throw new CardStateDefect(`pins.${name}.triesLeft is out of range`);
  }
  return { value, triesLeft };
}

function isTriesLeft(value: number, maxTries: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= maxTries;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
