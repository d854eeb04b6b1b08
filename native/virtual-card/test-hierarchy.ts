import { randomInt } from 'node:crypto';
import { buildCertificate, subjectPublicKeyBits } from './certificate-builder.js';
import {
  authorityConstraints,
  authorityKeyIdentifier,
  certificatePolicies,
  crlDistributionPoint,
  issuerDirectoryName,
  keyUsage,
  subjectDirectoryName,
  subjectKeyIdentifier,
  subjectOtherNames,
  type KeyUsage,
} from './certificate-extensions.js';
import type { NameAttribute } from './certificate-names.js';
import type { CardMaterial, CertifiedKey } from './card-material.js';
import { TEST_HOLDER } from './test-holder.js';

type Name = readonly NameAttribute[];

/** Certificate policies of the test card. */
export const TEST_POLICIES = {
  /** JPKI's own for signing certificates of its test environment. */
  signing: '1.2.392.200149.8.5.1.0.20',
  /** The counterpart for authentication; no public source names JPKI's, so this one is this hierarchy's choice. */
  authentication: '1.2.392.200149.8.5.1.0.30',
} as const;

const CPS = 'http://www.jpki.go.jp/cps.html';

/** otherName types of JPKI's subjectAltName. */
export const ATTRIBUTE_OIDS = {
  name: '1.2.392.200149.8.5.5.1',
  nameSubstitutions: '1.2.392.200149.8.5.5.2',
  sex: '1.2.392.200149.8.5.5.3',
  birthDate: '1.2.392.200149.8.5.5.4',
  address: '1.2.392.200149.8.5.5.5',
  addressSubstitutions: '1.2.392.200149.8.5.5.6',
} as const;

const ORGANIZATION: Name = [
  ['C', 'JP'],
  ['O', 'JPKI-TEST'],
];
/** Stands where JPKI's certificates name the service in Japanese. */
const SERVICE: Name = [
  ['C', 'JP'],
  ['O', '公的個人認証サービス（テスト）'],
];

type Purpose = 'JPKI for digital signature' | 'JPKI for user authentication';

interface Authority extends CertifiedKey {
  readonly purpose: Purpose;
  readonly name: Name;
}

/** Private keys of a card and of its authorities; PKCS#8, PEM. */
export interface MaterialKeys {
  readonly authorities: { readonly signing: string; readonly authentication: string };
  readonly signing: string;
  readonly authentication: string;
  readonly textSigner: string;
  readonly textRoot: string;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface MaterialDates {
  readonly authorities: Validity;
  readonly holder: Validity;
}

/** Makes the certificates of `keys`; dates are rounded down to a second. */
export function certifyKeys(keys: MaterialKeys, dates: MaterialDates): CardMaterial {
  const signingAuthority = createAuthority('JPKI for digital signature', keys.authorities.signing, dates.authorities);
  const authenticationAuthority = createAuthority(
    'JPKI for user authentication',
    keys.authorities.authentication,
    dates.authorities,
  );
  return {
    authorities: { signing: signingAuthority, authentication: authenticationAuthority },
    signing: createSigningCertificate(signingAuthority, keys.signing, dates.holder),
    authentication: createAuthenticationCertificate(authenticationAuthority, keys.authentication, dates.holder),
    textSigner: keys.textSigner,
    textRoot: keys.textRoot,
  };
}

function createAuthority(purpose: Purpose, privateKey: string, validity: Validity): Authority {
  const name: Name = [...ORGANIZATION, ['OU', purpose], ['OU', 'Madoguchi virtual card']];
  const certificate = buildCertificate({
    subject: name,
    subjectKey: privateKey,
    issuer: name,
    issuerKey: privateKey,
    ...toSeconds(validity),
    extensions: [
      keyUsage('keyCertSign', 'cRLSign'),
      authorityConstraints(),
      subjectDirectoryName(SERVICE),
      crlDistributionPoint(name),
      subjectKeyIdentifier(subjectPublicKeyBits(privateKey)),
    ],
  });
  return { purpose, name, privateKey, certificate };
}

function createSigningCertificate(authority: Authority, privateKey: string, validity: Validity): CertifiedKey {
  const { prefecture, municipality, municipalityCode } = TEST_HOLDER;
  const holder: NameAttribute = ['CN', `${timeStamp(validity.notBefore)}${randomDigits(8)}${municipalityCode}`];
  return createHolderCertificate(authority, privateKey, {
    validity,
    subject: [['C', 'JP'], ['L', prefecture], ['L', municipality], holder],
    usages: ['digitalSignature', 'nonRepudiation'],
    policy: TEST_POLICIES.signing,
    attributes: [
      [ATTRIBUTE_OIDS.name, TEST_HOLDER.name],
      [ATTRIBUTE_OIDS.birthDate, `${TEST_HOLDER.birthEra}${TEST_HOLDER.birthDate}`],
      [ATTRIBUTE_OIDS.sex, TEST_HOLDER.sex],
      [ATTRIBUTE_OIDS.address, TEST_HOLDER.address],
      [ATTRIBUTE_OIDS.nameSubstitutions, TEST_HOLDER.nameSubstitutions],
      [ATTRIBUTE_OIDS.addressSubstitutions, '0'.repeat(TEST_HOLDER.address.length)],
    ],
  });
}

function createAuthenticationCertificate(authority: Authority, privateKey: string, validity: Validity): CertifiedKey {
  const holder: NameAttribute = ['CN', `${randomDigits(8)}A${TEST_HOLDER.municipalityCode}`];
  return createHolderCertificate(authority, privateKey, {
    validity,
    subject: [['C', 'JP'], holder],
    usages: ['digitalSignature'],
    policy: TEST_POLICIES.authentication,
    attributes: [],
  });
}

interface HolderCertificate {
  readonly validity: Validity;
  readonly subject: Name;
  readonly usages: readonly KeyUsage[];
  readonly policy: string;
  /** otherNames of subjectAltName, in order. None: no such extension. */
  readonly attributes: readonly (readonly [typeId: string, value: string])[];
}

function createHolderCertificate(authority: Authority, privateKey: string, holder: HolderCertificate): CertifiedKey {
  const certificate = buildCertificate({
    subject: holder.subject,
    subjectKey: privateKey,
    issuer: authority.name,
    issuerKey: authority.privateKey,
    ...toSeconds(holder.validity),
    extensions: [
      keyUsage(...holder.usages),
      certificatePolicies(holder.policy, CPS),
      ...(holder.attributes.length > 0 ? [subjectOtherNames(holder.attributes)] : []),
      issuerDirectoryName(SERVICE),
      crlDistributionPoint(distributionPointName(authority.purpose)),
      authorityKeyIdentifier(subjectPublicKeyBits(authority.privateKey)),
      subjectKeyIdentifier(subjectPublicKeyBits(privateKey)),
    ],
  });
  return { privateKey, certificate };
}

/** JPKI keeps one list per municipality. */
function distributionPointName(purpose: Purpose): Name {
  return [
    ...ORGANIZATION,
    ['OU', purpose],
    ['OU', 'CRL Distribution Points'],
    ['OU', TEST_HOLDER.prefecture],
    ['CN', `${TEST_HOLDER.municipality} CRLDP`],
  ];
}

function toSeconds({ notBefore, notAfter }: Validity): Validity {
  const rounded = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000);
  return { notBefore: rounded(notBefore), notAfter: rounded(notAfter) };
}

/** YYYYMMDDhhmmss, UTC. */
function timeStamp(date: Date): string {
  return date.toISOString().replace(/\D/g, '').slice(0, 14);
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
