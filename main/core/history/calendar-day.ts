/** Days of the calendar as `YYYY-MM-DD`, which sort as they follow each other. */

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;
const MILLISECONDS = 86_400_000;

/** Whether this is a day that there is, in that form. */
export function isCalendarDay(text: string): boolean {
  return PATTERN.test(text) && !Number.isNaN(Date.parse(text)) && dayAfter(text, 0) === text;
}

/** So many days after `day`; before it where negative. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * MILLISECONDS).toISOString().slice(0, 10);
}
