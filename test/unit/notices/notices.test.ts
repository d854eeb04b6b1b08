import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { EXPIRY_STEPS, type Notice } from '../../../main/core/notices/notice.js';
import { CARD_LEFT_MINUTES } from '../../../main/core/notices/notices.js';
import { resolveSettings } from '../../../main/core/settings/settings.js';
import { noticeSchema, openExpiryMemory, openNotices } from '../../../main/node/settings/index.js';
import { originRequester } from '../../support/origin-requester.js';
import { keyUse, openDesk, reader, settled } from './fixture.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const NOT_AFTER = new Date('2027-03-31T14:59:59Z');
const certificate = (der = 'a certificate', notAfter = NOT_AFTER) => ({
  der: new TextEncoder().encode(der),
  notBefore: new Date('2022-03-31T00:00:00Z'),
  notAfter,
});

let directory: string;
const events: string[] = [];
const log = { event: (name: string) => void events.push(name) };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-notices-'));
  events.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a use of a key', () => {
  it('is told each time, whoever asked and however it ended', async () => {
    const { notices, shown } = openDesk();
    notices.keyUsed(keyUse(originRequester('https://one.example')));
    notices.keyUsed(keyUse({ kind: 'self' }, { operation: 'change-pin', pinRole: 'signing' }));
    notices.keyUsed({
      ...keyUse({ kind: 'local-program', claimedOrigin: 'https://two.example' }, { operation: 'sign' }),
      outcome: { status: 'failed', code: 'ERR_CARD_REMOVED', details: { file: 'hanako-tax.pdf' } },
    });
    await settled();
    expect(shown).toEqual([
      {
        kind: 'key-used',
        requester: { kind: 'origin', origin: 'https://one.example', confirmed: true },
        operation: 'authenticate',
        pinRole: 'authentication',
        at: '2026-11-21T00:00:00.000Z',
        items: 0,
        outcome: { status: 'done' },
        testCard: false,
      },
      expect.objectContaining({ requester: { kind: 'self' }, operation: 'change-pin', pinRole: 'signing' }),
      expect.objectContaining({
        requester: { kind: 'local-program', unverifiedOrigin: 'https://two.example' },
        outcome: { status: 'failed', code: 'ERR_CARD_REMOVED' },
      }),
    ]);
  });

  it('takes nothing of what was signed or read along', async () => {
    const { notices, shown } = openDesk();
    const part = { name: 'salary of hanako.pdf', size: 4_711, sha256: 'ab'.repeat(32) };
    const document = { ...part, kind: 'document', format: 'pades', parts: [], unbound: ['other.txt'] } as const;
    const model = {
      operation: 'sign',
      pinRole: 'signing',
      purpose: 'purpose 氏名',
      items: [document, document],
    } as const;
    notices.keyUsed(keyUse(originRequester(), model));
    await settled();
    const text = JSON.stringify(shown);
    expect(text).toContain('"items":2');
    for (const secret of ['salary', '4711', 'abab', 'other.txt', 'purpose', '氏名']) expect(text).not.toContain(secret);
  });

  it('neither waits for the notice nor fails with it', async () => {
    const { notices, shown, events: logged, world } = openDesk();
    world.fails = true;
    notices.keyUsed(keyUse({ kind: 'self' }));
    expect(logged).toEqual([]);
    await settled();
    expect(logged).toEqual([['notice.failed', { kind: 'key-used', code: 'ERR_INTERNAL' }]]);
    world.fails = false;
    notices.keyUsed(keyUse({ kind: 'self' }));
    await settled();
    expect(shown.length).toBe(1);
  });
});

