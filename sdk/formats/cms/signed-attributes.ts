/** The signed attributes of RFC 5652 §11 and of ESS (RFC 5035): what the signature is really over. */
import { digestAlgorithmByOid, readAlgorithmIdentifier, requireNoParameters } from '../algorithms.js';
import { Asn1Fields, contextTag, Identifier, objectIdentifier, type Asn1Element } from '../asn1/read.js';
import { scanAsn1 } from '../asn1/scan.js';
import { octetString, oid, sequence, setOf, tagged, unsignedInteger } from '../asn1/write.js';
import { decodeHex, equalBytes } from '../bytes.js';
import { readSerialNumber, type Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { Digest, DigestAlgorithm } from '../ports.js';
import { encodeTime, readTime } from '../time.js';
import { malformed } from './cms-error.js';
import { readAttribute } from './signed-data.js';

/** The certificate an ESS attribute names. */
export interface SigningCertificateReference {
  /** Version 1 names it by SHA-1. */
  readonly version: 'v1' | 'v2';
  readonly digestAlgorithm: DigestAlgorithm;
  readonly certificateDigest: Uint8Array;
  /** DER Name and serial number, where given. */
  readonly issuerSerial: { readonly issuer: Uint8Array; readonly serialNumber: string } | undefined;
}

export interface SignedAttributes {
  readonly contentType: string;
  readonly messageDigest: Uint8Array;
  readonly signingTime: Date | undefined;
  /** ESS references, version 2 first; where both versions are there, each must hold (RFC 5035 §5.4). */
  readonly signingCertificates: readonly SigningCertificateReference[];
  /** DER `SET OF Attribute`: the octets the signature is over (RFC 5652 §5.4), not the `[0]` form that is sent. */
  readonly toBeSigned: Uint8Array;
}

const CODE = 'ERR_SIGN_FORMAT';

export interface SignedAttributesInput {
  readonly contentDigest: Uint8Array;
  readonly signingTime: Date | undefined;
  readonly signerCertificate: Certificate;
  readonly digest: Digest;
}

/** DER `SET OF Attribute`, sorted: content-type, message-digest, signing-time if given, signing-certificate-v2. */
export async function encodeSignedAttributes(input: SignedAttributesInput): Promise<Uint8Array> {
  const { contentDigest, signingTime, signerCertificate } = input;
  const certificateDigest = await input.digest.digest('SHA-256', signerCertificate.der);
  return setOf(
    attribute(CmsOid.contentType, oid(CmsOid.data)),
    attribute(CmsOid.messageDigest, octetString(contentDigest)),
    ...(signingTime === undefined ? [] : [attribute(CmsOid.signingTime, encodeTime(signingTime))]),
    attribute(CmsOid.signingCertificateV2, encodeSigningCertificateV2(signerCertificate, certificateDigest)),
  );
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return sequence(oid(type), setOf(value));
}

/** One ESSCertIDv2 (RFC 5035 §4); its hashAlgorithm is left out because SHA-256 is the DEFAULT. */
function encodeSigningCertificateV2(certificate: Certificate, certificateDigest: Uint8Array): Uint8Array {
  const issuerSerial = sequence(sequence(tagged(4, certificate.issuer.der)), encodeSerialNumber(certificate));
  return sequence(sequence(sequence(octetString(certificateDigest), issuerSerial)));
}

/** DER INTEGER of a certificate's serial number. */
export function encodeSerialNumber({ serialNumber }: Certificate): Uint8Array {
  return unsignedInteger(decodeHex(serialNumber));
}

/**
 * Reads the `[0]` element of a SignerInfo. Refused: anything but DER, any attribute type given twice, a missing
 * content-type or message-digest, more or fewer than one value.
 * @throws FormatError `ERR_SIGN_FORMAT`, `ERR_SIGN_ALGORITHM` for an ESS reference by an unknown digest
 */
export function readSignedAttributes(signedAttrs: Asn1Element): SignedAttributes {
  const toBeSigned = derSetOf(signedAttrs);
  const attributes = new Map<string, Asn1Element>();
  for (const element of new Asn1Fields(signedAttrs, contextTag(0, 'constructed'), CODE).rest(Identifier.SEQUENCE)) {
    const { type, values } = readAttribute(element);
    if (attributes.has(type)) throw malformed('cms-duplicate-attribute', 'a signed attribute is given twice');
    const [value, ...more] = values;
    if (value === undefined || more.length > 0) throw malformed('cms-attribute-values', 'not exactly one value');
    attributes.set(type, value);
  }
  return {
    contentType: readContentType(attributes.get(CmsOid.contentType)),
    messageDigest: readMessageDigest(attributes.get(CmsOid.messageDigest)),
    signingTime: readSigningTime(attributes.get(CmsOid.signingTime)),
    signingCertificates: [
      ...readReference(attributes.get(CmsOid.signingCertificateV2), 'v2'),
      ...readReference(attributes.get(CmsOid.signingCertificate), 'v1'),
    ],
    toBeSigned,
  };
}

/** The octets under the signature: what was sent, with the identifier of a SET. They must be DER as they are. */
function derSetOf(signedAttrs: Asn1Element): Uint8Array {
  const toBeSigned = new Uint8Array(signedAttrs.encoded);
  toBeSigned[0] = Identifier.SET;
  try {
    scanAsn1(toBeSigned, { encoding: 'DER', code: CODE, maxDepth: 24, maxElements: 4096 });
  } catch (error) {
    const isUnsorted = error instanceof FormatError && error.reason === 'asn1-set-not-sorted';
    const reason = isUnsorted ? 'cms-signed-attributes-unsorted' : 'cms-signed-attributes-not-der';
    throw malformed(reason, 'the signed attributes are not DER', error);
  }
  return toBeSigned;
}

function readContentType(value: Asn1Element | undefined): string {
  if (value?.identifier !== Identifier.OID) throw malformed('cms-content-type-missing', 'no content-type attribute');
  return objectIdentifier(value);
}

function readMessageDigest(value: Asn1Element | undefined): Uint8Array {
  if (value?.identifier !== Identifier.OCTET_STRING) {
    throw malformed('cms-message-digest-missing', 'no message-digest attribute');
  }
  return value.contents;
}

function readSigningTime(value: Asn1Element | undefined): Date | undefined {
  if (value === undefined) return undefined;
  try {
    return readTime(value, CODE);
  } catch (error) {
    throw malformed('cms-signing-time', 'the signing time is none', error);
  }
}

/** One reference, or none. */
function readReference(value: Asn1Element | undefined, version: 'v1' | 'v2'): readonly SigningCertificateReference[] {
  if (value === undefined) return [];
  try {
    return [readFirstReference(value, version)];
  } catch (error) {
    if (!(error instanceof FormatError) || error.code !== CODE) throw error;
    throw malformed('cms-ess-malformed', 'the reference to the certificate is malformed', error);
  }
}

/** The first ESSCertID, which is the signer's own (RFC 5035 §3); further ones only narrow the path and are skipped. */
function readFirstReference(value: Asn1Element, version: 'v1' | 'v2'): SigningCertificateReference {
  const fields = new Asn1Fields(value, Identifier.SEQUENCE, CODE).fields().fields();
  const algorithm = version === 'v2' ? fields.optional(Identifier.SEQUENCE) : undefined;
  const certificateDigest = fields.next(Identifier.OCTET_STRING).contents;
  const issuerSerial = fields.optional(Identifier.SEQUENCE);
  fields.end();
  return {
    version,
    digestAlgorithm: version === 'v1' ? 'SHA-1' : readReferenceAlgorithm(algorithm),
    certificateDigest,
    issuerSerial: issuerSerial === undefined ? undefined : readIssuerSerial(issuerSerial),
  };
}

function readReferenceAlgorithm(algorithm: Asn1Element | undefined): DigestAlgorithm {
  if (algorithm === undefined) return 'SHA-256';
  const identifier = readAlgorithmIdentifier(new Asn1Fields(algorithm, Identifier.SEQUENCE, CODE));
  requireNoParameters(identifier, 'ERR_SIGN_ALGORITHM');
  const entry = digestAlgorithmByOid(identifier.oid);
  if (entry === undefined || entry.legacy) {
    const reason = 'cms-ess-algorithm';
    throw new FormatError('ERR_SIGN_ALGORITHM', 'certificate reference by a digest that is not accepted', { reason });
  }
  return entry.name;
}

/** IssuerSerial (RFC 5035 §5) with its one directoryName. */
function readIssuerSerial(value: Asn1Element): { issuer: Uint8Array; serialNumber: string } {
  const fields = new Asn1Fields(value, Identifier.SEQUENCE, CODE);
  const names = fields.fields();
  const directoryName = names.fields(contextTag(4, 'constructed'));
  const issuer = directoryName.next(Identifier.SEQUENCE).encoded;
  directoryName.end();
  names.end();
  const serialNumber = readSerialNumber(fields.next(Identifier.INTEGER), CODE);
  fields.end();
  return { issuer, serialNumber };
}

/** Whether the reference names this certificate: by digest, and by issuer and serial number where it gives them. */
export async function refersTo(
  reference: SigningCertificateReference,
  certificate: Certificate,
  digest: Digest,
): Promise<boolean> {
  const certificateDigest = await digest.digest(reference.digestAlgorithm, certificate.der);
  if (!equalBytes(certificateDigest, reference.certificateDigest)) return false;
  const { issuerSerial } = reference;
  if (issuerSerial === undefined) return true;
  return (
    equalBytes(issuerSerial.issuer, certificate.issuer.der) && issuerSerial.serialNumber === certificate.serialNumber
  );
}
