import { formatDay } from '../../app/format.js';

export interface BirthDateText {
  readonly text: string;
  /** False where the register does not know the day, or neither month nor day. */
  readonly whole: boolean;
}

/** `encoded`: `YYYYMMDD`, Gregorian, month and day `00` where they are not known. As it stands where it is no date. */
export function formatBirthDate(encoded: string, locale: string): BirthDateText {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(encoded) ?? [];
  if (year === undefined || month === undefined || day === undefined) return { text: encoded, whole: true };
  if (month === '00') return { text: year, whole: false };
  const known = day === '00' ? '01' : day;
  const date = new Date(`${year}-${month}-${known}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return { text: encoded, whole: true };
  if (day !== '00') return { text: formatDay(date, locale, 'UTC'), whole: true };
  const format = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return { text: format.format(date), whole: false };
}
