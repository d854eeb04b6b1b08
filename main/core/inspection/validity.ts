/** Days before the end from which a person is told to renew: when the municipal office begins to take renewals. */
export const EXPIRY_WARNING_DAYS = 90;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole days, by Japan's calendar, from today to the last day: 0 on the last day, negative after it. */
  readonly daysLeft: number;
  /** By date alone. Whether the certificate was revoked is another matter. */
  readonly state: 'not-yet-valid' | 'in-force' | 'expires-soon' | 'expired';
}

const MILLISECONDS_PER_DAY = 86_400_000;
/** Japan has had UTC+9 without summer time since 1952. */
const JAPAN_OFFSET_MILLISECONDS = 9 * 3_600_000;

export function validityAt({ notBefore, notAfter }: Pick<Validity, 'notBefore' | 'notAfter'>, at: Date): Validity {
  const daysLeft = japaneseDay(notAfter) - japaneseDay(at);
  return { notBefore, notAfter, daysLeft, state: state(notBefore, notAfter, at) };
}

function state(notBefore: Date, notAfter: Date, at: Date): Validity['state'] {
  if (at > notAfter) return 'expired';
  if (at < notBefore) return 'not-yet-valid';
  return japaneseDay(notAfter) - japaneseDay(at) <= EXPIRY_WARNING_DAYS ? 'expires-soon' : 'in-force';
}

function japaneseDay(date: Date): number {
  return Math.floor((date.getTime() + JAPAN_OFFSET_MILLISECONDS) / MILLISECONDS_PER_DAY);
}
