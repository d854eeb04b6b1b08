import { isoCalendarDate, type BirthDate } from '../core/inspection/birth-date.js';
import type { Translate } from './messages.js';

/** A birth date in both calendars: 1990年4月1日（平成2年4月1日）. In the Gregorian one alone where the era is not known. */
export function birthDateText(birthDate: BirthDate, t: Translate): string {
  const { year, month, day, era } = birthDate;
  const gregorian = t('date.gregorian', { year, month, day, iso: isoCalendarDate(birthDate) });
  if (!era) return gregorian;
  // The first year of an era has a name in place of a number.
  const eraYear = era.year === 1 ? t('date.firstYear') : String(era.year);
  const inEra = t('date.inEra', { era: t(`date.era.${era.name}`), eraYear, month, day });
  return t('date.both', { gregorian, inEra });
}
