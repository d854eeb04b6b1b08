import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentModel, Recipient } from '../../../main/core/consent/consent-model.js';
import { exportHistory } from '../../../main/core/history/export-history.js';
import { historyFacts, type EndedRequest, type HistoryEntry } from '../../../main/core/history/history-entry.js';
import type { HistoryListing } from '../../../main/core/history/history.js';
import type { Decision, DialogOutcome } from '../../../main/core/ports.js';
import { parseHistoryEntry, parseHistoryFacts } from '../../../main/node/history/entry-schema.js';
import { originRequester } from '../../support/origin-requester.js';
import { logIn } from './fixture.js';

const SECRET = 'Yamada-Taro-1-2-3';
const VERIFIER: Recipient = {
  kind: 'verifier',
  id: 'verifier-1',
  name: { ja: '検証者', en: 'Verifier' },
  operator: { ja: '運営者', en: 'Operator' },
};

const READING: ConsentModel = {
  operation: 'read-attributes',
  requester: originRequester('https://xn--r8jz45g.jp', {
    unicodeOrigin: 'https://例え.jp',
    confirmed: false,
    route: 'redirect',
    standing: {
      level: 'listed',
      serviceId: 'service-1',
      name: { ja: '例', en: 'Example' },
      operator: { ja: SECRET, en: SECRET },
    },
    caller: { kind: 'browser', name: SECRET },
  }),
  recipient: VERIFIER,
  pinRole: 'profile',
  disclosed: ['name', 'birth-date'],
  items: [],
  purpose: SECRET,
  attributes: [
    { attribute: 'name', required: true },
    { attribute: 'birthDate', required: false },
    { attribute: { ageOver: 20 }, required: false },
  ],
};

const SIGNING: ConsentModel = {
  operation: 'sign',
  requester: { kind: 'self' },
  pinRole: 'signing',
  disclosed: ['four-attributes', 'serial-number'],
  timeStampAuthority: SECRET,
  items: [
    {
      kind: 'document',
      name: `${SECRET}.pdf`,
      size: 4_711,
      sha256: 'ab'.repeat(32),
      format: 'pades',
      destination: `/home/${SECRET}`,
      parts: [{ name: SECRET, size: 4_712, sha256: 'cd'.repeat(32) }],
      unbound: [SECRET],
    },
    { kind: 'digest', name: SECRET, algorithm: 'SHA-512', digest: 'ef'.repeat(64) },
  ],
};

const DONE: DialogOutcome = { status: 'done' };
const ended = (consent: ConsentModel, decision?: Decision, outcome: DialogOutcome = DONE): EndedRequest => ({
  consent,
  ...(decision && { decision }),
  outcome,
  testCard: false,
});

