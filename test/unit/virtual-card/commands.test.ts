import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import {
  CardFactory,
  hex,
  JPKI_AID,
  readCurrentFile,
  selectAid,
  selectEf,
  send,
  SIGNING_PIN,
  succeed,
  TEXT_AID,
  withoutFiller,
} from '../../support/virtual-card.js';

let factory: CardFactory;
/** 共通カードAP. */
const COMMON_AID = 'd3921000310001010100';

let card: VirtualCard;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(async () => {
  card = await factory.newCard();
});

describe('answer to reset', () => {
  it('is a contact card of Japan that selects by name and knows extended length', () => {
    expect(hex(card.powerOn())).toBe('3bda13ff8131fb468012392f31c173c601c03b');
    expect(hex(card.atr)).toBe('3bda13ff8131fb468012392f31c173c601c03b');
    expect(card.atr.reduce((check, byte) => check ^ byte, 0x3b)).toBe(0);
  });
});

describe('class and instruction', () => {
  it.each([
    ['01a4040c0ad392f000260100000001', '6881', 'logical channel 1'],
    ['40b0000000', '6881', 'logical channel 4'],
    ['81 2a 0080 01 00 00', '6881', 'logical channel 1, proprietary'],
    ['0cb0000000', '6882', 'secure messaging'],
    ['10200080', '6884', 'command chaining'],
    ['a0a40000023f00', '6e00', 'class of SIM cards'],
    ['ff ca 000000', '6e00', 'command for the reader'],
    ['80a4040c0ad392f000260100000001', '6e00', 'SELECT in the proprietary class'],
    ['002a9e9a0100', '6e00', 'COMPUTE DIGITAL SIGNATURE in the interindustry class'],
    ['0084000008', '6d00', 'GET CHALLENGE'],
    ['00cadf3000', '6a88', 'GET DATA'],
    ['00cb3fff045c025fc100', '6a88', 'GET DATA, odd'],
  ])('answers %s with %s: %s', (command, statusWord) => {
    expect(send(card, command)).toBe(statusWord);
  });

  it.each([
    '',
    '00',
    '00a404',
    '00a4040c0ad392',
    '00a4040c02d392f0002601',
    '00b000000000',
    '00a4040c0000000000',
    '00b000000000000000',
  ])('answers "%s", whose lengths do not fit, with 6700', (command) => {
    expect(send(card, command)).toBe('6700');
  });
});

describe('READ RECORD', () => {
  const RECORD = `011c${Buffer.from(`${'0'.repeat(15)}13101`).toString('hex')}`;

  it('tells the number of the card, its municipality and its end, by short identifier and by file', () => {
    succeed(card, selectAid(COMMON_AID));
    expect(card.log.at(-1)?.application).toBe('common');
    const response = send(card, '00b2010c00');
    expect(response.slice(-4)).toBe('9000');
    expect(response).toHaveLength(2 * (2 + 28 + 2));
    expect(response.slice(34, 44)).toBe(RECORD.slice(34, 44));
    expect(Buffer.from(response.slice(4, 34), 'hex').toString('ascii')).toBe(card.manufactureNumber);
    succeed(card, selectEf('0001'));
    expect(send(card, '00b2010400')).toBe(response);
  });

  it.each([
    ['00b2020c00', '6a83', 'a record that is not there'],
    ['00b2000c00', '6a83', 'the current record'],
    ['00b2010d00', '6a86', 'several records'],
    ['00b2011400', '6a82', 'a file that is not there'],
    ['00b2010c', '6700', 'no Le'],
    ['00b0810000', '6981', 'READ BINARY of a file of records'],
  ])('answers %s with %s: %s', (command, statusWord) => {
    succeed(card, selectAid(COMMON_AID));
    expect(send(card, command)).toBe(statusWord);
  });

  it('answers a file without records with 6981', () => {
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00b2013400')).toBe('6981');
  });
});

