import type { ErrorCode } from '../../../sdk/protocol/index.js';
import type { PinStatus } from '../card/card-application.js';
import type { IssuerStanding, KeyRole, PinRole } from '../ports.js';
import type { AuthorityStanding } from '../trust/trust-anchors.js';
import type { Validity } from './validity.js';

/** What holds the certificates, going by the label in EF 0006 of the JPKI application. */
export type Medium = 'my-number-card' | 'juki-card' | 'android' | 'iphone' | 'unknown';

const MEDIA: ReadonlyMap<string, Medium> = new Map([
  ['JPKIAPICCTOKEN2', 'my-number-card'],
  ['JPKIAPICCTOKEN', 'juki-card'],
  ['JPKIAPGPSETOKEN', 'android'],
  ['JPKIAPIOSTOKEN', 'iphone'],
]);

/** `label` without its padding; undefined where the card has none. */
export function mediumOf(label: string | undefined): Medium {
  return MEDIA.get(label ?? '') ?? 'unknown';
}

/** What went wrong with one part of the card. The rest of the report stands. */
export interface Unreadable {
  readonly status: 'unreadable';
  readonly code: ErrorCode;
}

interface Absent {
  readonly status: 'absent';
}

export type ApplicationState = { readonly status: 'present' } | Absent | Unreadable;
export type PinState = PinStatus | Absent | Unreadable;

export type CertificateState =
  | ({ readonly status: 'readable' } & Validity)
  /** It is there as far as can be told, and shows itself only after its PIN. */
  | { readonly status: 'pin-needed' }
  /** The card's own record (EF 0008) has one certificate less than two, and the other one is there. */
  | { readonly status: 'recorded-absent' }
  | Absent
  | Unreadable;

/** `issuer` as in the consent dialogs: `unlisted` also where this authority did not sign the certificate at hand. */
export type AuthorityState =
  | ({ readonly status: 'readable'; readonly issuer: IssuerStanding } & AuthorityStanding)
  | { readonly status: 'pin-needed' }
  | Absent
  | Unreadable;

/** Applications by what they are for: 公的個人認証, 券面事項入力補助, 券面事項確認. */
export type ApplicationName = 'jpki' | 'text' | 'visual';

/** What the card tells without a PIN. Each part has a state of its own; one that is missing takes nothing else with it. */
export interface CardReport {
  readonly readerName: string;
  readonly testCard: boolean;
  readonly medium: Medium;
  readonly applications: Readonly<Record<ApplicationName, ApplicationState>>;
  readonly pins: Readonly<Record<PinRole, PinState>>;
  readonly certificates: Readonly<Record<KeyRole, CertificateState>>;
  readonly authorities: Readonly<Record<KeyRole, AuthorityState>>;
}

/** Tries left of every PIN, and nothing else. */
export type PinReport = Pick<CardReport, 'readerName' | 'pins'>;

export type CardFinding =
  | 'no-jpki-application'
  | 'no-text-application'
  | 'no-visual-application'
  | 'no-authentication-certificate'
  | 'no-signing-certificate'
  | 'authentication-certificate-needs-pin'
  | 'signing-certificate-needs-pin'
  | 'part-unreadable';

/**
 * What is missing from a card, in the order to be read. `normal`: so by design, nothing a person has to act on. A finding
 * that may be either is not called normal; its text says when it is.
 */
export function cardFindings(
  report: CardReport,
): readonly { readonly finding: CardFinding; readonly normal: boolean }[] {
  const { applications, certificates, medium } = report;
  const isPhone = medium === 'android' || medium === 'iphone';
  const findings: { finding: CardFinding; normal: boolean }[] = [];
  const add = (finding: CardFinding, normal: boolean, holds: boolean): void => {
    if (holds) findings.push({ finding, normal });
  };
  const hasJpki = applications.jpki.status === 'present';
  const signing = certificates.signing.status;
  add('no-jpki-application', false, applications.jpki.status === 'absent');
  add('no-authentication-certificate', false, hasJpki && certificates.authentication.status === 'absent');
  add('authentication-certificate-needs-pin', isPhone, certificates.authentication.status === 'pin-needed');
  add('no-signing-certificate', false, hasJpki && (signing === 'absent' || signing === 'recorded-absent'));
  add('signing-certificate-needs-pin', true, signing === 'pin-needed');
  add('no-text-application', isPhone, applications.text.status === 'absent');
  add('no-visual-application', isPhone, applications.visual.status === 'absent');
  add('part-unreadable', false, hasUnreadablePart(report));
  return findings;
}

export function hasUnreadablePart({ applications, pins, certificates, authorities }: CardReport): boolean {
  const parts = { ...applications, ...pins };
  return [parts, certificates, authorities].some((states) =>
    Object.values<{ readonly status: string }>(states).some(({ status }) => status === 'unreadable'),
  );
}
