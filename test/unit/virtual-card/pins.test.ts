import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVirtualCard, type VirtualCard } from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  hex,
  JPKI_AID,
  selectAid,
  selectEf,
  send,
  SIGNING_PIN,
  succeed,
  TEXT_AID,
  unhex,
} from '../../support/virtual-card.js';

const WRONG_PIN = '0430303030';
const SIGN_ONE_BYTE = '802a00800100 00';

let factory: CardFactory;
let card: VirtualCard;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(async () => {
  card = await factory.newCard();
  succeed(card, selectAid(JPKI_AID));
});

/** Enters a wrong authentication PIN `times` times. */
function spendTries(times: number): readonly string[] {
  return Array.from({ length: times }, () => send(card, `00200098${WRONG_PIN}`));
}

describe('PIN status', () => {
  it.each([
    [JPKI_AID, '0018', '63c3'],
    [JPKI_AID, '001b', '63c5'],
    [TEXT_AID, '0011', '63c3'],
    [TEXT_AID, '0014', '63ca'],
    [TEXT_AID, '0015', '63ca'],
  ])('of %s %s is %s, costs nothing, and is the same with Le', (aid, fileId, statusWord) => {
    succeed(card, selectAid(aid), selectEf(fileId));
    expect([1, 2, 3].map(() => send(card, '00200080'))).toEqual([statusWord, statusWord, statusWord]);
    expect(send(card, '0020008000')).toBe(statusWord);
  });

  it('is 9000 while the PIN is verified and no other PIN', () => {
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    expect(send(card, '00200098')).toBe('9000');
    expect(send(card, '0020009b')).toBe('63c5');
  });

  it('needs a file that is a PIN', () => {
    expect(send(card, '00200080')).toBe('6986');
    succeed(card, selectEf('000a'));
    expect(send(card, '00200080')).toBe('6981');
    expect(send(card, '0020008a')).toBe('6981');
    expect(send(card, '00200091')).toBe('6a82');
    expect(send(card, '00200000')).toBe('6a86');
    expect(send(card, '00200118')).toBe('6a86');
  });
});

describe('VERIFY', () => {
  it('accepts the PIN of the current file and of a short file identifier, which then is current', () => {
    succeed(card, selectEf('0018'));
    expect(send(card, `00200080${AUTHENTICATION_PIN}`)).toBe('9000');
    expect(send(card, `0020009b${SIGNING_PIN}`)).toBe('9000');
    expect(card.log.at(-1)?.fileId).toBe(0x1b);
  });

  it('does not fold case', () => {
    expect(send(card, '0020009b 06616263313233')).toBe('63c4');
  });

  it.each(['0131', '0331 3233', '05 3132333435', '08 3132333400000000'])(
    'takes %s, of another length, for a wrong PIN',
    (pin) => {
      expect(send(card, `00200098${pin}`)).toBe('63c2');
    },
  );

  it('refuses more than any PIN has without spending a try', () => {
    expect(send(card, `0020009b11${'41'.repeat(17)}`)).toBe('6700');
    expect(send(card, '0020009b')).toBe('63c5');
  });

  it('counts wrong entries down and forgets them at the right one', () => {
    expect(spendTries(2)).toEqual(['63c2', '63c1']);
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('9000');
    expect(spendTries(1)).toEqual(['63c2']);
  });

  it('blocks at the last try, once and for all', () => {
    expect(spendTries(4)).toEqual(['63c2', '63c1', '63c0', '6984']);
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('6984');
    expect(send(card, '00200098')).toBe('63c0');
    card.powerOff();
    card.powerOn();
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('6984');
    expect(send(card, '00200098')).toBe('63c0');
  });

  it('blocks one PIN and leaves the other', () => {
    spendTries(3);
    expect(send(card, `0020009b${SIGNING_PIN}`)).toBe('9000');
    succeed(card, selectEf('001a'));
    expect(send(card, SIGN_ONE_BYTE)).toHaveLength(2 * 258);
  });

  it('drops what was verified when the PIN is entered wrongly', () => {
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    spendTries(1);
    expect(send(card, '00200098')).toBe('63c2');
    succeed(card, selectEf('0017'));
    expect(send(card, SIGN_ONE_BYTE)).toBe('6982');
  });
});

