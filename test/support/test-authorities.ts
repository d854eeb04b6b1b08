/** OCSP responses, CRLs and time stamps for tests, right and wrong, signed by node:crypto. What they should look like, openssl says. */
import { createHash } from 'node:crypto';
import * as pkijs from 'pkijs';
import {
  element,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  smallInteger,
  tagged,
  unsignedInteger,
} from '../../sdk/formats/asn1/write.js';
import { concatBytes, encodeUtf8, parseCertificate } from '../../sdk/formats/index.js';
import { encodeTime } from '../../sdk/formats/time.js';
import { attribute, essReference, issuerAndSerialNumber, Oid, sha256, sorted } from './test-cms.js';
import {
  basicConstraints,
  extKeyUsage,
  issueCertificate,
  keyUsage,
  signWith,
  subjectKeyIdentifier,
  testKey,
  type CertificateTemplate,
  type TestAuthority,
  type TestHolder,
  type TestKey,
  type TestName,
} from './test-pki.js';

export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
export const TST_INFO = '1.2.840.113549.1.9.16.1.4';
export const TEST_POLICY = '1.3.6.1.4.1.99999.3.1';

const MINUTE = 60_000;

/** A moment so many minutes from now, in whole seconds. */
export function minutesFromNow(minutes: number): Date {
  return new Date(Math.floor((Date.now() + minutes * MINUTE) / 1000) * 1000);
}

// ------------------------------------------------------------------------------------------------- certificates

/** A self-signed CA that signs certificates and CRLs, or one below another. Another key name makes another CA of the same name. */
export function issueTestCa(
  name: string,
  template: Partial<CertificateTemplate> & { keyName?: string } = {},
): TestAuthority {
  const { keyName = name, ...rest } = template;
  const key = rest.key ?? testKey(keyName, 'P-256');
  const subject: TestName = [
    ['C', 'JP'],
    ['CN', name],
  ];
  const extensions = [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true), subjectKeyIdentifier(key)];
  return { subject, key, certificate: issueCertificate({ subject, key, serialNumber: 1, extensions, ...rest }) };
}

/** A certificate and its key below `issuer`. */
export function issueBelow(
  issuer: TestAuthority,
  name: string,
  template: Partial<CertificateTemplate> = {},
): TestHolder {
  const key = template.key ?? testKey(name, 'P-256');
  const subject: TestName = [
    ['C', 'JP'],
    ['CN', name],
  ];
  return {
    key,
    certificate: issueCertificate({ subject, key, issuer, extensions: [keyUsage('digitalSignature')], ...template }),
  };
}

export function issueTimeStampAuthority(
  issuer: TestAuthority,
  template: Partial<CertificateTemplate> & { name?: string } = {},
): TestHolder {
  const { name = 'TSA', ...rest } = template;
  const extensions = [keyUsage('digitalSignature'), extKeyUsage(true, TIME_STAMPING)];
  return issueBelow(issuer, name, { serialNumber: 500, extensions, ...rest });
}

export function issueOcspResponder(
  issuer: TestAuthority,
  template: Partial<CertificateTemplate> & { name?: string } = {},
): TestHolder {
  const { name = 'OCSP', ...rest } = template;
  const extensions = [keyUsage('digitalSignature'), extKeyUsage(false, OCSP_SIGNING)];
  return issueBelow(issuer, name, { serialNumber: 600, extensions, ...rest });
}

/** A certificate extension from its DER. */
export function certificateExtension(extnID: string, value: Uint8Array, critical = false): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: new Uint8Array(value).buffer });
}

export function uri(address: string): Uint8Array {
  return element(0x86, encodeUtf8(address));
}

/** CRLDistributionPoints with one point of these GeneralNames. */
export function crlDistributionPoints(...names: readonly Uint8Array[]): pkijs.Extension {
  return certificateExtension('2.5.29.31', sequence(sequence(tagged(0, tagged(0, ...names)))));
}

