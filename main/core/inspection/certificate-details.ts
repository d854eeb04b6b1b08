import { JPKI_POLICIES, type Certificate } from '../../../sdk/formats/index.js';
import type { IssuerStanding, KeyRole } from '../ports.js';
import type { AuthorityStanding } from '../trust/trust-anchors.js';
import { holderAttributes, type HolderAttributes } from './holder-attributes.js';
import { validityAt, type Validity } from './validity.js';

/** The certificates on the card: the holder's two, and those of the authorities that issued them. */
export const CERTIFICATE_KINDS = ['authentication', 'signing', 'authentication-ca', 'signing-ca'] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

/** A certificate policy; `role` and `test` tell JPKI's own apart, and are undefined for any other. */
export interface PolicyName {
  readonly oid: string;
  readonly role: KeyRole | undefined;
  readonly test: boolean | undefined;
}

/** A certificate as a person may want to see it. Nothing here was checked against a revocation list. */
export interface CertificateDetails {
  readonly kind: CertificateKind;
  readonly certificate: Certificate;
  readonly validity: Validity;
  readonly policies: readonly PolicyName[];
  readonly holder: HolderAttributes | undefined;
  /** The authority behind it, or it itself where it is one. Undefined: its certificate could not be read. */
  readonly authority: AuthorityStanding | undefined;
  /** The same in one word; `unlisted` also where that authority did not sign this certificate. */
  readonly issuer: IssuerStanding;
}

/** Which key a certificate belongs to or stands above. */
export function roleOf(kind: CertificateKind): KeyRole {
  return kind === 'signing' || kind === 'signing-ca' ? 'signing' : 'authentication';
}

export function describeCertificate(
  kind: CertificateKind,
  certificate: Certificate,
  context: { readonly at: Date } & Pick<CertificateDetails, 'authority' | 'issuer'>,
): CertificateDetails {
  const { at, authority, issuer } = context;
  return {
    kind,
    certificate,
    validity: validityAt(certificate, at),
    policies: (certificate.extensions.certificatePolicies ?? []).map(policyName),
    holder: holderAttributes(certificate),
    authority,
    issuer,
  };
}

function policyName(oid: string): PolicyName {
  for (const role of ['authentication', 'signing'] as const) {
    const { production, test } = JPKI_POLICIES[role];
    if (oid === production || oid === test) return { oid, role, test: oid === test };
  }
  return { oid, role: undefined, test: undefined };
}
