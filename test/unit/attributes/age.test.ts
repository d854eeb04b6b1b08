import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarDateInJapan, hasReachedAge } from '../../../main/core/attributes/age.js';
import { parseCalendarDate, type CalendarDate } from '../../../main/core/inspection/birth-date.js';
import { FUZZ_RUNS } from '../../support/fuzz-runs.js';

function day(digits: string): CalendarDate {
  const date = parseCalendarDate(digits);
  if (!date) throw new Error(`${digits} is no day`);
  return date;
}

describe('the day in Japan', () => {
  it.each([
    ['2026-11-21T14:59:59.999Z', '20261121'],
    ['2026-11-21T15:00:00.000Z', '20261122'],
    ['2026-12-31T14:59:59Z', '20261231'],
    ['2026-12-31T15:00:00Z', '20270101'],
    ['2028-02-28T15:00:00Z', '20280229'],
    ['2027-02-28T15:00:00Z', '20270301'],
    // Written with another zone: the moment counts.
    ['2026-11-21T23:59:59+09:00', '20261121'],
    ['2026-11-21T05:00:00-10:00', '20261122'],
  ])('at %s is %s', (at, expected) => {
    expect(calendarDateInJapan(new Date(at))).toEqual(day(expected));
  });

  it('is what the PC’s zone database says of Tokyo, at any time', () => {
    const inTokyo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short' });
    const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        expect(calendarDateInJapan(at)).toEqual(day(inTokyo.format(at).replaceAll('-', '')));
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('an age', () => {
  it.each<[string, number, string, boolean]>([
    ['19900401', 36, '20260331', false],
    ['19900401', 36, '20260401', true],
    ['19900401', 36, '20260402', true],
    ['19900401', 36, '20251231', false],
    ['19900401', 36, '20270101', true],
    ['19900401', 37, '20261231', false],
    // 29 February: in a leap year on the day, in a common year on 1 March.
    ['20080229', 20, '20280228', false],
    ['20080229', 20, '20280229', true],
    ['20080229', 18, '20260228', false],
    ['20080229', 18, '20260301', true],
    ['20080301', 18, '20260228', false],
    ['20080228', 18, '20260228', true],
    // 1900 was no leap year, 2000 was one.
    ['20000229', 120, '21200228', false],
    ['20000229', 100, '21000228', false],
    ['20000229', 100, '21000301', true],
    // Not born yet, by a clock that is wrong.
    ['20300101', 1, '20261121', false],
    ['20251231', 1, '20261230', false],
  ])('of somebody born on %s: %i on %s? %s', (birthDate, years, today, reached) => {
    expect(hasReachedAge(years, birthDate, day(today))).toBe(reached);
  });

  it.each<[string, number, string, boolean | undefined]>([
    // Only the year: 1 January to 31 December.
    ['19450000', 20, '20261121', true],
    ['20060000', 20, '20251231', false],
    ['20060000', 20, '20260101', undefined],
    ['20060000', 20, '20261230', undefined],
    ['20060000', 20, '20261231', true],
    // Year and month.
    ['20060800', 20, '20260731', false],
    ['20060800', 20, '20260801', undefined],
    ['20060800', 20, '20260830', undefined],
    ['20060800', 20, '20260831', true],
    // A February of a leap year ends on the 29th, another one on the 28th.
    ['20080200', 20, '20280228', undefined],
    ['20080200', 20, '20280229', true],
    ['20080200', 18, '20260228', undefined],
    ['20080200', 18, '20260301', true],
    ['20060200', 20, '20260227', undefined],
    ['20060200', 20, '20260228', true],
    ['20061200', 20, '20261201', undefined],
    ['20061200', 20, '20261231', true],
  ])('with the register knowing %s: %i on %s? %s', (birthDate, years, today, reached) => {
    expect(hasReachedAge(years, birthDate, day(today))).toBe(reached);
  });

  it.each(['', '00000000', '00001231', '20061300', '2006', '20060230', '20060001', '2006080a', '200608000'])(
    'is never told of %j, which is no birth date',
    (birthDate) => {
      expect(hasReachedAge(1, birthDate, day('20261121'))).toBeUndefined();
    },
  );

  it('of a partly known date is told only where every day it may mean agrees', () => {
    const months = fc.tuple(fc.integer({ min: 1900, max: 2026 }), fc.integer({ min: 0, max: 12 }));
    const todays = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(months, todays, fc.integer({ min: 1, max: 120 }), ([year, month], at, years) => {
        const today = calendarDateInJapan(at);
        const prefix = String(year) + String(month).padStart(2, '0');
        const possible = daysOf(year, month).map((digits) => hasReachedAge(years, digits, today));
        const agreed = new Set(possible).size === 1 ? possible[0] : undefined;
        expect(hasReachedAge(years, `${prefix}00`, today)).toBe(agreed);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  /** Every day of a month, or of the year where the month is 0. */
  function daysOf(year: number, month: number): string[] {
    const days: string[] = [];
    for (const date = new Date(Date.UTC(year, 0, 1)); date.getUTCFullYear() === year;) {
      if (month === 0 || date.getUTCMonth() === month - 1)
        days.push(date.toISOString().slice(0, 10).replaceAll('-', ''));
      date.setUTCDate(date.getUTCDate() + 1);
    }
    return days;
  }
});