export function ocspAddress(address: string): pkijs.Extension {
  return certificateExtension('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), uri(address))));
}

// ------------------------------------------------------------------------------------------------- DER

/** A date as GeneralizedTime; `fraction` goes behind the seconds. */
export function generalizedTime(date: Date, fraction = ''): Uint8Array {
  const digits = date.toISOString().slice(0, 19).replace(/[-:T]/g, '');
  return element(0x18, encodeUtf8(`${digits}${fraction}Z`));
}

export function extension(extnID: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [element(0x01, Uint8Array.of(0xff))] : [];
  return sequence(oid(extnID), ...flag, octetString(value));
}

export const UNKNOWN_CRITICAL = extension('1.3.6.1.4.1.99999.9', nullValue(), true);

function enumerated(value: number): Uint8Array {
  return element(0x0a, Uint8Array.of(value));
}

function signatureAlgorithm(key: TestKey): Uint8Array {
  return key.privateKey.asymmetricKeyType === 'ec'
    ? sequence(oid('1.2.840.10045.4.3.2'))
    : sequence(oid(Oid.sha256WithRsa), nullValue());
}

function bitString(octets: Uint8Array): Uint8Array {
  return element(0x03, Uint8Array.of(0), octets);
}

function keyIdentifier({ spki }: TestKey): Uint8Array {
  return new Uint8Array(createHash('sha1').update(spki).digest());
}

// ------------------------------------------------------------------------------------------------- CRLs

export interface CrlEntryTemplate {
  readonly serialNumber: number;
  readonly revocationDate?: Date;
  readonly reason?: number;
  readonly invalidityDate?: Date;
  readonly extensions?: readonly Uint8Array[];
  /** In place of the INTEGER. */
  readonly serial?: Uint8Array;
}

export interface CrlTemplate {
  readonly issuer: TestAuthority;
  /** Default: none, and then the field is left out. */
  readonly entries?: readonly CrlEntryTemplate[];
  /** Default: ten minutes ago. */
  readonly thisUpdate?: Date;
  /** Default: in a day; null: left out. */
  readonly nextUpdate?: Date | null;
  /** Whole extensions besides authorityKeyIdentifier and cRLNumber. */
  readonly extensions?: readonly Uint8Array[];
  /** In place of all extensions. */
  readonly allExtensions?: readonly Uint8Array[];
  /** The INTEGER; default: version 2. */
  readonly version?: Uint8Array;
  readonly algorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  /** Default: the issuer's. */
  readonly key?: TestKey;
  readonly digest?: string;
  readonly tamper?: (signature: Uint8Array) => Uint8Array;
}

export function crlEntry(template: CrlEntryTemplate): Uint8Array {
  const { reason, invalidityDate, extensions = [] } = template;
  const all = [
    ...(reason === undefined ? [] : [extension('2.5.29.21', enumerated(reason))]),
    ...(invalidityDate === undefined ? [] : [extension('2.5.29.24', generalizedTime(invalidityDate))]),
    ...extensions,
  ];
  return sequence(
    template.serial ?? unsignedInteger(numberOctets(template.serialNumber)),
    encodeTime(template.revocationDate ?? minutesFromNow(-60)),
    ...(all.length === 0 ? [] : [sequence(...all)]),
  );
}

function numberOctets(value: number): Uint8Array {
  return Uint8Array.from([24, 16, 8, 0], (shift) => (value >>> shift) & 0xff);
}

/** DER of a signed CRL. */
export function issueCrl(template: CrlTemplate): Uint8Array {
  const { issuer, entries = [], nextUpdate = minutesFromNow(24 * 60) } = template;
  const key = template.key ?? issuer.key;
  const algorithm = template.algorithm ?? signatureAlgorithm(key);
  const extensions = template.allExtensions ?? [
    extension('2.5.29.35', sequence(element(0x80, keyIdentifier(issuer.key)))),
    extension('2.5.29.20', smallInteger(7)),
    ...(template.extensions ?? []),
  ];
  const tbs = sequence(
    template.version ?? smallInteger(1),
    algorithm,
    parseCertificate(issuer.certificate).subject.der,
    encodeTime(template.thisUpdate ?? minutesFromNow(-10)),
    ...(nextUpdate === null ? [] : [encodeTime(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(...entries.map(crlEntry))]),
    ...(extensions.length === 0 ? [] : [tagged(0, sequence(...extensions))]),
  );
  const signature = signWith(key, tbs, template.digest);
  return sequence(tbs, template.outerAlgorithm ?? algorithm, bitString(template.tamper?.(signature) ?? signature));
}

/** IssuingDistributionPoint, critical: flags by their number, and names of the point. */
export function issuingDistributionPoint(flags: readonly number[], ...names: readonly Uint8Array[]): Uint8Array {
  const point = names.length === 0 ? [] : [tagged(0, tagged(0, ...names))];
  const set = flags.map((number) => element(0x80 | number, Uint8Array.of(0xff)));
  return extension('2.5.29.28', sequence(...point, ...set), true);
}

// ------------------------------------------------------------------------------------------------- OCSP

export type OcspStatusTemplate = 'good' | 'unknown' | { readonly revokedAt: Date; readonly reason?: number };

export interface SingleResponseTemplate {
  /** Whose status, and by whom it was issued. */
  readonly certificate: Uint8Array;
  readonly issuer: Uint8Array;
  readonly status?: OcspStatusTemplate;
  readonly digest?: 'sha1' | 'sha256' | 'md5';
  readonly thisUpdate?: Date;
  /** Default: in a day; null: left out. */
  readonly nextUpdate?: Date | null;
  readonly extensions?: readonly Uint8Array[];
}

export interface OcspTemplate {
  readonly signer: TestHolder;
  readonly responses: readonly SingleResponseTemplate[];
  /** Default: the signer's name. */
  readonly responderId?: Uint8Array;
  /** Default: the signer's. */
  readonly certificates?: readonly Uint8Array[];
  readonly producedAt?: Date;
  readonly nonce?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
  readonly algorithm?: Uint8Array;
  readonly digest?: string;
  readonly tamper?: (signature: Uint8Array) => Uint8Array;
}

const DIGEST_OIDS = { sha1: Oid.sha1, sha256: Oid.sha256, md5: '1.2.840.113549.2.5' } as const;

function hash(name: string, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(name).update(data).digest());
}

/** subjectPublicKey without tag, length and unused bits. */
function publicKeyOctets(certificate: Uint8Array): Uint8Array {
  const { subjectPublicKeyInfo: spki } = parseCertificate(certificate);
  // RSA of 2048 bits: SEQUENCE (4), AlgorithmIdentifier (15), BIT STRING header (4), unused bits; P-256: 2 + 21 + 2 + 1.
  return spki.subarray(spki.length > 200 ? 24 : 26);
}

function certificateId({ certificate, issuer, digest = 'sha1' }: SingleResponseTemplate): Uint8Array {
  const parsed = parseCertificate(certificate);
  return sequence(
    sequence(oid(DIGEST_OIDS[digest]), nullValue()),
    octetString(hash(digest, parsed.issuer.der)),
    octetString(hash(digest, publicKeyOctets(issuer))),
    unsignedInteger(Buffer.from(parsed.serialNumber, 'hex')),
  );
}

function certStatus(status: OcspStatusTemplate): Uint8Array {
  if (status === 'good') return element(0x80);
  if (status === 'unknown') return element(0x82);
  const reason = status.reason === undefined ? [] : [tagged(0, enumerated(status.reason))];
  return tagged(1, generalizedTime(status.revokedAt), ...reason);
}

function singleResponse(template: SingleResponseTemplate): Uint8Array {
  const { nextUpdate = minutesFromNow(24 * 60), extensions = [] } = template;
  return sequence(
    certificateId(template),
    certStatus(template.status ?? 'good'),
    generalizedTime(template.thisUpdate ?? minutesFromNow(-10)),
    ...(nextUpdate === null ? [] : [tagged(0, generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [tagged(1, sequence(...extensions))]),
  );
}

/** ResponderID by key. */
export function responderByKey(certificate: Uint8Array): Uint8Array {
  return tagged(2, octetString(hash('sha1', publicKeyOctets(certificate))));
}

/** DER of a successful OCSPResponse. */
export function ocspResponse(template: OcspTemplate): Uint8Array {
  const { signer, certificates = [signer.certificate], nonce } = template;
  const extensions = [
    ...(nonce === undefined ? [] : [extension('1.3.6.1.5.5.7.48.1.2', octetString(nonce))]),
    ...(template.extensions ?? []),
  ];
  const tbs = sequence(
    template.responderId ?? tagged(1, parseCertificate(signer.certificate).subject.der),
    generalizedTime(template.producedAt ?? minutesFromNow(-5)),
    sequence(...template.responses.map(singleResponse)),
    ...(extensions.length === 0 ? [] : [tagged(1, sequence(...extensions))]),
  );
  const signature = signWith(signer.key, tbs, template.digest);
  return ocspResponseBytes(
    sequence(
      tbs,
      template.algorithm ?? signatureAlgorithm(signer.key),
      bitString(template.tamper?.(signature) ?? signature),
      ...(certificates.length === 0 ? [] : [tagged(0, sequence(...certificates))]),
    ),
  );
}

export function ocspResponseBytes(basic: Uint8Array, type = '1.3.6.1.5.5.7.48.1.1'): Uint8Array {
  return sequence(enumerated(0), tagged(0, sequence(oid(type), octetString(basic))));
}

/** A response that is only a status. */
export function ocspStatus(status: number): Uint8Array {
  return sequence(enumerated(status));
}

// ------------------------------------------------------------------------------------------------- time stamps

export interface TokenTemplate {
  readonly authority: TestHolder;
  /** SHA-256 unless `imprintOid` says otherwise. */
  readonly digest: Uint8Array;
  readonly imprintOid?: string;
  readonly policy?: string;
  readonly genTime?: Date;
  /** The whole GeneralizedTime. */
  readonly genTimeElement?: Uint8Array;
  /** Whole elements behind genTime and before the nonce: accuracy, ordering. */
  readonly afterTime?: readonly Uint8Array[];
  readonly nonce?: Uint8Array;
  /** Whole elements behind the nonce: `[0]` tsa, `[1]` extensions. */
  readonly afterNonce?: readonly Uint8Array[];
  readonly version?: number;
  /** In place of the TSTInfo. */
  readonly tstInfo?: Uint8Array;
  /** Octets behind the TSTInfo, inside the content. */
  readonly trailing?: Uint8Array;
  readonly eContentType?: string;
  /** The content-type attribute. */
  readonly contentTypeAttribute?: string;
  /** Certificate that the ESS attribute names; null: no such attribute. */
  readonly essCertificate?: Uint8Array | null;
  readonly certificates?: readonly Uint8Array[];
  readonly tamper?: (signature: Uint8Array) => Uint8Array;
  /** Further signers. */
  readonly others?: readonly TestHolder[];
  /** Content left out. */
  readonly isDetached?: boolean;
}

function tstInfoOf(template: TokenTemplate): Uint8Array {
  return sequence(
    smallInteger(template.version ?? 1),
    oid(template.policy ?? TEST_POLICY),
    sequence(sequence(oid(template.imprintOid ?? Oid.sha256)), octetString(template.digest)),
    unsignedInteger(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
    template.genTimeElement ?? generalizedTime(template.genTime ?? minutesFromNow(0)),
    ...(template.afterTime ?? []),
    ...(template.nonce === undefined ? [] : [unsignedInteger(template.nonce)]),
    ...(template.afterNonce ?? []),
  );
}

/** DER of a TimeStampToken. */
export function timeStampToken(template: TokenTemplate): Uint8Array {
  const { authority, eContentType = TST_INFO, others = [] } = template;
  const eContent = concatBytes(template.tstInfo ?? tstInfoOf(template), template.trailing ?? new Uint8Array());
  const signers = [authority, ...others];
  const attached = template.isDetached === true ? [] : [tagged(0, octetString(eContent))];
  const signedData = sequence(
    smallInteger(3),
    setOf(sequence(oid(Oid.sha256))),
    sequence(oid(eContentType), ...attached),
    tagged(0, ...(template.certificates ?? signers.map(({ certificate }) => certificate))),
    element(0x31, ...sorted(signers.map((signer) => tokenSigner(signer, eContent, template)))),
  );
  return sequence(oid(Oid.signedData), tagged(0, signedData));
}

function tokenSigner(signer: TestHolder, eContent: Uint8Array, template: TokenTemplate): Uint8Array {
  const { essCertificate = signer.certificate, contentTypeAttribute, eContentType = TST_INFO } = template;
  const ess =
    essCertificate === null ? [] : [attribute(Oid.signingCertificateV2, essReference(sha256(essCertificate)))];
  const attributes = sorted([
    attribute(Oid.contentType, oid(contentTypeAttribute ?? eContentType)),
    attribute(Oid.messageDigest, octetString(sha256(eContent))),
    ...ess,
  ]);
  const signature = signWith(signer.key, element(0x31, ...attributes));
  return sequence(
    smallInteger(1),
    issuerAndSerialNumber(signer.certificate),
    sequence(oid(Oid.sha256)),
    element(0xa0, ...attributes),
    signatureAlgorithm(signer.key),
    octetString(template.tamper?.(signature) ?? signature),
  );
}

/** TimeStampResp: a status, and a token where there is one. */
export function timeStampResponse(status: number, token?: Uint8Array, failureBit?: number): Uint8Array {
  const failInfo = failureBit === undefined ? [] : [failureInfo(failureBit)];
  return sequence(sequence(smallInteger(status), ...failInfo), ...(token === undefined ? [] : [token]));
}

function failureInfo(bit: number): Uint8Array {
  const octets = new Uint8Array((bit >> 3) + 1);
  octets[bit >> 3] = 0x80 >> (bit & 7);
  return element(0x03, Uint8Array.of(7 - (bit & 7)), octets);
}
