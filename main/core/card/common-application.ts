import { unexpectedStatusWord, type CardChannel } from '../apdu/card-channel.js';
import { readRecord, selectEf } from '../apdu/command-apdu.js';
import { StatusWord } from '../apdu/status-word.js';
import { ClientError } from '../errors.js';
import { selectApplication } from './card-application.js';
import { shortFileId } from './card-generation.js';

/** 共通カードAP. */
const AID = Uint8Array.of(0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00);

/** EF 0001: one record about the card itself. */
const CARD_RECORD = { fileId: 0x0001, record: 1 } as const;
const CURRENT_FILE = 0;

/** Of the record: tag, length and ASCII digits, the first fifteen of which are the manufacture number. */
const TAG = 0x01;
const HEADER_BYTES = 2;
const NUMBER_DIGITS = 15;

/**
 * The card's manufacture number, fifteen ASCII digits: the same wherever the card is used, for as long as it lasts. It is read
 * to tell cards apart and goes nowhere; the caller zeroes it. Selects 共通カードAP, so that whatever was selected before is to
 * be selected again.
 * @throws ClientError ERR_CARD_UNSUPPORTED where the medium has no such application, as phones have none;
 * ERR_CARD_RESPONSE where its record has another form
 */
export async function readManufactureNumber(channel: CardChannel): Promise<Uint8Array> {
  if (!(await selectApplication(channel, AID))) {
    const details = { application: 'common' };
    throw new ClientError('ERR_CARD_UNSUPPORTED', 'this card holds no 共通カードAP', { details });
  }
  const data = (await readCardRecord(channel, shortFileId(CARD_RECORD.fileId))) ?? (await readSelected(channel));
  try {
    return numberOf(data);
  } finally {
    data.fill(0);
  }
}

/** Undefined where the card has no word for short identifiers. */
async function readCardRecord(channel: CardChannel, file: number): Promise<Uint8Array | undefined> {
  const command = readRecord(file, CARD_RECORD.record);
  const { sw, data } = await channel.send(command);
  if (sw === StatusWord.OK) return data;
  if (file !== CURRENT_FILE && sw === StatusWord.INCORRECT_P1_P2) return undefined;
  throw unexpectedStatusWord(command, sw);
}

async function readSelected(channel: CardChannel): Promise<Uint8Array> {
  const command = selectEf(CARD_RECORD.fileId);
  const { sw } = await channel.send(command);
  if (sw !== StatusWord.OK) throw unexpectedStatusWord(command, sw);
  return (await readCardRecord(channel, CURRENT_FILE)) ?? new Uint8Array();
}

function numberOf(record: Uint8Array): Uint8Array {
  const [tag, length = 0] = record;
  const number = record.slice(HEADER_BYTES, HEADER_BYTES + NUMBER_DIGITS);
  const fits = tag === TAG && length >= NUMBER_DIGITS && record.length >= HEADER_BYTES + length;
  if (fits && number.length === NUMBER_DIGITS && number.every(isDigit)) return number;
  number.fill(0);
  throw new ClientError('ERR_CARD_RESPONSE', 'the record of 共通カードAP has another form', { retriable: true });
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