describe('a certificate that ends', () => {
  /** Steps told at each of these days before the end, in this order. */
  async function stepsOn(daysLeft: readonly number[]): Promise<unknown[]> {
    const desk = openDesk(openExpiryMemory(directory, log));
    for (const days of daysLeft) {
      desk.clock.setTo(NOT_AFTER.getTime() - days * DAY);
      desk.notices.certificateSeen('signing', certificate());
    }
    await settled();
    return desk.shown.map((notice) => notice.kind === 'certificate-expiring' && [notice.step, notice.days]);
  }

  it('is told once at each step', async () => {
    expect(await stepsOn([91, 90, 89, 31, 30, 30, 29, 8, 7, 2, 1, 0.5, 0, -0.5, -1, -400])).toEqual([
      [90, 90],
      [30, 30],
      [7, 7],
      [1, 1],
      ['expired', 0],
    ]);
  });

  it('is told at the nearest step alone where it was not seen before', async () => {
    expect(await stepsOn([12, 11])).toEqual([[30, 12]]);
    expect(await stepsOn([12])).toEqual([]);
  });

  it('ends with its last second, and is told on its last day', async () => {
    expect(await stepsOn([0])).toEqual([[1, 0]]);
    expect(await stepsOn([-1 / DAY])).toEqual([['expired', 0]]);
  });

  it('is told by Japan’s days, as everywhere else', async () => {
    const desk = openDesk();
    desk.clock.setTo(Date.parse('2027-03-29T15:00:00Z'));
    desk.notices.certificateSeen('authentication', certificate());
    await settled();
    expect(desk.shown).toEqual([
      { kind: 'certificate-expiring', role: 'authentication', step: 1, days: 1, notAfter: '2027-03-31T14:59:59.000Z' },
    ]);
  });

  it('is not told while it is not in force yet', async () => {
    const desk = openDesk();
    desk.clock.setTo(Date.parse('2020-01-01T00:00:00Z'));
    desk.notices.certificateSeen('signing', certificate());
    await settled();
    expect(desk.shown).toEqual([]);
  });

  it('tells no step twice, however the clock is moved and the program restarted', async () => {
    const act = fc.oneof(
      fc.record({ days: fc.double({ min: -2_000, max: 2_000, noNaN: true }), der: fc.constantFrom('a', 'b') }),
      fc.record({
        days: fc.constantFrom(90, 89.99, 30, 30.01, 7, 1, 0, -0.000_01, -1),
        der: fc.constantFrom('a', 'b'),
      }),
      fc.constant('restart' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const own = mkdtempSync(join(directory, 'run-'));
        const told: string[] = [];
        let desk = openDesk(openExpiryMemory(own, log));
        for (const each of acts) {
          if (each === 'restart') {
            desk = openDesk(openExpiryMemory(own, log));
            continue;
          }
          desk.clock.setTo(NOT_AFTER.getTime() - each.days * DAY);
          desk.notices.certificateSeen('signing', certificate(each.der));
          await settled();
          for (const notice of desk.shown.splice(0)) {
            if (notice.kind === 'certificate-expiring') told.push(`${each.der} ${notice.step}`);
            expect(noticeSchema.safeParse(notice).success).toBe(true);
          }
        }
        expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 60 },
    );
  });

  it('that a wrong clock declared dead is told again when it nears its end', async () => {
    expect(await stepsOn([-3_000, 90, 30, 7, 1])).toEqual([
      ['expired', 0],
      [90, 90],
      [30, 30],
      [7, 7],
      [1, 1],
    ]);
  });
});

describe('what is remembered of it', () => {
  const file = () => join(directory, 'notices.json');
  const der = new TextEncoder().encode('a certificate');

  it('names no card, and is another on each PC', () => {
    const other = join(directory, 'other');
    for (const place of [directory, other]) {
      for (const step of EXPIRY_STEPS) expect(openExpiryMemory(place, log).claim(der, step)).toBe(true);
    }
    type Memory = Record<'key', string> & Record<'told', string[]>;
    const [here, there] = [file(), join(other, 'notices.json')].map(
      (path) => JSON.parse(readFileSync(path, 'utf8')) as Memory,
    );
    expect(Object.keys(here ?? {}).sort()).toEqual(['key', 'told', 'version']);
    expect(here?.told.length).toBe(5);
    expect(here?.told.filter((tag) => there?.told.includes(tag))).toEqual([]);
    expect(here?.key).not.toBe(there?.key);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(['notices.json', 'other']);
  });

  it.each(['', '{', '[]', '{"version":1,"key":"AAAA","told":[]}', 'x'.repeat(40_000)])(
    'is begun anew where it is damaged (%#)',
    (content) => {
      writeFileSync(file(), content);
      const memory = openExpiryMemory(directory, log);
      expect([memory.claim(der, 30), memory.claim(der, 30)]).toEqual([true, false]);
    },
  );

  it('lasts as long as the program where nothing can be written', () => {
    mkdirSync(file());
    const memory = openExpiryMemory(directory, log);
    expect([memory.claim(der, 30), memory.claim(der, 30), memory.claim(der, 7)]).toEqual([true, false, true]);
    expect(events).toContain('notice.not-remembered');
    expect(readdirSync(directory)).toEqual(['notices.json']);
  });

  it('stays small', () => {
    const memory = openExpiryMemory(directory, log);
    for (let card = 0; card < 210; card++) memory.claim(new TextEncoder().encode(String(card)), 30);
    expect(memory.claim(new TextEncoder().encode('209'), 30)).toBe(false);
    expect(memory.claim(new TextEncoder().encode('0'), 30)).toBe(true);
    expect(statSync(file()).size).toBeLessThan(8_192);
  });
});

