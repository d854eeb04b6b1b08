/** CMS signatures for tests, right and wrong, signed by node:crypto. What they should look like, openssl says. */
import { nodeCrypto } from '../../main/node/node-crypto.js';
import { createHash } from 'node:crypto';
import {
  element,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  smallInteger,
  tagged,
} from '../../sdk/formats/asn1/write.js';
import { encodeSerialNumber } from '../../sdk/formats/cms/signed-attributes.js';
import {
  concatBytes,
  parseCertificate,
  verdictOf,
  verifyCms,
  type SignerReport,
  type TrustOptions,
  type Verdict,
} from '../../sdk/formats/index.js';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import { encodeTime } from '../../sdk/formats/time.js';
import { memorySource } from './piecewise-source.js';
import { signWith, type TestHolder } from './test-pki.js';

export const Oid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha1WithRsa: '1.2.840.113549.1.1.5',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha384WithRsa: '1.2.840.113549.1.1.12',
} as const;

export function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(data).digest());
}

/** Attribute with any number of values. */
export function attribute(type: string, ...values: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(type), setOf(...values));
}

/** The four attributes this product writes, by name. */
export function standardAttributes(
  content: Uint8Array,
  certificate: Uint8Array,
): Record<StandardAttribute, Uint8Array> {
  return {
    contentType: attribute(Oid.contentType, oid(Oid.data)),
    messageDigest: attribute(Oid.messageDigest, octetString(sha256(content))),
    signingTime: attribute(Oid.signingTime, encodeTime(new Date('2026-01-02T03:04:05Z'))),
    signingCertificateV2: attribute(Oid.signingCertificateV2, essReference(sha256(certificate))),
  };
}
export type StandardAttribute = 'contentType' | 'messageDigest' | 'signingTime' | 'signingCertificateV2';

/** SigningCertificateV2 by SHA-256; `rest` goes behind the digest. */
export function essReference(digest: Uint8Array, ...rest: readonly Uint8Array[]): Uint8Array {
  return sequence(sequence(sequence(octetString(digest), ...rest)));
}

export interface SignerTemplate {
  readonly holder: TestHolder;
  /** Attributes in the order to be sent; default: the standard ones, sorted. */
  readonly attributes?: readonly Uint8Array[];
  /** Default: SHA-256 with RSA. */
  readonly digestOid?: string;
  /** In place of `digestOid`. */
  readonly digestAlgorithm?: Uint8Array;
  readonly signatureAlgorithm?: Uint8Array;
  readonly digestName?: string;
  readonly version?: number;
  readonly sid?: Uint8Array;
  /** The whole `[1]` element. */
  readonly unsignedAttributes?: Uint8Array;
  readonly tamper?: (signature: Uint8Array) => Uint8Array;
}

export interface CmsTemplate {
  readonly content: Uint8Array;
  readonly signers: readonly SignerTemplate[];
  /** Default: those of the signers. */
  readonly certificates?: readonly Uint8Array[];
  /** The whole `[1]` element with CRLs and the like. */
  readonly revocation?: Uint8Array;
  readonly eContentType?: string;
  readonly eContent?: Uint8Array;
  /** In place of what `eContent` would make: what stands in `[0]`. */
  readonly wrappedContent?: Uint8Array;
  /** Default: SHA-256. */
  readonly digestAlgorithms?: readonly Uint8Array[];
  /** Default: 1. */
  readonly version?: number;
}

export function issuerAndSerialNumber(certificate: Uint8Array): Uint8Array {
  const parsed = parseCertificate(certificate);
  return sequence(parsed.issuer.der, encodeSerialNumber(parsed));
}

function signerInfo(template: SignerTemplate, content: Uint8Array): Uint8Array {
  const { holder } = template;
  const attributes = template.attributes ?? sorted(Object.values(standardAttributes(content, holder.certificate)));
  const signature = signWith(holder.key, element(0x31, ...attributes), template.digestName);
  return sequence(
    smallInteger(template.version ?? 1),
    template.sid ?? issuerAndSerialNumber(holder.certificate),
    template.digestAlgorithm ?? sequence(oid(template.digestOid ?? Oid.sha256)),
    element(0xa0, ...attributes),
    template.signatureAlgorithm ?? sequence(oid(Oid.sha256WithRsa), nullValue()),
    octetString(template.tamper?.(signature) ?? signature),
    template.unsignedAttributes ?? new Uint8Array(),
  );
}