describe('SELECT', () => {
  it('selects both applications by their names', () => {
    expect(send(card, selectAid(JPKI_AID))).toBe('9000');
    expect(card.log.at(-1)?.application).toBe('jpki');
    expect(send(card, selectAid(TEXT_AID))).toBe('9000');
    expect(card.log.at(-1)?.application).toBe('text');
  });

  it('selects by the beginning of a name, not by less than five bytes and not by more than the name', () => {
    expect(send(card, '00a4040c05d392f00026')).toBe('9000');
    expect(card.log.at(-1)?.application).toBe('jpki');
    expect(send(card, '00a4040c07d3921000310001')).toBe('9000');
    expect(card.log.at(-1)?.application).toBe('text');
    expect(send(card, '00a4040c04d392f000')).toBe('6a82');
    expect(send(card, '00a4040c0bd392f00026010000000100')).toBe('6a82');
  });

  it.each([
    '00a4040007a0000001510000',
    '00a4040005a000000308',
    '00a4040006d27600012401',
    '00a4040c0ad3921000310001010402',
    '00a4040c0ad3921000310001010401',
    '00a4040000',
  ])('refuses the foreign name in %s and keeps what is selected', (command) => {
    succeed(card, selectAid(JPKI_AID), selectEf('0006'));
    expect(send(card, command)).toBe('6a82');
    expect(card.log.at(-1)).toMatchObject({ application: 'jpki', fileId: 6 });
  });

  it('selects EFs of the selected application only', () => {
    expect(send(card, selectEf('000a'))).toBe('6a82');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, selectEf('000a'))).toBe('9000');
    expect(send(card, selectEf('0011'))).toBe('6a82');
    succeed(card, selectAid(TEXT_AID));
    expect(send(card, selectEf('0011'))).toBe('9000');
    expect(send(card, selectEf('000a'))).toBe('6a82');
  });

  it('has every file of the JPKI application', () => {
    succeed(card, selectAid(JPKI_AID));
    for (const fileId of ['0001', '0002', '0006', '0008', '000a', '000b', '0017', '0018', '001a', '001b']) {
      expect([fileId, send(card, selectEf(fileId))]).toEqual([fileId, '9000']);
    }
  });

  it('returns the name where control information is asked for', () => {
    expect(send(card, `00a40400 0a ${JPKI_AID} 00`)).toBe(`6f0c840a${JPKI_AID}9000`);
    expect(send(card, '00a40200020006 00')).toBe('6f04830200069000');
  });

  it('knows no master file, and answers without an identifier as cards in use do', () => {
    expect(send(card, '00a40000')).toBe('6a86');
    expect(send(card, '00a4000c023f00')).toBe('6a82');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00a40000')).toBe('9000');
  });

  it('refuses other ways of selection and lengths', () => {
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00a4080c020006')).toBe('6a86');
    expect(send(card, '00a40204020006')).toBe('6a86');
    expect(send(card, `00a40402 0a ${JPKI_AID}`)).toBe('6a86');
    expect(send(card, '00a4020c0106')).toBe('6700');
    expect(send(card, '00a4020c03000600')).toBe('6700');
  });
});

