/** Parsing of the `SignedData` of RFC 5652 §5. Nothing here is verified. */
import { readAlgorithmIdentifier, type AlgorithmIdentifier } from '../algorithms.js';
import { Asn1Fields, contextTag, Identifier, octetString, readAsn1, type Asn1Element } from '../asn1/read.js';
import { readSerialNumber } from '../certificate.js';
import { CmsOid } from '../oids.js';
import { malformed } from './cms-error.js';

/** How a SignerInfo names its certificate (RFC 5652 §5.3). */
export type SignerIdentifier =
  { readonly issuer: Uint8Array; readonly serialNumber: string } | { readonly subjectKeyIdentifier: Uint8Array };

export interface SignerInfo {
  /** Exactly as sent. */
  readonly encoded: Uint8Array;
  /** 1 or 3. */
  readonly version: number;
  readonly sid: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  /** The `[0]` element as sent. Undefined: the signature is over the content itself, which is refused when verified. */
  readonly signedAttrs: Asn1Element | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** Nothing vouches for them. One type may come several times. */
  readonly unverifiedAttributes: readonly CmsAttribute[];
}

/** RFC 5652 §5.3. */
export interface CmsAttribute {
  readonly type: string;
  readonly values: readonly Asn1Element[];
}

export interface SignedData {
  /** AlgorithmIdentifiers exactly as sent. */
  readonly digestAlgorithms: readonly Uint8Array[];
  readonly eContentType: string;
  /** Octets of the attached content, joined where BER split them. Undefined: detached. */
  readonly eContent: Uint8Array | undefined;
  /** `EncapsulatedContentInfo` exactly as sent. */
  readonly encapContentInfo: Uint8Array;
  /** DER of the X.509 certificates. */
  readonly unverifiedCertificates: readonly Uint8Array[];
  /** Everything in `certificates` exactly as sent, attribute certificates and other choices included. */
  readonly unverifiedCertificateChoices: readonly Uint8Array[];
  /** Everything in `crls` exactly as sent: CertificateLists (`30 …`) and other revocation information (`A1 …`). */
  readonly unverifiedCrls: readonly Uint8Array[];
  /** At least one. */
  readonly signerInfos: readonly SignerInfo[];
}

/** Octets of a SignedData that is parsed in memory; room for a chain, time stamps and revocation data. */
export const MAX_SIGNED_DATA_BYTES = 1024 * 1024;
const MAX_CERTIFICATES = 64;
const MAX_SIGNERS = 16;
const MAX_DIGEST_ALGORITHMS = 16;

const CODE = 'ERR_SIGN_FORMAT';
const OCTET_STRING_CONSTRUCTED = Identifier.OCTET_STRING | 0x20;

/**
 * Parses a `ContentInfo` that holds a `SignedData` with at least one signer, its content attached or not, of any type. BER
 * is taken, since signers other than this one write it; the signed attributes alone must be DER, which their reader checks.
 * @param cms exactly the ContentInfo, at most `MAX_SIGNED_DATA_BYTES`
 * @throws FormatError `ERR_SIGN_FORMAT` with a reason
 */
export function parseSignedData(cms: Uint8Array): SignedData {
  const root = readAsn1(cms, {
    encoding: 'BER',
    code: CODE,
    maxBytes: MAX_SIGNED_DATA_BYTES,
    maxDepth: 32,
    maxElements: 20_000,
  });
  const contentInfo = new Asn1Fields(root, Identifier.SEQUENCE, CODE);
  if (contentInfo.oid() !== CmsOid.signedData) throw malformed('cms-not-signed-data', 'not SignedData');
  const content = contentInfo.fields(contextTag(0, 'constructed'));
  contentInfo.end();
  const signedData = content.fields();
  content.end();
  return readSignedData(signedData);
}