export function sorted(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  return parts.toSorted((a, b) => Buffer.compare(a, b));
}

/** DER ContentInfo. */
export function buildCms(template: CmsTemplate): Uint8Array {
  const { content, signers } = template;
  const certificates = template.certificates ?? signers.map(({ holder }) => holder.certificate);
  const eContent = template.wrappedContent ?? (template.eContent && octetString(template.eContent));
  const signedData = sequence(
    smallInteger(template.version ?? 1),
    setOf(...(template.digestAlgorithms ?? [sequence(oid(Oid.sha256))])),
    sequence(oid(template.eContentType ?? Oid.data), ...(eContent === undefined ? [] : [tagged(0, eContent)])),
    tagged(0, ...certificates),
    template.revocation ?? new Uint8Array(),
    element(0x31, ...signers.map((signer) => signerInfo(signer, content))),
  );
  return sequence(oid(Oid.signedData), tagged(0, signedData));
}

/**
 * The same value with indefinite lengths and split OCTET STRINGs wherever BER allows them, except below `[0]` elements that
 * `keep` names: what some signers send.
 */
export function toIndefiniteLength(der: Uint8Array, keep: readonly Uint8Array[] = []): Uint8Array {
  if (keep.some((kept) => Buffer.compare(kept, der) === 0)) return der;
  const identifier = der[0] ?? 0;
  const { contents, children } = split(der);
  if ((identifier & 0x20) === 0) {
    if (identifier !== 0x04 || contents.length < 2) return der;
    const middle = contents.length >> 1;
    const halves = [octetString(contents.subarray(0, middle)), octetString(contents.subarray(middle))];
    return concatBytes(Uint8Array.of(0x24, 0x80), ...halves, Uint8Array.of(0, 0));
  }
  const inner = children().map((child) => toIndefiniteLength(child, keep));
  return concatBytes(Uint8Array.of(identifier, 0x80), ...inner, Uint8Array.of(0, 0));
}

function split(der: Uint8Array): { contents: Uint8Array; children: () => Uint8Array[] } {
  const contents = der.subarray(headerLength(der));
  const children = (): Uint8Array[] => {
    const parts: Uint8Array[] = [];
    for (let offset = 0; offset < contents.length; offset += parts.at(-1)?.length ?? 1) {
      parts.push(contents.subarray(offset, offset + totalLength(contents.subarray(offset))));
    }
    return parts;
  };
  return { contents, children };
}

function headerLength(der: Uint8Array): number {
  const first = der[1] ?? 0;
  return 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function totalLength(der: Uint8Array): number {
  const header = headerLength(der);
  const first = der[1] ?? 0;
  return header + (first < 0x80 ? first : der.subarray(2, header).reduce((length, octet) => length * 256 + octet, 0));
}

/** All elements in an element, itself included, outermost first. */
export function elementsOf(der: Uint8Array): readonly Uint8Array[] {
  return [der, ...(((der[0] ?? 0) & 0x20) === 0 ? [] : split(der).children().flatMap(elementsOf))];
}

/** Whether `part` occurs in `whole`. */
export function includes(whole: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(whole).includes(Buffer.from(part));
}

/** The elements right inside of a constructed element. */
export function childrenOf(der: Uint8Array): readonly Uint8Array[] {
  return split(der).children();
}

export interface TestVerification extends Partial<TrustOptions> {
  readonly cms: Uint8Array | RandomAccessSource;
  /** Left out: attached. */
  readonly content?: Uint8Array | RandomAccessSource | undefined;
}

export interface TestVerdict {
  readonly verdict: Verdict;
  readonly signers: readonly SignerReport[];
}

/** What `verifyCms` says of octets in memory, now and without anchors unless told otherwise. */
export async function verifyTestCms({ cms, content, ...trust }: TestVerification): Promise<TestVerdict> {
  const report = await verifyCms({
    at: new Date(),
    ...trust,
    source: sourceOf(cms),
    ...(content !== undefined && { content: sourceOf(content) }),
    crypto: nodeCrypto,
  });
  return { verdict: verdictOf(report), signers: report.signatures.map(({ signer }) => signer) };
}

function sourceOf(octets: Uint8Array | RandomAccessSource): RandomAccessSource {
  return octets instanceof Uint8Array ? memorySource(octets) : octets;
}
