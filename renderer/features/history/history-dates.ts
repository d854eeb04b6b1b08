import { formatDay } from '../../app/format.js';

/** A calendar day of an entry in words. `day`: `YYYY-MM-DD`, which is a day in no zone. */
export function formatEntryDay(day: string, locale: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return formatDay(new Date(year, month - 1, date), locale);
}

/** The time of an entry; with its date where that is not the day it stands under: the PC is somewhere else today. */
export function formatEntryTime({ at, day }: { readonly at: string; readonly day: string }, locale: string): string {
  const moment = new Date(at);
  const isThere = dayOf(moment) === day;
  return new Intl.DateTimeFormat(
    locale,
    isThere ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' },
  ).format(moment);
}

function dayOf(moment: Date): string {
  const parts = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()];
  return parts.map((part, position) => String(part).padStart(position === 0 ? 4 : 2, '0')).join('-');
}