function readSignedData(fields: Asn1Fields): SignedData {
  readVersion(fields, [1, 3, 4, 5]);
  const digestAlgorithms = fields.fields(Identifier.SET).rest(Identifier.SEQUENCE);
  const encapContentInfo = fields.next(Identifier.SEQUENCE);
  const certificates = fields.optional(contextTag(0, 'constructed'))?.children ?? [];
  const crls = fields.optional(contextTag(1, 'constructed'))?.children ?? [];
  const signerInfos = fields.fields(Identifier.SET).rest(Identifier.SEQUENCE);
  fields.end();
  requireCount(digestAlgorithms, MAX_DIGEST_ALGORITHMS, 'cms-too-many-digest-algorithms');
  requireCount(certificates, MAX_CERTIFICATES, 'cms-too-many-certificates');
  requireCount(signerInfos, MAX_SIGNERS, 'cms-too-many-signers');
  if (signerInfos.length === 0) {
    throw certificates.length > 0
      ? malformed('cms-certificates-only', 'nobody has signed: this only carries certificates')
      : malformed('cms-no-signer', 'nobody has signed');
  }
  return {
    digestAlgorithms: encodings(digestAlgorithms),
    ...readEncapContentInfo(encapContentInfo),
    encapContentInfo: encapContentInfo.encoded,
    unverifiedCertificates: encodings(certificates.filter(({ identifier }) => identifier === Identifier.SEQUENCE)),
    unverifiedCertificateChoices: encodings(certificates),
    unverifiedCrls: encodings(crls),
    signerInfos: signerInfos.map(readSignerInfo),
  };
}

function encodings(elements: readonly Asn1Element[]): readonly Uint8Array[] {
  return elements.map(({ encoded }) => encoded);
}

function requireCount(elements: readonly Asn1Element[], most: number, reason: string): void {
  if (elements.length > most) throw malformed(reason, 'too many elements');
}

function readEncapContentInfo(element: Asn1Element): Pick<SignedData, 'eContentType' | 'eContent'> {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const eContentType = fields.oid();
  const wrapper = fields.isEmpty ? undefined : fields.fields(contextTag(0, 'constructed'));
  fields.end();
  if (wrapper === undefined) return { eContentType, eContent: undefined };
  const eContent = octetString(anyOctetString(wrapper));
  wrapper.end();
  return { eContentType, eContent };
}

function anyOctetString(fields: Asn1Fields): Asn1Element {
  return fields.optional(OCTET_STRING_CONSTRUCTED) ?? fields.next(Identifier.OCTET_STRING);
}

function readSignerInfo(element: Asn1Element): SignerInfo {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const version = readVersion(fields, [1, 3]);
  const sid = version === 1 ? readIssuerAndSerialNumber(fields.fields()) : readSubjectKeyIdentifier(fields);
  const digestAlgorithm = readAlgorithmIdentifier(fields.fields());
  const signedAttrs = fields.optional(contextTag(0, 'constructed'));
  const signatureAlgorithm = readAlgorithmIdentifier(fields.fields());
  const signature = octetString(anyOctetString(fields));
  const unverifiedAttributes = readUnsignedAttributes(fields.optional(contextTag(1, 'constructed')));
  fields.end();
  const { encoded } = element;
  return { encoded, version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature, unverifiedAttributes };
}

function readUnsignedAttributes(element: Asn1Element | undefined): readonly CmsAttribute[] {
  if (element === undefined) return [];
  return new Asn1Fields(element, contextTag(1, 'constructed'), CODE).rest(Identifier.SEQUENCE).map(readAttribute);
}

/** @throws FormatError `ERR_SIGN_FORMAT` */
export function readAttribute(element: Asn1Element): CmsAttribute {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const type = fields.oid();
  const values = fields.next(Identifier.SET).children;
  fields.end();
  return { type, values };
}

function readVersion(fields: Asn1Fields, accepted: readonly number[]): number {
  const { contents } = fields.next(Identifier.INTEGER);
  const version = contents[0];
  if (contents.length !== 1 || version === undefined || !accepted.includes(version)) {
    throw malformed('cms-version', 'unknown version');
  }
  return version;
}

/** IssuerAndSerialNumber, RFC 5652 §10.2.4. */
function readIssuerAndSerialNumber(fields: Asn1Fields): SignerIdentifier {
  const issuer = fields.next(Identifier.SEQUENCE).encoded;
  const serialNumber = readSerialNumber(fields.next(Identifier.INTEGER), CODE);
  fields.end();
  return { issuer, serialNumber };
}

function readSubjectKeyIdentifier(fields: Asn1Fields): SignerIdentifier {
  const identifier = fields.optional(contextTag(0, 'primitive')) ?? fields.next(contextTag(0, 'constructed'));
  return { subjectKeyIdentifier: octetString(identifier) };
}
