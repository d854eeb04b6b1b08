import { generateKeyPair, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
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
import { RSA_MODULUS_BITS, type CardMaterial, type CertifiedKey } from './card-material.js';
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

const AUTHORITY_YEARS = 10;
const HOLDER_YEARS = 5;

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

/** Makes the keys and certificates of a new card, valid from `now`, rounded down to a second. */
export async function createTestMaterial(now: Date): Promise<CardMaterial> {
  const [signingCaKey, authenticationCaKey, signingKey, authenticationKey, textSigner, textRoot] = await Promise.all([
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
  ]);
  const signingAuthority = createAuthority('JPKI for digital signature', signingCaKey, now);
  const authenticationAuthority = createAuthority('JPKI for user authentication', authenticationCaKey, now);
  return {
    authorities: { signing: signingAuthority, authentication: authenticationAuthority },
    signing: createSigningCertificate(signingAuthority, signingKey, now),
    authentication: createAuthenticationCertificate(authenticationAuthority, authenticationKey, now),
    textSigner,
    textRoot,
  };
}

/** @returns PKCS#8, PEM; the exponent is 65537. */
async function generateRsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_MODULUS_BITS });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function createAuthority(purpose: Purpose, privateKey: string, now: Date): Authority {
  const name: Name = [...ORGANIZATION, ['OU', purpose], ['OU', 'Madoguchi virtual card']];
  const certificate = buildCertificate({
    subject: name,
    subjectKey: privateKey,
    issuer: name,
    issuerKey: privateKey,
    ...validity(now, AUTHORITY_YEARS),
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

function createSigningCertificate(authority: Authority, privateKey: string, now: Date): CertifiedKey {
  const { prefecture, municipality, municipalityCode } = TEST_HOLDER;
  const holder: NameAttribute = ['CN', `${timeStamp(now)}${randomDigits(8)}${municipalityCode}`];
  return createHolderCertificate(authority, privateKey, {
    now,
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

function createAuthenticationCertificate(authority: Authority, privateKey: string, now: Date): CertifiedKey {
  const holder: NameAttribute = ['CN', `${randomDigits(8)}A${TEST_HOLDER.municipalityCode}`];
  return createHolderCertificate(authority, privateKey, {
    now,
    subject: [['C', 'JP'], holder],
    usages: ['digitalSignature'],
    policy: TEST_POLICIES.authentication,
    attributes: [],
  });
}

interface HolderCertificate {
  readonly now: Date;
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
    ...validity(holder.now, HOLDER_YEARS),
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

function validity(now: Date, years: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const notBefore = new Date(now);
  notBefore.setUTCMilliseconds(0);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  return { notBefore, notAfter };
}

/** YYYYMMDDhhmmss, UTC. */
function timeStamp(now: Date): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14);
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
