/** What a CRL or an OCSP response says of one certificate, and whether it may still be relied on. */
import type { Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';

/** CRLReason (RFC 5280 §5.3.1) by its number; 7 is not used. */
const CRL_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

export type CrlReason = NonNullable<(typeof CRL_REASONS)[number]>;

/** When and why a certificate was revoked. */
export interface Revocation {
  readonly revocationDate: Date;
  readonly reason: CrlReason | undefined;
  /** Since when the key is known or suspected to be in other hands (RFC 5280 §5.3.2). */
  readonly invalidityDate: Date | undefined;
}

export type RevocationSource = 'ocsp' | 'crl';

export type CertificateStatus = {
  readonly source: RevocationSource;
  /** The moment for which the source speaks. */
  readonly thisUpdate: Date;
} & (
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revocation: Revocation }
  /** The responder does not know the certificate: never good. */
  | { readonly status: 'unknown' }
);

/** The moment asked about, and the clock of whoever asks. */
export interface RevocationMoment {
  /** For which the status is wanted. */
  readonly at: Date;
  /** The checker's own clock: what claims to be from later is refused. */
  readonly now: Date;
  /** How far clocks may be apart, in milliseconds; default: five minutes. */
  readonly skewMilliseconds?: number;
  /** How long an OCSP response without nextUpdate is relied on after its thisUpdate, in milliseconds; default: an hour. */
  readonly maxAgeMilliseconds?: number;
}

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
const DEFAULT_SKEW = 5 * MINUTE;
const DEFAULT_MAX_AGE = 60 * MINUTE;
/**
 * How long a statement is relied on whatever its nextUpdate says. CAs are spoken for once a year, others at least once a
 * month.
 */
const MAX_WINDOW_OF_AUTHORITY = 400 * DAY;
const MAX_WINDOW = 35 * DAY;
/** How much older than the moment asked about a statement may be that has since been followed by others. */
const MAX_LAG = DAY;

/** A genuine statement about one certificate. */
export interface Statement {
  readonly source: RevocationSource;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** `good` for a certificate that a complete CRL does not list. */
  readonly found: 'good' | 'unknown' | Revocation;
  /** Since when certificates that have run out are still spoken for; undefined: they are not. */
  readonly keptSince: Date | undefined;
}

/** @param octet value of the ENUMERATED; undefined where it is no CRLReason */
export function crlReason(octet: number | undefined): CrlReason | undefined {
  return octet === undefined ? undefined : CRL_REASONS[octet];
}

/**
 * Whether the key must be taken for one that others have had, since nobody knows when (RFC 3161 §4): what it signed proves
 * no time, whatever time that is.
 */
export function isCompromise(reason: CrlReason | undefined): boolean {
  return reason === undefined || COMPROMISES.has(reason);
}

const COMPROMISES: ReadonlySet<CrlReason> = new Set(['keyCompromise', 'cACompromise', 'aACompromise']);

/** The moment from which nothing may be relied on: the revocation, or an earlier invalidity date. */
export function revokedFrom({ revocationDate, invalidityDate }: Revocation): Date {
  return invalidityDate !== undefined && invalidityDate < revocationDate ? invalidityDate : revocationDate;
}

export function skewOf(moment: RevocationMoment): number {
  return moment.skewMilliseconds ?? DEFAULT_SKEW;
}

/**
 * What a genuine statement comes to at the moment asked about. A revocation that is no hold is final and counts from
 * however old a statement; anything else only from one that speaks for the moment or was made after it.
 * @throws FormatError `ERR_SIGN_FORMAT`: `-not-yet-valid`, `-expired`, `-not-fresh` where it was made so long before the
 * moment that a revocation since is not in it, or `-after-expiry` where the certificate had run out when the statement was
 * made and need not have been spoken for any more; all behind `ocsp` or `crl`
 */
export function settle(statement: Statement, certificate: Certificate, moment: RevocationMoment): CertificateStatus {
  const { found, thisUpdate, source } = statement;
  const skew = skewOf(moment);
  // Written so that an invalid date, which compares as false, fails.
  if (!(thisUpdate.getTime() <= moment.now.getTime() + skew)) refuse(`${source}-not-yet-valid`);
  const isFinal = typeof found === 'object' && found.reason !== 'certificateHold';
  if (isFinal) return { status: 'revoked', source, thisUpdate, revocation: found };
  const end = statement.nextUpdate?.getTime() ?? thisUpdate.getTime() + (moment.maxAgeMilliseconds ?? DEFAULT_MAX_AGE);
  if (!(moment.at.getTime() <= end + skew)) refuse(`${source}-expired`);
  if (!isFresh(thisUpdate, { end, certificate, moment })) refuse(`${source}-not-fresh`);
  if (typeof found === 'object') return { status: 'revoked', source, thisUpdate, revocation: found };
  if (found === 'unknown') return { status: 'unknown', source, thisUpdate };
  const isSpokenFor = thisUpdate <= certificate.notAfter || isKept(certificate, statement.keptSince);
  if (!isSpokenFor) refuse(`${source}-after-expiry`);
  return { status: 'good', source, thisUpdate };
}

/** @param end until when it claims to be current, in milliseconds */
function isFresh(
  thisUpdate: Date,
  { end, certificate, moment }: { end: number; certificate: Certificate; moment: RevocationMoment },
): boolean {
  const isAuthority = certificate.extensions.basicConstraints?.cA === true;
  const lag = moment.at.getTime() - thisUpdate.getTime();
  const isInWindow = lag <= (isAuthority ? MAX_WINDOW_OF_AUTHORITY : MAX_WINDOW);
  // Who asks today about a moment long past can have a statement from after it, which knows more.
  const isCurrent = moment.now.getTime() <= end + skewOf(moment);
  return isInWindow && (isCurrent || lag <= MAX_LAG);
}

function isKept({ notAfter }: Certificate, keptSince: Date | undefined): boolean {
  return keptSince !== undefined && keptSince <= notAfter;
}

function refuse(reason: string): never {
  throw new FormatError('ERR_SIGN_FORMAT', 'the revocation data does not speak for this moment', { reason });
}