describe('an entry', () => {
  it('says who asked for what, what left and what was left out', () => {
    expect(historyFacts(ended(READING, { answer: 'agreed', withheld: [1] }))).toEqual({
      requester: {
        kind: 'origin',
        origin: 'https://xn--r8jz45g.jp',
        unicodeOrigin: 'https://例え.jp',
        level: 'listed',
        name: { ja: '例', en: 'Example' },
        route: 'redirect',
        confirmed: false,
      },
      operation: 'read-attributes',
      pinRole: 'profile',
      recipient: { kind: 'verifier', id: 'verifier-1', name: { ja: '検証者', en: 'Verifier' } },
      disclosed: ['name'],
      attributes: [
        { attribute: 'name', withheld: false },
        { attribute: 'birthDate', withheld: true },
        { attribute: { ageOver: 20 }, withheld: false },
      ],
      items: [],
      result: { status: 'done' },
      testCard: false,
    });
  });

  it('has digests of what was signed, and neither names nor sizes', () => {
    const facts = historyFacts(ended(SIGNING, { answer: 'agreed' }));
    expect(facts.items).toEqual([
      { format: 'pades', algorithm: 'SHA-256', digest: 'ab'.repeat(32) },
      { format: 'digest', algorithm: 'SHA-512', digest: 'ef'.repeat(64) },
    ]);
    expect(facts.disclosed).toEqual(['four-attributes', 'serial-number']);
    expect(JSON.stringify(facts)).not.toMatch(/4711|4712/);
  });

  it.each([READING, SIGNING])(
    'holds no text of the requester’s own, no name and no content ($operation)',
    (consent) => {
      expect(JSON.stringify(historyFacts(ended(consent, { answer: 'agreed' })))).not.toContain(SECRET);
    },
  );

  it.each([
    ['ERR_USER_REFUSED', { status: 'refused' }],
    ['ERR_USER_CANCELLED', { status: 'failed', code: 'ERR_USER_CANCELLED' }],
    ['ERR_PIN_BLOCKED', { status: 'failed', code: 'ERR_PIN_BLOCKED' }],
  ] as const)('of what ended with %s has no details of it, and nothing left', (code, result) => {
    const outcome: DialogOutcome = { status: 'failed', code, details: { triesLeft: 1, reason: SECRET } };
    const facts = historyFacts(ended(READING, { answer: 'agreed' }, outcome));
    expect(facts.result).toEqual(result);
    expect(facts.disclosed).toEqual([]);
    expect(JSON.stringify(facts)).not.toMatch(new RegExp(`${SECRET}|triesLeft`));
  });

  it.each([
    ended(READING, { answer: 'agreed', withheld: [1, 2] }),
    ended(SIGNING),
    ended({ ...SIGNING, requester: { kind: 'local-program', claimedOrigin: 'https://a.example' } }),
    ended({ ...SIGNING, recipient: { kind: 'requester-key' } }, { answer: 'refused', block: true }),
    logIn('https://a.example'),
  ])('passes the schema of what is stored', (request) => {
    const facts = historyFacts(request);
    expect(parseHistoryFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
    const entry = { id: '0'.repeat(32), at: '2026-11-21T00:00:00.000Z', day: '2026-11-21', ...facts };
    expect(parseHistoryEntry(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    for (const broken of [
      { ...entry, id: 'x' },
      { ...entry, day: '2026-02-30' },
      { ...entry, name: SECRET },
    ]) {
      expect(() => parseHistoryEntry(broken)).toThrow();
    }
  });
});

const listing = (...entries: readonly HistoryEntry[]): HistoryListing => ({
  entries,
  losses: [],
  keptDays: 90,
  protection: 'system',
  expiryHeldBack: false,
});

function entryOf(request: EndedRequest): HistoryEntry {
  return { id: '0'.repeat(32), at: '2026-11-21T00:00:00.000Z', day: '2026-11-21', ...historyFacts(request) };
}

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(index + 1) === '"') {
        cell += '"';
        index += 1;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',' || character === '\n') {
      rows.at(-1)?.push(cell.replace(/\r$/, ''));
      cell = '';
      if (character === '\n') rows.push([]);
    } else cell += character;
  }
  return rows.slice(0, -1);
}

describe('the export as CSV', () => {
  it('begins with a byte order mark, and has a row of as many cells for each entry', () => {
    const text = exportHistory(listing(entryOf(ended(READING)), entryOf(ended(SIGNING))), 'csv');
    expect(text.startsWith('\u{feff}id,at,day,requester,')).toBe(true);
    const rows = parseCsv(text.slice(1));
    expect(rows.map(({ length }) => length)).toEqual([17, 17, 17]);
    expect(text.endsWith('\r\n')).toBe(true);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '＝1', '\n=1', '＠x'])(
    'computes nothing: %j',
    (formula) => {
      const name = { ja: formula, en: formula };
      const standing = { level: 'listed', serviceId: 'a', name, operator: name } as const;
      const consent = { ...READING, requester: originRequester(formula, { standing }) };
      const text = exportHistory(listing(entryOf(ended(consent))), 'csv');
      const [, row] = parseCsv(text.slice(1));
      expect([row?.[3], row?.[7]]).toEqual([`'${formula}`, `'${formula}`]);
    },
  );

  it('keeps any text in its cell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const consent = { ...READING, requester: originRequester(text) };
        const rows = parseCsv(exportHistory(listing(entryOf(ended(consent))), 'csv').slice(1));
        expect(rows).toHaveLength(2);
        expect(rows[1]).toHaveLength(17);
        const cell = rows[1]?.[3] ?? '';
        expect([text, `'${text}`]).toContain(cell);
        expect(cell).not.toMatch(/^\s*[=+\-@]/);
      }),
    );
  });
});

it('the export as JSON says what is lost, too', () => {
  const lost = {
    ...listing(entryOf(ended(READING))),
    losses: [{ kind: 'edited', day: '2026-11-21', count: 2 }],
  } as const;
  expect(JSON.parse(exportHistory(lost, 'json'))).toEqual({ version: 1, ...lost });
});
