/** A date as people in Japan know it: certificates end at 23:59:59 Japan time, whatever the PC's zone. */
export function isoDate(date: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short' }).format(date);
}
