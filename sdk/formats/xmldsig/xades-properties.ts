/** Reading the qualifying properties of XAdES (EN 319 132-1): what of them is signed, and the time stamp that is not. */
import { equalBytes } from '../bytes.js';
import type { Certificate } from '../certificate.js';
import type { Digest, DigestAlgorithm } from '../ports.js';
import type { Finding } from '../signature-report.js';
import { readXml, readXmlTree, type XmlDocument, type XmlElement, type XmlTree } from '../xml/index.js';
import { digestAlgorithmByUri, DSIG_NAMESPACE, SIGNED_PROPERTIES_TYPE, XADES_NAMESPACE } from './algorithms.js';
import { encodeIssuerSerial } from './issuer-serial.js';
import type { ResolvedTarget } from './resolve-reference.js';
import type { SignatureElement } from './signature-element.js';
import { canonicalOctets, readC14n, requireSameAs10, withoutComments, type Reference } from './signed-info.js';
import { attributeValue, decodeXmlBase64, isNamed, textOf, XmlFields } from './xml-fields.js';
import type { WorkBudget } from './work-budget.js';
import { xmlSignatureError } from './xmldsig-error.js';

const REASON = 'xades-structure';
const MAX_SIGNED_PROPERTIES_BYTES = 256 * 1024;
const MAX_SIGNED_PROPERTIES_NODES = 5000;
const MAX_UNSIGNED_PROPERTIES_NODES = 5000;
const MAX_CERTIFICATE_REFERENCES = 16;

/** A Reference with what it is over. */
export interface ResolvedReference {
  readonly reference: Reference;
  readonly target: ResolvedTarget;
}

/** Where the properties of one signature are. */
export interface QualifyingProperties {
  readonly element: XmlElement;
  /** With the one Reference to it. */
  readonly signed: { readonly element: XmlElement; readonly reference: Reference } | undefined;
}

/**
 * Finds the properties of one signature. Signed ones must be within this Signature and signed by exactly one Reference,
 * whose Type says so (EN 319 132-1 §4.4.2): otherwise they are only put there.
 * @returns undefined where it is no XAdES signature
 * @throws FormatError `ERR_SIGN_FORMAT`: `xades-structure`, `xades-signed-properties`
 */
export function findQualifyingProperties(
  document: XmlDocument,
  signature: SignatureElement,
  references: readonly ResolvedReference[],
): QualifyingProperties | undefined {
  const starts = new Set(signature.objects.map(({ start }) => start));
  const [element, second] = document.collected.filter(
    (candidate) =>
      isNamed(candidate, XADES_NAMESPACE, 'QualifyingProperties') && starts.has(candidate.parent?.start ?? -1),
  );
  if (second !== undefined) throw xmlSignatureError(REASON, 'QualifyingProperties twice');
  const signed = element && childrenNamed(document, element, 'SignedProperties');
  if (signed !== undefined && signed.length > 1) throw xmlSignatureError(REASON, 'SignedProperties twice');
  const reference = signedPropertiesReference(signed?.[0], references);
  if (element === undefined) return undefined;
  const id = attributeValue(signature.element, 'Id');
  if (id === undefined || attributeValue(element, 'Target') !== `#${id}`) {
    throw xmlSignatureError(REASON, 'QualifyingProperties of another signature');
  }
  const [properties] = signed ?? [];
  return { element, signed: properties && reference && { element: properties, reference } };
}

function childrenNamed(document: XmlDocument, parent: XmlElement, localName: string): readonly XmlElement[] {
  return document.collected.filter(
    (element) => isNamed(element, XADES_NAMESPACE, localName) && element.parent?.start === parent.start,
  );
}

function signedPropertiesReference(
  signed: XmlElement | undefined,
  references: readonly ResolvedReference[],
): Reference | undefined {
  const typed = references.filter(({ reference }) => reference.type === SIGNED_PROPERTIES_TYPE);
  const pointing = references.filter(
    ({ target }) => target.kind === 'element' && target.element.start === signed?.start,
  );
  const [only] = typed;
  if (signed === undefined && only === undefined) return undefined;
  if (typed.length !== 1 || pointing.length !== 1 || only !== pointing[0]) {
    throw xmlSignatureError('xades-signed-properties', 'SignedProperties are not signed by exactly one Reference');
  }
  return only?.reference;
}

