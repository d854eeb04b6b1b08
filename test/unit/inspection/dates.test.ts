import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoCalendarDate, parseBirthDate, parseCalendarDate } from '../../../main/core/inspection/birth-date.js';
import { EXPIRY_WARNING_DAYS, validityAt } from '../../../main/core/inspection/validity.js';
import { birthDateText } from '../../../main/cli/japanese-dates.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';

describe('validityAt', () => {
  /** The last second of 2030-03-31 in Japan, as certificates end. */
  const notAfter = new Date('2030-03-31T14:59:59Z');
  const notBefore = new Date('2025-04-01T00:00:00Z');
  const at = (iso: string) => {
    const { state, daysLeft } = validityAt({ notBefore, notAfter }, new Date(iso));
    return [state, daysLeft];
  };

  it.each<[string, string, string, number]>([
    ['before it begins', '2025-03-31T23:59:59Z', 'not-yet-valid', 1825],
    ['in its first second', '2025-04-01T00:00:00Z', 'in-force', 1825],
    ['one day before the warning', '2029-12-30T14:59:59Z', 'in-force', 91],
    ['on the first day of the warning', '2029-12-30T15:00:00Z', 'expires-soon', 90],
    ['late on the day before the last, by Japan’s clock', '2030-03-30T14:59:59Z', 'expires-soon', 1],
    ['on the last day, though it is still yesterday in UTC', '2030-03-30T15:00:00Z', 'expires-soon', 0],
    ['in its last second', '2030-03-31T14:59:59Z', 'expires-soon', 0],
    ['after it', '2030-03-31T15:00:00Z', 'expired', -1],
  ])('%s', (_when, iso, state, daysLeft) => {
    expect(at(iso)).toEqual([state, daysLeft]);
  });

  it('warns for as many days as it says', () => {
    expect(EXPIRY_WARNING_DAYS).toBe(90);
  });
});

describe('parseBirthDate', () => {
  it.each<[string, string, [string, number] | undefined]>([
    ['118680125', '1868-01-25', ['meiji', 1]],
    ['119120730', '1912-07-30', ['meiji', 45]],
    ['219120730', '1912-07-30', ['taisho', 1]],
    ['219261225', '1926-12-25', ['taisho', 15]],
    ['319261225', '1926-12-25', ['showa', 1]],
    ['319890107', '1989-01-07', ['showa', 64]],
    ['419890108', '1989-01-08', ['heisei', 1]],
    ['419900401', '1990-04-01', ['heisei', 2]],
    ['420190430', '2019-04-30', ['heisei', 31]],
    ['520190501', '2019-05-01', ['reiwa', 1]],
    ['520240229', '2024-02-29', ['reiwa', 6]],
    ['019900401', '1990-04-01', undefined],
    // An era that the day is not in is not shown: the Gregorian date is what the code says in full.
    ['319900401', '1990-04-01', undefined],
    ['420190501', '2019-05-01', undefined],
  ])('%s', (encoded, iso, era) => {
    const date = parseBirthDate(encoded);
    expect(date && isoCalendarDate(date)).toBe(iso);
    expect(date?.era && [date.era.name, date.era.year]).toEqual(era);
  });

  it.each([
    '',
    '19900401',
    '4199004011',
    '619900401',
    '419901301',
    '419900230',
    '419000229',
    '419900400',
    '4１９９００４０１',
    ' 419900401',
    '400000101',
  ])('%j is no birth date', (encoded) => {
    expect(parseBirthDate(encoded)).toBeUndefined();
  });

  it('reads every day that there is, and its own form alone', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (day) => {
        const iso = day.toISOString().slice(0, 10);
        const date = parseCalendarDate(iso.replaceAll('-', ''));
        expect(date && isoCalendarDate(date)).toBe(iso);
      }),
      { numRuns: FUZZ_RUNS },
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789 ０')) }), (text) => {
        const date = parseBirthDate(text);
        if (date) expect(text).toMatch(/^[0-5]\d{8}$/);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('birthDateText', () => {
  const text = (encoded: string, language: 'ja' | 'en') => {
    const date = parseBirthDate(encoded);
    return date && birthDateText(date, loadMessages(language));
  };

  it('writes both calendars, and the first year of an era by its name', () => {
    expect(text('419900401', 'ja')).toBe('1990年4月1日（平成2年4月1日）');
    expect(text('520190501', 'ja')).toBe('2019年5月1日（令和元年5月1日）');
    expect(text('419900401', 'en')).toBe('1990-04-01 (Heisei 2)');
  });

  it('writes the Gregorian date alone where the era is not known', () => {
    expect(text('019900401', 'ja')).toBe('1990年4月1日');
    expect(text('019900401', 'en')).toBe('1990-04-01');
  });
});
