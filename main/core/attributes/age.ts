import { parseCalendarDate, type CalendarDate } from '../inspection/birth-date.js';

const JAPAN_OFFSET_MILLISECONDS = 9 * 60 * 60 * 1_000;

/** The day it is in Japan (UTC+9, no daylight saving time), whatever the PC's zone. */
export function calendarDateInJapan(at: Date): CalendarDate {
  const shifted = new Date(at.getTime() + JAPAN_OFFSET_MILLISECONDS);
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate() };
}

/**
 * Whether somebody born on `birthDate` is at least `years` old on `today`. An age is reached on the birthday, as people and
 * shops count; a birthday of 29 February is on 1 March in common years. (By 年齢計算ニ関スル法律 the age is full at the end
 * of the day before. A service whose rules count that day needs the birth date.)
 *
 * @param birthDate `YYYYMMDD`, Gregorian; month, or month and day, `00` where the register does not know them
 * @returns undefined where what is known of the date allows both
 */
export function hasReachedAge(years: number, birthDate: string, today: CalendarDate): boolean | undefined {
  const bounds = possibleDates(birthDate);
  if (!bounds) return undefined;
  if (isReached(years, bounds.latest, today)) return true;
  return isReached(years, bounds.earliest, today) ? undefined : false;
}

function isReached(years: number, { year, month, day }: CalendarDate, today: CalendarDate): boolean {
  if (today.year !== year + years) return today.year > year + years;
  return today.month === month ? today.day >= day : today.month > month;
}

/** The first and the last day that a birth date may mean; undefined where not even the year is known. */
function possibleDates(birthDate: string): { earliest: CalendarDate; latest: CalendarDate } | undefined {
  const exact = parseCalendarDate(birthDate);
  if (exact) return { earliest: exact, latest: exact };
  const parts = /^(\d{4})(\d{2})00$/.exec(birthDate);
  const [year = 0, month = 0] = (parts ?? []).slice(1).map(Number);
  if (year === 0 || month > 12) return undefined;
  const [first, last] = month === 0 ? [1, 12] : [month, month];
  return {
    earliest: { year, month: first, day: 1 },
    latest: { year, month: last, day: daysOfMonth(year, last) },
  };
}

function daysOfMonth(year: number, month: number): number {
  const date = new Date(0);
  // Day 0 is the last one of the month before.
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
