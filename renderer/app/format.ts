/** By locale and unit: making one takes longer than formatting a hundred numbers with it. */
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, unit = '', options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${locale} ${unit}`;
  const made = numberFormats.get(key) ?? new Intl.NumberFormat(locale, options);
  numberFormats.set(key, made);
  return made;
}

/** Bytes as people read them: exact below 1,000, else with a unit of SI and one decimal. */
export function formatSize(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const unit = units[step] ?? 'byte';
  return numberFormat(locale, unit, {
    style: 'unit',
    unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1_000 ** step);
}

/** A whole number, to the last digit. */
export function formatNumber(value: number, locale: string): string {
  return numberFormat(locale).format(value);
}

/** Certificates and registries end at a time of Japan, whatever the zone of the PC. */
export const JAPAN = 'Asia/Tokyo';

/**
 * A day, in words of the language; in Japanese with the era beside it, as official papers have it.
 * @param timeZone left out: the PC's
 */
export function formatDay(date: Date, locale: string, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', ...zone }).format(date);
  if (!locale.startsWith('ja')) return day;
  // The first year of an era is 元年.
  const era = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { era: 'long', year: 'numeric', ...zone }).format(date);
  return `${day}（${era}）`;
}

export function formatDateTime(date: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(date);
}

/** Minutes and seconds of a countdown: `4:05`. */
export function formatCountdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