describe('a card that is left', () => {
  const after = CARD_LEFT_MINUTES * MINUTE;

  it('is told once, so long after the last use', async () => {
    const { notices, clock, shown } = openDesk();
    notices.keyUsed(keyUse({ kind: 'self' }), reader());
    await clock.pass(after - MINUTE);
    notices.keyUsed(keyUse({ kind: 'self' }), reader());
    await clock.pass(MINUTE);
    expect(shown.map(({ kind }) => kind)).toEqual(['key-used', 'key-used']);
    await clock.pass(after - MINUTE);
    expect(shown.at(-1)).toEqual({ kind: 'card-left', minutes: CARD_LEFT_MINUTES });
    await clock.pass(10 * after);
    expect(shown.length).toBe(3);
    expect(clock.waiting).toBe(0);
  });

  it.each([
    ['taken out', [reader({ cardPresent: false })]],
    ['taken out and put in again', [reader({ insertion: 2 })]],
    ['gone with its reader', []],
    ['in another reader', [reader({ name: 'Reader 2' })]],
  ])('is not told where it is %s', async (_, readers) => {
    const { notices, clock, shown, world } = openDesk();
    notices.keyUsed(keyUse({ kind: 'self' }), reader());
    world.readers = readers;
    await clock.pass(after);
    expect(shown.map(({ kind }) => kind)).toEqual(['key-used']);
  });

  it('is nobody’s concern with the setting off, the test card, or the program closed', async () => {
    const off = openDesk();
    off.world.cardLeftNotice = false;
    off.notices.keyUsed(keyUse({ kind: 'self' }), reader());
    expect(off.clock.waiting).toBe(0);
    const virtual = openDesk();
    virtual.notices.keyUsed(keyUse({ kind: 'self' }), reader({ virtual: true }));
    expect(virtual.clock.waiting).toBe(0);
    const turnedOff = openDesk();
    turnedOff.notices.keyUsed(keyUse({ kind: 'self' }), reader());
    turnedOff.world.cardLeftNotice = false;
    await turnedOff.clock.pass(after);
    expect(turnedOff.shown.length).toBe(1);
    const closed = openDesk();
    closed.notices.keyUsed(keyUse({ kind: 'self' }), reader());
    await settled();
    closed.notices.close();
    closed.notices.keyUsed(keyUse({ kind: 'self' }), reader());
    expect(closed.clock.waiting).toBe(0);
    await closed.clock.pass(after);
    expect(closed.shown.length).toBe(1);
  });

  it('is not known where readers cannot be asked', async () => {
    const { notices, clock, shown, events: logged, world } = openDesk();
    notices.keyUsed(keyUse({ kind: 'self' }), reader());
    world.readers = new Error('no service');
    await clock.pass(after);
    expect([shown.length, logged]).toEqual([1, [['notice.failed', { kind: 'card-left', code: 'ERR_INTERNAL' }]]]);
  });
});

describe('a recorder', () => {
  const request = keyUse({ kind: 'self' });
  const noSettings = {
    read: () => resolveSettings({ status: 'read', unverifiedValues: {} }, { from: '', locks: {} }, ''),
  };
  const open = (record: () => Promise<void>) => {
    const shown: Notice[] = [];
    const port = { show: (notice: Notice) => void shown.push(notice) };
    const readers = { list: async () => [] };
    const options = { stateDirectory: directory, settings: noSettings, readers, port, log };
    return { shown, ...openNotices({ ...options, history: { record } }) };
  };

  it('says that it failed, and fails', async () => {
    const { recorder, shown } = open(() => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'the disk is full')));
    await expect(recorder.record(request)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    await settled();
    expect(shown).toEqual([{ kind: 'history-unwritten', code: 'ERR_INTERNAL_FILE' }]);
  });

  it('says nothing where it did not', async () => {
    const { recorder, shown } = open(() => Promise.resolve());
    await recorder.record(request);
    await settled();
    expect(shown).toEqual([]);
  });
});

it('a history that cannot be written is told once an hour', async () => {
  const { notices, clock, shown } = openDesk();
  for (let minute = 0; minute < 121; minute++) {
    notices.historyUnwritten('ERR_INTERNAL_FILE');
    // The PC's clock does not count here.
    clock.setTo(minute % 2 === 0 ? 0 : 4e12);
    await clock.pass(MINUTE);
  }
  expect(shown).toEqual(Array(3).fill({ kind: 'history-unwritten', code: 'ERR_INTERNAL_FILE' }));
});

describe('a notice of another process', () => {
  const good = {
    kind: 'key-used',
    requester: { kind: 'origin', origin: 'https://one.example', confirmed: true },
    operation: 'sign',
    pinRole: 'signing',
    at: '2026-11-21T00:00:00.000Z',
    items: 2,
    outcome: { status: 'failed', code: 'ERR_CARD_REMOVED' },
    testCard: false,
  };

  it('is passed on as it is', async () => {
    const { notices, shown } = openDesk();
    notices.passOn(noticeSchema.parse(good));
    await settled();
    expect(shown).toEqual([good]);
  });

  it.each<[string, object]>([
    ['an unknown kind', { kind: 'other' }],
    ['a member too many', { file: 'tax.pdf' }],
    ['an origin that is too long', { requester: { ...good.requester, origin: `https://${'a'.repeat(300)}` } }],
    ['no requester', { requester: undefined }],
    ['an operation that is none', { operation: 'toString' }],
    ['a moment that is none', { at: 'yesterday' }],
    ['a code that is none', { outcome: { status: 'failed', code: 'ERR_NONE' } }],
    ['a number below zero', { items: -1 }],
  ])('is refused with %s', (_, members) => {
    expect(noticeSchema.safeParse({ ...good, ...members }).success).toBe(false);
  });
});
