export const ERAS = ['meiji', 'taisho', 'showa', 'heisei', 'reiwa'] as const;
export type Era = (typeof ERAS)[number];

export interface CalendarDate {
  /** Gregorian. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export interface BirthDate extends CalendarDate {
  /** Undefined where the certificate says that the era is unknown, or names one that the date is not in. */
  readonly era: { readonly name: Era; readonly year: number } | undefined;
}

/** First and last day, `YYYYMMDD`. The days on which emperors changed in 1912 and 1926 belong to both eras. */
const ERA_DAYS: Readonly<Record<Era, { readonly first: string; readonly last: string }>> = {
  meiji: { first: '18680125', last: '19120730' },
  taisho: { first: '19120730', last: '19261225' },
  showa: { first: '19261225', last: '19890107' },
  heisei: { first: '19890108', last: '20190430' },
  reiwa: { first: '20190501', last: '99991231' },
};

/**
 * 生年月日 of a signing certificate: an era digit (1 明治, 2 大正, 3 昭和, 4 平成, 5 令和, 0 unknown), then `YYYYMMDD`.
 * @returns undefined for anything else, dates that no calendar has among it
 */
export function parseBirthDate(encoded: string): BirthDate | undefined {
  const digits = /^([0-5])(\d{8})$/.exec(encoded);
  const date = digits?.[2] === undefined ? undefined : parseCalendarDate(digits[2]);
  return date && { ...date, era: yearInEra(date, ERAS[Number(digits?.[1]) - 1]) };
}

/** `YYYYMMDD`, Gregorian, as cards write dates; undefined for anything else. */
export function parseCalendarDate(encoded: string): CalendarDate | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(encoded);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? { year, month, day } : undefined;
}

/** `YYYY-MM-DD`. */
export function isoCalendarDate({ year, month, day }: CalendarDate): string {
  return [digits(year, 4), digits(month, 2), digits(day, 2)].join('-');
}

function yearInEra(date: CalendarDate, era: Era | undefined): BirthDate['era'] {
  if (era === undefined) return undefined;
  const { first, last } = ERA_DAYS[era];
  const day = isoCalendarDate(date).replaceAll('-', '');
  return day >= first && day <= last ? { name: era, year: date.year - Number(first.slice(0, 4)) + 1 } : undefined;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
