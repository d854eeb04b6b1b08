import {
  encodeHex,
  equalBytes,
  formatDistinguishedName,
  isJpkiTestCertificate,
  type Certificate,
  type FormatCrypto,
} from '../../../sdk/formats/index.js';
import type { IssuerStanding, KeyRole } from '../ports.js';

/** What is known of one JPKI certification authority. Hexadecimal is lower case. */
interface AuthorityFacts {
  /** Which of a card's certificates it issues. */
  readonly role: KeyRole;
  readonly generation: number;
  /** As `formatDistinguishedName` writes it; the same for every generation of a role. */
  readonly subject: string;
  /** Unsigned. */
  readonly serialNumber: string;
}

/** One entry of `resources/trust-anchors/`. */
export type TrustAnchor =
  | (AuthorityFacts & {
      readonly obtained: true;
      /** SHA-256 of the certificate's DER. */
      readonly sha256: string;
      readonly subjectKeyIdentifier: string;
    })
  /** Known to exist; its certificate was not seen, so nothing is trusted for it. */
  | (AuthorityFacts & { readonly obtained: false });

/** What a certification authority's own certificate, read from a card, is to this release. */
export type AuthorityStanding =
  | { readonly standing: 'listed'; readonly generation: number }
  /** A test hierarchy, by its name. Never trusted. */
  | { readonly standing: 'test' }
  | {
      readonly standing: 'unlisted';
      /** The generation it says it is, where that is one whose certificate this release does not have. */
      readonly claimedGeneration?: number;
    };

export interface TrustAnchors {
  /** Judges the certificate of the authority that is to have issued the card's certificate for `role`. */
  standingOf(authority: Certificate, role: KeyRole): Promise<AuthorityStanding>;
  /**
   * What a holder's certificate says about its own issuer: that it is a test hierarchy, or a key (by identifier) or name that
   * no listed authority has. Undefined where it says nothing of the kind. Proves nothing.
   */
  claimedStanding(certificate: Certificate, role: KeyRole): 'test' | 'unlisted' | undefined;
  /**
   * Whether `authority` signed `certificate`, by name and signature. Neither dates nor constraints are looked at, and
   * revocation is not.
   */
  issued(authority: Certificate, certificate: Certificate): Promise<boolean>;
}

/** Trust in the listed certificates and in nothing else: no name, key identifier or date makes up for another digest. */
export function createTrustAnchors(anchors: readonly TrustAnchor[], crypto: FormatCrypto): TrustAnchors {
  return {
    async standingOf(authority, role) {
      const sha256 = encodeHex(await crypto.digest('SHA-256', authority.der));
      const listed = anchors.find((anchor) => anchor.obtained && anchor.role === role && anchor.sha256 === sha256);
      if (listed) return { standing: 'listed', generation: listed.generation };
      if (isJpkiTestCertificate(authority)) return { standing: 'test' };
      const claimed = anchors.find((anchor) => anchor.role === role && !anchor.obtained && claims(authority, anchor));
      return claimed ? { standing: 'unlisted', claimedGeneration: claimed.generation } : { standing: 'unlisted' };
    },
    claimedStanding(certificate, role) {
      if (isJpkiTestCertificate(certificate)) return 'test';
      const listed = anchors.filter((anchor) => anchor.obtained).filter((anchor) => anchor.role === role);
      const issuer = formatDistinguishedName(certificate.issuer);
      const keyIdentifier = certificate.extensions.authorityKeyIdentifier;
      const fits = listed.some(
        (anchor) =>
          anchor.subject === issuer &&
          (keyIdentifier === undefined || encodeHex(keyIdentifier) === anchor.subjectKeyIdentifier),
      );
      return fits ? undefined : 'unlisted';
    },
    async issued(authority, certificate) {
      if (!equalBytes(certificate.issuer.der, authority.subject.der)) return false;
      const { signatureAlgorithm, tbsCertificate, signature } = certificate;
      if (signatureAlgorithm === undefined) return false;
      return crypto.verifySignature(signatureAlgorithm, authority.subjectPublicKeyInfo, tbsCertificate, signature);
    },
  };
}

/** The standing in one word, for those who only warn. `issued`: whether the authority signed the certificate at hand. */
export function issuerStanding(authority: AuthorityStanding | undefined, issued: boolean): IssuerStanding {
  if (authority === undefined) return 'unknown';
  return issued ? authority.standing : 'unlisted';
}

function claims(authority: Certificate, anchor: TrustAnchor): boolean {
  return (
    authority.serialNumber === anchor.serialNumber && formatDistinguishedName(authority.subject) === anchor.subject
  );
}