describe('what a PIN opens', () => {
  it.each([
    ['0017', '98', AUTHENTICATION_PIN, '9b', SIGNING_PIN],
    ['001a', '9b', SIGNING_PIN, '98', AUTHENTICATION_PIN],
  ])('key %s is opened by PIN %s only', (key, reference, pin, otherReference, otherPin) => {
    succeed(card, `002000${otherReference}${otherPin}`, selectEf(key));
    expect(send(card, SIGN_ONE_BYTE)).toBe('6982');
    succeed(card, `002000${reference}${pin}`, selectEf(key));
    expect(send(card, SIGN_ONE_BYTE)).toHaveLength(2 * 258);
  });

  it('the signing certificate is opened by the signing PIN only', () => {
    succeed(card, selectEf('0001'));
    expect(send(card, '00b0000004')).toBe('6982');
    succeed(card, `00200098${AUTHENTICATION_PIN}`, selectEf('0001'));
    expect(send(card, '00b0000004')).toBe('6982');
    succeed(card, `0020009b${SIGNING_PIN}`, selectEf('0001'));
    expect(send(card, '00b0000004')).toMatch(/^3082.{4}9000$/);
  });

  it.each(['0002', '0006', '0008', '000a', '000b'])('file %s is open', (fileId) => {
    succeed(card, selectEf(fileId));
    expect(send(card, '00b0000001')).toMatch(/^..9000$/);
  });

  it.each([
    ['SELECT of the application', () => succeed(card, selectAid(JPKI_AID))],
    ['SELECT of the other application', () => succeed(card, selectAid(TEXT_AID), selectAid(JPKI_AID))],
    [
      'power off',
      () => {
        card.powerOff();
        card.powerOn();
        succeed(card, selectAid(JPKI_AID));
      },
    ],
    [
      'reset',
      () => {
        card.reset();
        succeed(card, selectAid(JPKI_AID));
      },
    ],
  ])('%s shuts it again', (_name, end) => {
    succeed(card, `0020009b${SIGNING_PIN}`);
    end();
    expect(send(card, '0020009b')).toBe('63c5');
    succeed(card, selectEf('0001'));
    expect(send(card, '00b0000004')).toBe('6982');
    succeed(card, selectEf('001a'));
    expect(send(card, SIGN_ONE_BYTE)).toBe('6982');
  });

  it('answers nothing without power', () => {
    card.powerOff();
    expect(() => send(card, '00200098')).toThrow('no power');
  });
});

describe('CHANGE REFERENCE DATA', () => {
  it('replaces a verified PIN', () => {
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    expect(send(card, '00240198 0438373635')).toBe('9000');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('63c2');
    expect(send(card, '00200098 0438373635')).toBe('9000');
  });

  it('keeps the new PIN when the command is zeroed', async () => {
    const inMemory = await openVirtualCard();
    inMemory.powerOn();
    succeed(inMemory, selectAid(JPKI_AID), `00200098${AUTHENTICATION_PIN}`);
    const command = unhex('00240198 0438373635');
    expect(hex(inMemory.transmit(command))).toBe('9000');
    command.fill(0);
    expect(send(inMemory, '00200098 0438373635')).toBe('9000');
  });

  it('wants the same PIN verified', () => {
    expect(send(card, '00240198 0438373635')).toBe('6982');
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    expect(send(card, '0024019b 06585859313233')).toBe('6982');
    expect(send(card, `0020009b${SIGNING_PIN}`)).toBe('9000');
  });

  it.each([
    ['98', '033132 33'],
    ['98', '0531323334 35'],
    ['98', '0431323341'],
    ['9b', '054142433132'],
    ['9b', `11${'41'.repeat(17)}`],
    ['9b', '06616263313233'],
    ['9b', '06414243 31ff33'],
  ])('keeps PIN %s where the new one, %s, cannot be one', (reference, pin) => {
    succeed(card, `00200098${AUTHENTICATION_PIN}`, `0020009b${SIGNING_PIN}`);
    expect(send(card, `002401${reference}${pin}`)).toBe('6a80');
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('9000');
    expect(send(card, `0020009b${SIGNING_PIN}`)).toBe('9000');
  });

  it('accepts the longest and the shortest signing PIN', () => {
    succeed(card, `0020009b${SIGNING_PIN}`);
    expect(send(card, `0024019b10${'5a'.repeat(16)}`)).toBe('9000');
    expect(send(card, `0020009b10${'5a'.repeat(16)}`)).toBe('9000');
    expect(send(card, '0024019b06303030303030')).toBe('9000');
    expect(send(card, '0020009b06303030303030')).toBe('9000');
  });

  it('knows no other form, and no other file', () => {
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    expect(send(card, '00240098 0438373635')).toBe('6a86');
    expect(send(card, '0024018a 0438373635')).toBe('6981');
  });

  it('does not change 照合番号', () => {
    succeed(card, selectAid(TEXT_AID), selectEf('0014'), `00200080 0c ${Buffer.from('123456789018').toString('hex')}`);
    expect(send(card, '00240180 0c 303030303030303030303030')).toBe('6985');
  });
});
