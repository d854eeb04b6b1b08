import type { Validity } from '../core/inspection/validity.js';
import type { Translate } from './messages.js';

/** A date as people in Japan know it: certificates end at 23:59:59 Japan time, whatever the PC's zone. */
export function isoDate(date: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short' }).format(date);
}

/** A moment in Japan, to the second: `2026-11-21 15:02:11+09:00`. */
export function isoDateTime(date: Date): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'medium' });
  return `${format.format(date)}+09:00`;
}

/** From when to when, and how long still. */
export function validityText(validity: Validity, t: Translate): string {
  const { notBefore, notAfter, state, daysLeft } = validity;
  const period = t('certificate.validity', { from: isoDate(notBefore), to: isoDate(notAfter) });
  return `${period}${t(`certificate.validityState.${state}`, { count: daysLeft })}`;
}
