import { describe, expect, it } from 'vitest';
import { findTlv, parseBerTlv } from '../../../main/core/apdu/ber-tlv.js';
import { CardChannel } from '../../../main/core/apdu/card-channel.js';
import {
  computeDigitalSignature,
  encodeCommandApdu,
  queryRetryCounter,
  readBinary,
  readBinaryByShortFileId,
  selectByAid,
  selectEf,
  verify,
} from '../../../main/core/apdu/command-apdu.js';
import { decodeResponseApdu } from '../../../main/core/apdu/response-apdu.js';
import { formatStatusWord, meansBlocked, retryCounter } from '../../../main/core/apdu/status-word.js';
import type { CardConnection } from '../../../main/core/ports.js';
import { errorCode } from '../../support/error-code.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('command APDUs (ISO 7816-4 §5.1)', () => {
  it.each([
    ['SELECT by AID', selectByAid(bytes('D392F000260100000001')), '00A4040C0AD392F000260100000001'],
    ['SELECT EF', selectEf(0x001b), '00A4020C02001B'],
    ['READ BINARY of 256 bytes writes Le 00', readBinary(0x0100, 256), '00B0010000'],
    ['READ BINARY of the rest', readBinary(0x0623, 12), '00B006230C'],
    ['READ BINARY by short identifier', readBinaryByShortFileId(0x0a, 256), '00B08A0000'],
    ['VERIFY without data', queryRetryCounter(0x80), '00200080'],
    ['VERIFY', verify(0x98, bytes('31323334')), '002000980431323334'],
    ['COMPUTE DIGITAL SIGNATURE', computeDigitalSignature(0x80, bytes('3031')), '802A008002303100'],
  ])('%s', (_name, command, expected) => {
    expect(hex(encodeCommandApdu(command))).toBe(expected);
  });

  it('refuses an empty PIN before any card could take it for a query', () => {
    expect(() => verify(0x80, new Uint8Array(0))).toThrow(RangeError);
  });

  it('refuses what a short APDU cannot carry', () => {
    expect(() => encodeCommandApdu({ cla: 0, ins: 0, p1: 0, p2: 0, data: new Uint8Array(256) })).toThrow(RangeError);
    expect(() => encodeCommandApdu({ cla: 0, ins: 0, p1: 0, p2: 0, le: 257 })).toThrow(RangeError);
    expect(() => readBinary(0x8000, 1)).toThrow(RangeError);
  });
});

describe('responses and status words', () => {
  it('splits data from SW1-SW2', () => {
    expect(decodeResponseApdu(bytes('0102 9000'))).toEqual({ data: bytes('0102'), sw: 0x9000 });
  });

  it.each([0, 1, 259])('refuses %i bytes', (length) => {
    expect(errorCode(() => decodeResponseApdu(new Uint8Array(length)))).toBe('ERR_CARD_RESPONSE');
  });

  it('reads retry counters and every spelling of blocked', () => {
    expect(retryCounter(0x63c3)).toBe(3);
    expect(retryCounter(0x6300)).toBeUndefined();
    expect([0x63c0, 0x6983, 0x6984].map(meansBlocked)).toEqual([true, true, true]);
    expect([0x63c1, 0x6982, 0x9000].map(meansBlocked)).toEqual([false, false, false]);
    expect(formatStatusWord(0x6a82)).toBe('6A82');
  });
});

/** Answers commands from a script; fails the test on one it does not know. */
function scriptedConnection(script: readonly (readonly [command: string, response: string])[]) {
  const sent: Uint8Array[] = [];
  const steps = [...script];
  const connection: CardConnection = {
    atr: new Uint8Array(0),
    transmit(command) {
      sent.push(command);
      const step = steps.shift();
      if (hex(command) !== step?.[0].replaceAll(' ', '')) throw new Error(`unexpected command ${hex(command)}`);
      return Promise.resolve(bytes(step[1]));
    },
    disconnect: () => Promise.resolve(),
  };
  return { connection, sent };
}

describe('CardChannel', () => {
  it('fetches the rest after 61xx and joins it', async () => {
    const { connection } = scriptedConnection([
      ['00B0000000', '0102 6102'],
      ['00C0000002', '0304 9000'],
    ]);
    expect(await new CardChannel(connection).send(readBinary(0, 256))).toEqual({ data: bytes('01020304'), sw: 0x9000 });
  });

  it('asks again with the Le the card names after 6Cxx', async () => {
    const { connection } = scriptedConnection([
      ['00B0000000', '6C02'],
      ['00B0000002', '0102 9000'],
    ]);
    expect((await new CardChannel(connection).send(readBinary(0, 256))).data).toEqual(bytes('0102'));
  });

  it('gives up on a card that always has more', async () => {
    const { connection } = scriptedConnection([
      ['00B0000000', '6101'],
      ...Array.from({ length: 16 }, () => ['00C0000001', '00 6101'] as const),
    ]);
    await expect(new CardChannel(connection).send(readBinary(0, 256))).rejects.toMatchObject({
      code: 'ERR_CARD_RESPONSE',
    });
  });

  it('zeroes the bytes of a command that held a PIN, whether it worked or not', async () => {
    const { connection, sent } = scriptedConnection([['002000800431323334', '63C2']]);
    const channel = new CardChannel(connection);
    await channel.send(verify(0x80, bytes('31323334')));
    await expect(channel.send(verify(0x80, bytes('31323334')))).rejects.toThrow('unexpected command');
    expect(sent.map((command) => command.every((byte) => byte === 0))).toEqual([true, true]);
  });

  it('never sends a PIN twice, even where the card asks for another Le', async () => {
    const { connection, sent } = scriptedConnection([['002000800431323334', '6C04']]);
    await new CardChannel(connection).send(verify(0x80, bytes('31323334')));
    expect(sent).toHaveLength(1);
  });

  it('sends nothing once cancelled', async () => {
    const { connection, sent } = scriptedConnection([]);
    const abort = new AbortController();
    abort.abort();
    await expect(new CardChannel(connection, abort.signal).send(selectEf(1))).rejects.toMatchObject({
      code: 'ERR_USER_CANCELLED',
    });
    expect(sent).toHaveLength(0);
  });
});

describe('BER-TLV (ISO 7816-4 §5.2.2), as loose as cards are', () => {
  it('reads multi-byte tags, non-minimal lengths and nesting', () => {
    const [outer] = parseBerTlv(bytes('FF20 82 000B DF22 03 E5B1B1 DF25 8101 32'.replaceAll(' ', '')));
    expect(outer?.tag).toBe(0xff20);
    const inner = parseBerTlv(outer?.value ?? new Uint8Array(0));
    expect(findTlv(inner, 0xdf22)?.value).toEqual(bytes('E5B1B1'));
    expect(findTlv(inner, 0xdf25)?.value).toEqual(bytes('32'));
    expect(findTlv(inner, 0xdf21)).toBeUndefined();
  });

  it('skips filler before and after', () => {
    expect(parseBerTlv(bytes('0000 80 01 05 FFFF'))).toEqual([{ tag: 0x80, value: bytes('05') }]);
  });

  it.each(['80', '80 02 01', '80 80 01 0000', '80 85 0000000001 00', 'DF', 'DFFFFFFF 00', '80 84 FFFFFFFF'])(
    'refuses %s',
    (input) => {
      expect(errorCode(() => parseBerTlv(bytes(input)))).toBe('ERR_CARD_RESPONSE');
    },
  );
});