// ------------------------------------------------------------------------------------------------- signed

/** One `Cert` of `SigningCertificate` or `SigningCertificateV2`. */
interface CertificateReference {
  readonly digestAlgorithm: DigestAlgorithm;
  readonly digestValue: Uint8Array;
  /** DER IssuerSerial; a hint, which the digest overrules (EN 319 132-1 §5.2.2). */
  readonly issuerSerial: Uint8Array | undefined;
}

export interface SignedProperties {
  /** Canonical: what the Reference is over, and what all this was read from. */
  readonly octets: Uint8Array;
  readonly signingTime: Date | undefined;
  /** Empty: not given. */
  readonly signingCertificates: readonly CertificateReference[];
}

/** @throws FormatError `ERR_SIGN_FORMAT`: `xades-structure`, `xml-base64`; `ERR_SIGN_ALGORITHM`: `xml-digest-algorithm` */
export function readSignedProperties(
  document: XmlDocument,
  { element, reference: { transforms } }: NonNullable<QualifyingProperties['signed']>,
  budget: WorkBudget,
): SignedProperties {
  if (transforms.isEnveloped) throw xmlSignatureError('xml-transform', 'enveloped-signature on SignedProperties');
  if (transforms.isVersion11) requireSameAs10(element);
  const c14n = withoutComments(transforms.c14n);
  const octets = canonicalOctets(document, element, { ...c14n, maxBytes: MAX_SIGNED_PROPERTIES_BYTES, budget });
  const canonical = readXml(octets);
  const tree = readXmlTree(canonical, canonical.root, { maxNodes: MAX_SIGNED_PROPERTIES_NODES });
  const signature = new XmlFields(tree, XADES_NAMESPACE, REASON).only('SignedSignatureProperties');
  if (signature === undefined) return { octets, signingTime: undefined, signingCertificates: [] };
  const fields = new XmlFields(signature, XADES_NAMESPACE, REASON);
  const signingTime = fields.only('SigningTime');
  return {
    octets,
    signingTime: signingTime && readDateTime(textOf(signingTime, REASON)),
    signingCertificates: [fields.only('SigningCertificateV2'), fields.only('SigningCertificate')].flatMap(
      readSigningCertificate,
    ),
  };
}

/** `xsd:dateTime`; undefined where it has no time zone, and so names no moment. */
function readDateTime(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text.trim())) return undefined;
  const date = new Date(text.trim());
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function readSigningCertificate(tree: XmlTree | undefined): readonly CertificateReference[] {
  if (tree === undefined) return [];
  const fields = new XmlFields(tree, XADES_NAMESPACE, REASON);
  const certificates = fields.all('Cert');
  fields.end();
  if (certificates.length === 0 || certificates.length > MAX_CERTIFICATE_REFERENCES) {
    throw xmlSignatureError(REASON, 'SigningCertificate without certificates, or with too many');
  }
  return certificates.map(readCertificateReference);
}

function readCertificateReference(tree: XmlTree): CertificateReference {
  const fields = new XmlFields(tree, XADES_NAMESPACE, REASON);
  const certDigest = new XmlFields(fields.next('CertDigest'), DSIG_NAMESPACE, REASON);
  const issuerSerial = fields.optional('IssuerSerialV2');
  const algorithm = attributeValue(certDigest.next('DigestMethod').element, 'Algorithm') ?? '';
  const digestValue = decodeXmlBase64(textOf(certDigest.next('DigestValue'), REASON));
  certDigest.end();
  return {
    digestAlgorithm: digestAlgorithmByUri(algorithm),
    digestValue,
    issuerSerial: issuerSerial && decodeXmlBase64(textOf(issuerSerial, REASON)),
  };
}

export interface SigningCertificateMatch {
  readonly certificate: Certificate;
  /** By SHA-2, or by SHA-1. */
  readonly signingCertificate: 'v2' | 'v1';
  readonly findings: readonly Finding[];
}