describe('READ BINARY', () => {
  const TOKEN_LABEL = Buffer.from('JPKIAPICCTOKEN2'.padEnd(32)).toString('hex');

  it('needs a current file, and one that holds bytes', () => {
    expect(send(card, '00b0000000')).toBe('6986');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00b0000000')).toBe('6986');
    for (const fileId of ['0017', '0018', '001a', '001b']) {
      succeed(card, selectEf(fileId));
      expect(send(card, '00b0000000')).toBe('6981');
    }
  });

  it('forgets the current file when an application is selected', () => {
    succeed(card, selectAid(JPKI_AID), selectEf('0006'), selectAid(JPKI_AID));
    expect(send(card, '00b0000000')).toBe('6986');
  });

  it('reads token information of 160 bytes with its label, from any offset', () => {
    succeed(card, selectAid(JPKI_AID), selectEf('0006'));
    expect(send(card, '00b0000020')).toBe(`${TOKEN_LABEL}9000`);
    expect(send(card, '00b000040b')).toBe(`${TOKEN_LABEL.slice(8, 30)}9000`);
    const content = readCurrentFile(card);
    expect(content.length).toBe(160);
    expect(hex(content.subarray(96, 100))).toBe('0000040d');
    expect(hex(content.subarray(116, 124))).toBe('0000001000000006');
    expect(Buffer.from(content.subarray(140)).toString('ascii')).toBe(`0301${'9'.repeat(16)}`);
  });

  it('answers 6282 where Le asks for more than there is, 9000 where it asks for all, 6B00 past the end', () => {
    succeed(card, selectAid(JPKI_AID), selectEf('0008'));
    expect(send(card, '00b0000003')).toBe('8f8f009000');
    expect(send(card, '00b0000004')).toBe('8f8f006282');
    expect(send(card, '00b0000000')).toBe('8f8f009000');
    expect(send(card, '00b0000200')).toBe('009000');
    expect(send(card, '00b0000300')).toBe('6b00');
    expect(send(card, '00b07fff00')).toBe('6b00');
  });

  it('wants Le and no data', () => {
    succeed(card, selectAid(JPKI_AID), selectEf('0008'));
    expect(send(card, '00b00000')).toBe('6700');
    expect(send(card, '00b00000010000')).toBe('6700');
  });

  it('understands extended length', () => {
    succeed(card, selectAid(JPKI_AID), selectEf('000b'));
    const whole = send(card, '00b00000000000');
    expect(whole.slice(0, -4)).toBe(hex(readCurrentFile(card)));
    expect(send(card, '00b00000000102')).toBe(`${whole.slice(0, 2 * 0x102)}9000`);
    expect(send(card, `00a4040c00000a${JPKI_AID}`)).toBe('9000');
    expect(send(card, '00a4040000000ad392f0002601000000010000')).toBe(`6f0c840a${JPKI_AID}9000`);
  });

  it('reads certificates that are followed by filler', () => {
    succeed(card, selectAid(JPKI_AID), selectEf('001b'), `00200080${SIGNING_PIN}`);
    for (const fileId of ['0001', '0002', '000a', '000b']) {
      succeed(card, selectEf(fileId));
      const content = readCurrentFile(card);
      expect(hex(content.subarray(0, 2))).toBe('3082');
      expect(hex(content.subarray(withoutFiller(content).length))).toBe('ff'.repeat(64));
    }
  });

  it('selects by short file identifier, with an offset of one byte', () => {
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00b0860020')).toBe(`${TOKEN_LABEL}9000`);
    expect(card.log.at(-1)?.fileId).toBe(6);
    expect(send(card, '00b0860402')).toBe(`${TOKEN_LABEL.slice(8, 12)}9000`);
    expect(send(card, '00b0000002')).toBe(`${TOKEN_LABEL.slice(0, 4)}9000`);
    expect(send(card, '00b0830000')).toBe('6a82');
    expect(send(card, '00b0810000')).toBe('6982');
    expect(send(card, '00b0800000')).toBe('6a86');
    expect(send(card, '00b0a60000')).toBe('6a86');
  });
});

describe('a card without short file identifiers', () => {
  it('answers 6A86 to every form of them, and works without', async () => {
    card = await factory.newCard('no-short-file-id');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00b0860020')).toBe('6a86');
    expect(send(card, '00200098')).toBe('6a86');
    expect(send(card, '0020009b')).toBe('6a86');
    expect(send(card, '802a00970101 00')).toBe('6a86');
    expect(send(card, '802a009a0101 00')).toBe('6a86');
    succeed(card, selectEf('0018'));
    expect(send(card, '00200080')).toBe('63c3');
  });
});
