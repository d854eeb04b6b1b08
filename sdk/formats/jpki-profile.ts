/** Facts of JPKI's certificate profile, and of the test hierarchies that follow it. */
import type { Certificate } from './certificate.js';
import { requireLeaf, type LeafRequirements } from './certification-path.js';
import { nameValues } from './distinguished-name.js';
import { ExtKeyUsageOid } from './oids.js';

/** 利用者証明用 and 署名用, by who issues them: real cards, or test cards (`O=JPKI-TEST`). */
export const JPKI_POLICIES = {
  authentication: { production: '1.2.392.200149.8.5.1.3.30', test: '1.2.392.200149.8.5.1.0.30' },
  signing: { production: '1.2.392.200149.8.5.1.1.20', test: '1.2.392.200149.8.5.1.0.20' },
} as const;

/** `typeId`s of the six otherNames in a signing certificate. */
export const JPKI_OTHER_NAMES = {
  /** 氏名 */
  name: '1.2.392.200149.8.5.5.1',
  /** 氏名代替文字の使用位置情報: one `0` or `1` per character of the name */
  nameSubstitutions: '1.2.392.200149.8.5.5.2',
  /** 性別: `1` male, `2` female, `3` unknown */
  sex: '1.2.392.200149.8.5.5.3',
  /** 生年月日: era digit, then Gregorian `YYYYMMDD` */
  birthDate: '1.2.392.200149.8.5.5.4',
  /** 住所 */
  address: '1.2.392.200149.8.5.5.5',
  /** 住所代替文字の使用位置情報 */
  addressSubstitutions: '1.2.392.200149.8.5.5.6',
} as const;

export type JpkiRole = keyof typeof JPKI_POLICIES;

/** 基本4情報 and the positions of substituted characters, as encoded. Undefined: not in the certificate. */
export type JpkiPersonalAttributes = { readonly [Name in keyof typeof JPKI_OTHER_NAMES]: string | undefined };

const CA_ORGANIZATIONAL_UNITS = {
  authentication: 'JPKI for user authentication',
  signing: 'JPKI for digital signature',
} as const satisfies Record<JpkiRole, string>;

/** Whether the issuer calls itself a test hierarchy. A claim until the certification path is validated. */
export function isJpkiTestCertificate(certificate: Certificate): boolean {
  return nameValues(certificate.issuer, 'O').includes('JPKI-TEST');
}

/** Whether the issuer calls itself JPKI, or a test hierarchy of its kind. A claim until the path is validated. */
export function isJpkiCertificate(certificate: Certificate): boolean {
  return nameValues(certificate.issuer, 'O').some((name) => name === 'JPKI' || name === 'JPKI-TEST');
}

/** For which of the card's certificates this is the JPKI CA's own certificate, going by its name. */
export function jpkiCaRole(certificate: Certificate): JpkiRole | undefined {
  const units = nameValues(certificate.subject, 'OU');
  const isJpki = nameValues(certificate.subject, 'O').some((name) => name === 'JPKI' || name === 'JPKI-TEST');
  if (!isJpki || certificate.extensions.basicConstraints?.cA !== true) return undefined;
  return units.includes(CA_ORGANIZATIONAL_UNITS.authentication)
    ? 'authentication'
    : units.includes(CA_ORGANIZATIONAL_UNITS.signing)
      ? 'signing'
      : undefined;
}

/**
 * What `validateCertificationPath` is to ask of a card's certificate. Both kinds have digitalSignature; only nonRepudiation
 * tells them apart, so its presence makes an authentication certificate as wrong as its absence a signing certificate. The
 * policy is the test hierarchies' under a test issuer, else the real one.
 */
export function jpkiRequirements(certificate: Certificate, role: JpkiRole): LeafRequirements {
  const policy = JPKI_POLICIES[role][isJpkiTestCertificate(certificate) ? 'test' : 'production'];
  return role === 'authentication'
    ? {
        certificatePolicies: [policy],
        extKeyUsage: ExtKeyUsageOid.clientAuth,
        keyUsage: { required: ['digitalSignature'], forbidden: ['nonRepudiation'] },
      }
    : {
        certificatePolicies: [policy],
        keyUsage: { required: ['digitalSignature', 'nonRepudiation'], forbidden: [] },
      };
}

/**
 * Checks a certificate's key usage against its role. Policy, dates and path are left to the verifier.
 * @throws FormatError `ERR_CERT_USAGE`
 */
export function requireJpkiKeyUsage(certificate: Certificate, role: JpkiRole): void {
  const { keyUsage } = jpkiRequirements(certificate, role);
  requireLeaf([certificate], keyUsage === undefined ? {} : { keyUsage });
}

/** Personal data of a signing certificate, or all undefined. Substituted characters are not marked in the text itself. */
export function jpkiPersonalAttributes(certificate: Certificate): JpkiPersonalAttributes {
  const valueOf = (typeId: string): string | undefined =>
    certificate.extensions.otherNames.find((name) => name.typeId === typeId)?.value;
  return {
    name: valueOf(JPKI_OTHER_NAMES.name),
    nameSubstitutions: valueOf(JPKI_OTHER_NAMES.nameSubstitutions),
    sex: valueOf(JPKI_OTHER_NAMES.sex),
    birthDate: valueOf(JPKI_OTHER_NAMES.birthDate),
    address: valueOf(JPKI_OTHER_NAMES.address),
    addressSubstitutions: valueOf(JPKI_OTHER_NAMES.addressSubstitutions),
  };
}
