/**
 * Certificates for tests, made with pkijs and node:crypto so that nothing of `sdk/formats` takes part. Keys are of this run
 * of the tests, or are made on first use.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { inject } from 'vitest';
import type { RunKeys } from './run-keys.js';

export interface TestKey {
  readonly privateKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const keys = new Map<string, TestKey>();
/** Those of this run that no name stands for yet. */
const unused = [...((inject('runKeys') as RunKeys | undefined)?.rsa ?? [])];

function newKeyPair(type: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (!type.startsWith('rsa')) return generateKeyPairSync('ec', { namedCurve: type });
  const pem = type === 'rsa2048' ? unused.pop() : undefined;
  if (pem === undefined) return generateKeyPairSync('rsa', { modulusLength: Number(type.slice(3)) });
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** The key of this name, the same one each time. */
export function testKey(name: string, type: 'rsa1024' | 'rsa2048' | 'P-256' | 'P-384' = 'rsa2048'): TestKey {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const { privateKey, publicKey } = newKeyPair(type);
  const key = { privateKey, spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
  keys.set(name, key);
  return key;
}

/** DER signature value by RSASSA-PKCS1-v1_5 or ECDSA, whichever the key is for. */
export function signWith(key: TestKey, data: Uint8Array, digest = 'sha256'): Uint8Array {
  return new Uint8Array(createSign(digest).update(data).sign(key.privateKey));
}

// ------------------------------------------------------------------------------------------------- extensions

function extension(extnID: string, critical: boolean, value: asn1js.AsnType): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER() });
}

const KEY_USAGE_BITS = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04, cRLSign: 0x02 } as const;

export function keyUsage(...usages: readonly (keyof typeof KEY_USAGE_BITS)[]): pkijs.Extension {
  const octet = usages.reduce((bits, usage) => bits | KEY_USAGE_BITS[usage], 0);
  const unusedBits = 31 - Math.clz32(octet & -octet);
  return extension('2.5.29.15', true, new asn1js.BitString({ valueHex: Uint8Array.of(octet).buffer, unusedBits }));
}

export function basicConstraints(cA: boolean, pathLenConstraint?: number): pkijs.Extension {
  const value = [
    ...(cA ? [new asn1js.Boolean({ value: true })] : []),
    ...(pathLenConstraint === undefined ? [] : [new asn1js.Integer({ value: pathLenConstraint })]),
  ];
  return extension('2.5.29.19', true, new asn1js.Sequence({ value }));
}

export function certificatePolicies(...policies: readonly string[]): pkijs.Extension {
  const value = policies.map((value) => new asn1js.Sequence({ value: [new asn1js.ObjectIdentifier({ value })] }));
  return extension('2.5.29.32', true, new asn1js.Sequence({ value }));
}

export function extKeyUsage(critical: boolean, ...purposes: readonly string[]): pkijs.Extension {
  const value = purposes.map((value) => new asn1js.ObjectIdentifier({ value }));
  return extension('2.5.29.37', critical, new asn1js.Sequence({ value }));
}

function keyIdentifier(key: TestKey): ArrayBuffer {
  return new Uint8Array(createHash('sha1').update(key.spki).digest()).buffer;
}

export function subjectKeyIdentifier(key: TestKey): pkijs.Extension {
  return extension('2.5.29.14', false, new asn1js.OctetString({ valueHex: keyIdentifier(key) }));
}

export function authorityKeyIdentifier(key: TestKey): pkijs.Extension {
  const identifier = new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: keyIdentifier(key) });
  return extension('2.5.29.35', false, new asn1js.Sequence({ value: [identifier] }));
}

export function otherNames(names: Readonly<Record<string, string>>): pkijs.Extension {
  const tagged = (value: asn1js.AsnType[]): asn1js.Constructed =>
    new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value });
  const value = Object.entries(names).map(([typeId, text]) =>
    tagged([new asn1js.ObjectIdentifier({ value: typeId }), tagged([new asn1js.Utf8String({ value: text })])]),
  );
  return extension('2.5.29.17', false, new asn1js.Sequence({ value }));
}

/** An extension nobody knows. */
export function unknownExtension(critical: boolean, extnID = '1.3.6.1.4.1.99999.1'): pkijs.Extension {
  return extension(extnID, critical, new asn1js.Null());
}

// ------------------------------------------------------------------------------------------------- certificates

/** `['CN', 'x']` pairs in order. */
export type TestName = readonly (readonly [keyof typeof NAME_TYPES, string])[];

const NAME_TYPES = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const;

export interface CertificateTemplate {
  readonly subject: TestName;
  readonly key: TestKey;
  /** Default: the subject itself. */
  readonly issuer?: { readonly subject: TestName; readonly key: TestKey };
  readonly serialNumber?: number;
  /** Default: a year ago to in ten years. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly pkijs.Extension[];
  /** Default: SHA-256. */
  readonly digest?: 'sha1' | 'sha256' | 'sha384';
  /** Default: 2, which stands for version 3. */
  readonly version?: number;
}

export const YEAR_MILLISECONDS = 365 * 24 * 3600 * 1000;

/** A moment so many years from now, in whole seconds. */
export function yearsFromNow(years: number): Date {
  return new Date(Math.floor((Date.now() + years * YEAR_MILLISECONDS) / 1000) * 1000);
}

