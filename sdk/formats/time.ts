import { element } from './asn1/write.js';
import { Identifier, type Asn1Element } from './asn1/read.js';
import { encodeUtf8 } from './bytes.js';
import { FormatError, type FormatErrorCode } from './format-error.js';

/**
 * A `Time` in the DER form of RFC 5280 §4.1.2.5: UTCTime or GeneralizedTime, with seconds, without fractions, in `Z`.
 * @throws FormatError with `code`
 */
export function readTime(time: Asn1Element, code: FormatErrorCode): Date {
  const text = String.fromCharCode(...time.contents.subarray(0, 16));
  const digits = time.identifier === Identifier.UTC_TIME ? `${utcTimeCentury(text)}${text}` : text;
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(digits);
  const isTime = time.identifier === Identifier.UTC_TIME || time.identifier === Identifier.GENERALIZED_TIME;
  if (!isTime || match === null) throw new FormatError(code, 'not a time');
  const [, year, month, day, hour, minute, second] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // `Date` takes 30 February for 1 March; a time that does not come back as written is none.
  if (Number.isNaN(date.getTime()) || generalizedTime(date) !== digits) throw new FormatError(code, 'not a time');
  return date;
}

/** Years 50–99 are of the 20th century, 00–49 of the 21st (RFC 5280 §4.1.2.5.1). */
function utcTimeCentury(text: string): string {
  return Number(text.slice(0, 2)) >= 50 ? '19' : '20';
}

function generalizedTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

/**
 * DER `Time`: UTCTime from 1950 through 2049, GeneralizedTime otherwise (RFC 5652 §11.3). Fractions of a second are cut.
 * @param date years 0–9999
 */
export function encodeTime(date: Date): Uint8Array {
  const text = generalizedTime(date);
  const isUtcTime = text >= '1950' && text < '2050';
  return isUtcTime
    ? element(Identifier.UTC_TIME, encodeUtf8(text.slice(2)))
    : element(Identifier.GENERALIZED_TIME, encodeUtf8(text));
}
