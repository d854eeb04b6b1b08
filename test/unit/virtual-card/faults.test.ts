import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CardRemovedError, type VirtualCard } from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  JPKI_AID,
  selectAid,
  selectEf,
  send,
  succeed,
  unhex,
} from '../../support/virtual-card.js';

let factory: CardFactory;
let card: VirtualCard;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(async () => {
  card = await factory.newCard();
  succeed(card, selectAid(JPKI_AID));
  card.clearLog();
});

describe('a fault', () => {
  it('strikes the command it is meant for and no other', () => {
    card.insertFault({ at: 2, fault: { statusWord: 0x6f00 } });
    const answers = Array.from({ length: 4 }, () => send(card, '00200098'));
    expect(answers).toEqual(['63c3', '63c3', '6f00', '63c3']);
  });

  it('keeps the command from taking effect', () => {
    card.insertFault({ at: 0, fault: { statusWord: 0x6f00 } });
    card.insertFault({ at: 1, fault: { respond: unhex('9000') } });
    expect(send(card, '00200098 0430303030')).toBe('6f00');
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('9000');
    expect(send(card, '00200098')).toBe('63c3');
  });

  it('answers any bytes', () => {
    card.insertFault({ at: 0, fault: { respond: unhex('3082ffff9000') } });
    card.insertFault({ at: 1, fault: { respond: unhex('') } });
    expect(send(card, '00b08a0004')).toBe('3082ffff9000');
    expect(send(card, '00b08a0004')).toBe('');
  });

  it('takes the card out before the command counts', () => {
    card.insertFault({ at: 1, fault: 'remove' });
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    expect(() => send(card, '00200098 0430303030')).toThrow(CardRemovedError);
    expect(card.powered).toBe(false);
    card.powerOn();
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00200098')).toBe('63c3');
  });

  it('tells the delay that comes before the next command', () => {
    card.insertFault({ at: 1, fault: { delayMilliseconds: 70 } });
    card.insertFault({ at: 1, fault: { statusWord: 0x6f00 } });
    expect(card.nextDelayMilliseconds).toBe(0);
    expect(send(card, '00200098')).toBe('63c3');
    expect(card.nextDelayMilliseconds).toBe(70);
    expect(send(card, '00200098')).toBe('6f00');
    expect(card.nextDelayMilliseconds).toBe(0);
  });

  it.each([-1, 0.5, Number.NaN])('cannot be at command %s', (at) => {
    expect(() => card.insertFault({ at, fault: 'remove' })).toThrow(RangeError);
  });
});

describe('the log', () => {
  it('keeps headers, lengths, selection and status words', () => {
    succeed(card, selectEf('000a'), '00b0000004');
    expect(card.log).toEqual([
      {
        ...{ cla: 0x00, ins: 0xa4, p1: 0x02, p2: 0x0c, lc: 2, le: undefined },
        ...{ application: 'jpki', fileId: 0x0a, statusWord: 0x9000, responseLength: 0 },
      },
      {
        ...{ cla: 0x00, ins: 0xb0, p1: 0x00, p2: 0x00, lc: 0, le: 4 },
        ...{ application: 'jpki', fileId: 0x0a, statusWord: 0x9000, responseLength: 4 },
      },
    ]);
  });

  it('holds no PIN, whether right, wrong, changed, or in a malformed command', () => {
    const pins = ['0438373635', '0439393939'];
    succeed(card, `00200098${AUTHENTICATION_PIN}`, `00240198${pins[0]}`);
    send(card, `00200098${pins[1]}`);
    send(card, '00200098 0539393939');
    expect(card.log.map(({ lc }) => lc)).toEqual([4, 4, 4, 0]);
    const text = JSON.stringify(card.log);
    for (const trace of ['31323334', '1234', '8765', '9999', '38373635', '39393939']) expect(text).not.toContain(trace);
    expect(text).not.toMatch(/49,50,51,52|56,55,54,53|57,57,57,57/);
  });

  it('tells a command that was not answered', () => {
    card.insertFault({ at: 0, fault: 'remove' });
    expect(() => send(card, '802a0097010100')).toThrow(CardRemovedError);
    expect(card.log).toMatchObject([
      { cla: 0x80, ins: 0x2a, p2: 0x97, lc: 1, statusWord: undefined, responseLength: 0 },
    ]);
  });

  it('read earlier does not grow later, begins anew when it is cleared, and forgets the oldest of very many', () => {
    const earlier = card.log;
    for (let count = 0; count < 10_001; count += 1) send(card, '00b0');
    expect(card.log.length).toBeLessThanOrEqual(10_000);
    expect(card.log.length).toBeGreaterThan(1_000);
    card.clearLog();
    expect(card.log).toEqual([]);
    expect(earlier.length).toBe(0);
  });
});