const SIGNATURE_OIDS = {
  rsa: { sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11', sha384: '1.2.840.113549.1.1.12' },
  ec: { sha1: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2', sha384: '1.2.840.10045.4.3.3' },
} as const;

/** DER of a signed certificate. */
export function issueCertificate(template: CertificateTemplate): Uint8Array {
  const issuer = template.issuer ?? template;
  const digest = template.digest ?? 'sha256';
  const keyType = issuer.key.privateKey.asymmetricKeyType === 'ec' ? 'ec' : 'rsa';
  const algorithm = new pkijs.AlgorithmIdentifier({
    algorithmId: SIGNATURE_OIDS[keyType][digest],
    ...(keyType === 'rsa' ? { algorithmParams: new asn1js.Null() } : {}),
  });
  const certificate = new pkijs.Certificate({
    version: template.version ?? 2,
    serialNumber: new asn1js.Integer({ value: template.serialNumber ?? 4660 }),
    signature: algorithm,
    signatureAlgorithm: algorithm,
    issuer: distinguishedName(issuer.subject),
    subject: distinguishedName(template.subject),
    notBefore: new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: template.notBefore ?? yearsFromNow(-1) }),
    notAfter: new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: template.notAfter ?? yearsFromNow(10) }),
    subjectPublicKeyInfo: new pkijs.PublicKeyInfo({ schema: asn1js.fromBER(template.key.spki).result }),
    ...(template.extensions === undefined ? {} : { extensions: [...template.extensions] }),
  });
  const tbs = new Uint8Array(certificate.encodeTBS().toBER());
  certificate.signatureValue = new asn1js.BitString({ valueHex: signWith(issuer.key, tbs, digest) });
  return new Uint8Array(certificate.toSchema(true).toBER());
}

/** One attribute per relative distinguished name; pkijs by itself would put them all into one. */
function distinguishedName(name: TestName): pkijs.RelativeDistinguishedNames {
  const relativeNames = name.map(([type, text]) => {
    const value = type === 'C' ? new asn1js.PrintableString({ value: text }) : new asn1js.Utf8String({ value: text });
    const attribute = [new asn1js.ObjectIdentifier({ value: NAME_TYPES[type] }), value];
    return new asn1js.Set({ value: [new asn1js.Sequence({ value: attribute })] });
  });
  const der = new asn1js.Sequence({ value: relativeNames }).toBER();
  return new pkijs.RelativeDistinguishedNames({ schema: asn1js.fromBER(der).result });
}

// ------------------------------------------------------------------------------------------------- a hierarchy as JPKI's

export interface TestAuthority {
  readonly subject: TestName;
  readonly key: TestKey;
  readonly certificate: Uint8Array;
}

export interface TestHolder {
  readonly key: TestKey;
  readonly certificate: Uint8Array;
}

const AUTHORITY_UNITS = {
  authentication: 'JPKI for user authentication',
  signing: 'JPKI for digital signature',
} as const;
type Role = keyof typeof AUTHORITY_UNITS;

/** Distinguished name of JPKI's CAs: the same for every generation of a role. */
export function authorityName(role: Role, organization = 'JPKI-TEST'): TestName {
  return [
    ['C', 'JP'],
    ['O', organization],
    ['OU', AUTHORITY_UNITS[role]],
    ['OU', 'Japan Agency for Local Authority Information Systems'],
  ];
}

/** A self-signed CA after JPKI's profile. Another key name makes another generation under the same name. */
export function issueAuthority(
  role: Role,
  keyName: string = `${role}-ca`,
  template: Partial<CertificateTemplate> = {},
): TestAuthority {
  const key = template.key ?? testKey(keyName);
  const subject = authorityName(role);
  const extensions = [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true), subjectKeyIdentifier(key)];
  return { subject, key, certificate: issueCertificate({ subject, key, serialNumber: 1, extensions, ...template }) };
}

export const PERSONAL_ATTRIBUTES = {
  '1.2.392.200149.8.5.5.1': '𠮷野　葛\u{E0100}子',
  '1.2.392.200149.8.5.5.4': '419900229',
  '1.2.392.200149.8.5.5.3': '2',
  '1.2.392.200149.8.5.5.5': '東京都清瀬市中里６丁目',
  '1.2.392.200149.8.5.5.2': '10000',
  '1.2.392.200149.8.5.5.6': '00000000000',
} as const;

/** Extensions of a holder's certificate after JPKI's profile. */
export function holderExtensions(role: Role, policy?: string): readonly pkijs.Extension[] {
  return role === 'authentication'
    ? [keyUsage('digitalSignature'), certificatePolicies(policy ?? '1.2.392.200149.8.5.1.0.30')]
    : [
        keyUsage('digitalSignature', 'nonRepudiation'),
        certificatePolicies(policy ?? '1.2.392.200149.8.5.1.0.20'),
        otherNames(PERSONAL_ATTRIBUTES),
      ];
}

/** A holder's certificate and key under `authority`. */
export function issueHolder(
  role: Role,
  authority: TestAuthority,
  template: Partial<CertificateTemplate> = {},
): TestHolder {
  const key = template.key ?? testKey(`${role}-holder`);
  const certificate = issueCertificate({
    subject: [
      ['C', 'JP'],
      ['CN', '20260101123456789TEST'],
    ],
    key,
    issuer: authority,
    extensions: holderExtensions(role),
    ...template,
  });
  return { key, certificate };
}