/** Which of the candidates the signer named. @throws FormatError `ERR_SIGN_MISMATCH`, `xades-certificate-mismatch` */
export async function matchSigningCertificate(
  candidates: readonly Certificate[],
  references: readonly CertificateReference[],
  digest: Digest,
): Promise<SigningCertificateMatch> {
  // By SHA-2 first: a name by SHA-1 says little beside it.
  const ordered = references.toSorted((a, b) => weakness(a) - weakness(b));
  for (const reference of ordered) {
    for (const certificate of candidates) {
      const certificateDigest = await digest.digest(reference.digestAlgorithm, certificate.der);
      if (!equalBytes(certificateDigest, reference.digestValue)) continue;
      const signingCertificate = weakness(reference) === 1 ? 'v1' : 'v2';
      return { certificate, signingCertificate, findings: issuerSerialFindings(reference, certificate) };
    }
  }
  throw xmlSignatureError('xades-certificate-mismatch', 'made for another certificate', { code: 'ERR_SIGN_MISMATCH' });
}

function weakness({ digestAlgorithm }: CertificateReference): number {
  return digestAlgorithm === 'SHA-1' ? 1 : 0;
}

function issuerSerialFindings({ issuerSerial }: CertificateReference, certificate: Certificate): readonly Finding[] {
  const isSame = issuerSerial === undefined || equalBytes(issuerSerial, encodeIssuerSerial(certificate));
  return isSame ? [] : [{ code: 'xades-issuer-serial', severity: 'warning' }];
}

// ------------------------------------------------------------------------------------------------- unsigned

/** A `SignatureTimeStamp` (EN 319 132-1 §5.3), not checked. */
export interface UnverifiedTimeStamp {
  /** DER TimeStampToken. */
  readonly token: Uint8Array;
  /** The canonical `SignatureValue` element it is to be over. */
  readonly stamped: Uint8Array;
}

/**
 * @param element the `QualifyingProperties`
 * @throws FormatError `ERR_SIGN_FORMAT`: `xades-time-stamp`, `xml-base64`; `ERR_SIGN_ALGORITHM`: `xml-transform`
 */
export function readSignatureTimeStamps(
  document: XmlDocument,
  signature: SignatureElement,
  element: XmlElement,
): readonly UnverifiedTimeStamp[] {
  const [unsigned] = document.collected.filter(
    (candidate) =>
      isNamed(candidate, XADES_NAMESPACE, 'UnsignedSignatureProperties') &&
      candidate.parent?.parent?.start === element.start,
  );
  if (unsigned === undefined) return [];
  const tree = readXmlTree(document, unsigned, { maxNodes: MAX_UNSIGNED_PROPERTIES_NODES });
  const stamps = tree.children.filter(
    (child): child is XmlTree =>
      typeof child !== 'string' && isNamed(child.element, XADES_NAMESPACE, 'SignatureTimeStamp'),
  );
  return stamps.slice(0, MAX_TIME_STAMPS).flatMap((stamp) => readTimeStamp(document, signature, stamp));
}

const TIME_STAMP_REASON = 'xades-time-stamp';
/** Time stamps over one signature that are looked at; further ones are not. */
const MAX_TIME_STAMPS = 8;
const MAX_SIGNATURE_VALUE_BYTES = 64 * 1024;

function readTimeStamp(
  document: XmlDocument,
  { signatureValue }: SignatureElement,
  stamp: XmlTree,
): readonly UnverifiedTimeStamp[] {
  const method = new XmlFields(stamp, DSIG_NAMESPACE, TIME_STAMP_REASON).optional('CanonicalizationMethod');
  const rest = { element: stamp.element, children: stamp.children.filter((child) => child !== method) };
  // An Include would say that it is over something else.
  const fields = new XmlFields(rest, XADES_NAMESPACE, TIME_STAMP_REASON);
  const tokens = fields.all('EncapsulatedTimeStamp');
  fields.end();
  const { c14n, isVersion11 } = method === undefined ? { c14n: withoutComments(undefined) } : readC14n(method);
  if (isVersion11) requireSameAs10(signatureValue);
  const stamped = canonicalOctets(document, signatureValue, { ...c14n, maxBytes: MAX_SIGNATURE_VALUE_BYTES });
  return tokens
    .slice(0, MAX_TIME_STAMPS)
    .map((token) => ({ token: decodeXmlBase64(textOf(token, TIME_STAMP_REASON)), stamped }));
}
