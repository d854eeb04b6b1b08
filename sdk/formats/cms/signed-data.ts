/** Parsing of the `SignedData` of RFC 5652 §5, as far as a detached signature needs it. Nothing here is verified. */
import { readAlgorithmIdentifier, type AlgorithmIdentifier } from '../algorithms.js';
import { Asn1Fields, contextTag, Identifier, octetString, readAsn1, type Asn1Element } from '../asn1/read.js';
import { readSerialNumber } from '../certificate.js';
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';

/** How a SignerInfo names its certificate (RFC 5652 §5.3). */
export type SignerIdentifier =
  { readonly issuer: Uint8Array; readonly serialNumber: string } | { readonly subjectKeyIdentifier: Uint8Array };

export interface SignerInfo {
  readonly sid: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  /** The `[0]` element as sent. */
  readonly signedAttrs: Asn1Element;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

export interface SignedData {
  readonly eContentType: string;
  /** DER of the X.509 certificates; attribute certificates and other choices are left out. */
  readonly unverifiedCertificates: readonly Uint8Array[];
  readonly signerInfos: readonly SignerInfo[];
}

/** Octets of a detached signature; room for a chain, time stamps and revocation data. */
export const MAX_SIGNED_DATA_BYTES = 1024 * 1024;
const MAX_CERTIFICATES = 64;
const MAX_SIGNERS = 16;

const CODE = 'ERR_SIGN_FORMAT';

/**
 * Parses a `ContentInfo` that holds a `SignedData` without content. BER is taken, since signers other than this one
 * write it; the signed attributes alone must be DER, which their reader checks.
 * @throws FormatError `ERR_SIGN_FORMAT`
 */
export function parseDetachedSignedData(cms: Uint8Array): SignedData {
  const root = readAsn1(cms, {
    encoding: 'BER',
    code: CODE,
    maxBytes: MAX_SIGNED_DATA_BYTES,
    maxDepth: 32,
    maxElements: 20_000,
  });
  const contentInfo = new Asn1Fields(root, Identifier.SEQUENCE, CODE);
  if (contentInfo.oid() !== CmsOid.signedData) throw new FormatError(CODE, 'not SignedData');
  const content = contentInfo.fields(contextTag(0, 'constructed'));
  contentInfo.end();
  const signedData = content.fields();
  content.end();
  return readSignedData(signedData);
}

function readSignedData(fields: Asn1Fields): SignedData {
  readVersion(fields, [1, 3, 4, 5]);
  fields.next(Identifier.SET);
  const encapContentInfo = fields.fields();
  const eContentType = encapContentInfo.oid();
  if (!encapContentInfo.isEmpty) throw new FormatError(CODE, 'the content is attached');
  const certificates = fields.optional(contextTag(0, 'constructed'))?.children ?? [];
  fields.optional(contextTag(1, 'constructed'));
  const signerInfos = fields.fields(Identifier.SET).rest(Identifier.SEQUENCE);
  fields.end();
  if (certificates.length > MAX_CERTIFICATES) throw new FormatError(CODE, 'too many certificates');
  if (signerInfos.length === 0) throw new FormatError(CODE, 'nobody has signed');
  if (signerInfos.length > MAX_SIGNERS) throw new FormatError(CODE, 'too many signers');
  return {
    eContentType,
    unverifiedCertificates: certificates
      .filter(({ identifier }) => identifier === Identifier.SEQUENCE)
      .map(({ encoded }) => encoded),
    signerInfos: signerInfos.map(readSignerInfo),
  };
}

function readSignerInfo(element: Asn1Element): SignerInfo {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const version = readVersion(fields, [1, 3]);
  const sid = version === 1 ? readIssuerAndSerialNumber(fields.fields()) : readSubjectKeyIdentifier(fields);
  const digestAlgorithm = readAlgorithmIdentifier(fields.fields());
  // Without signed attributes the signature is over the content itself, and then a signature over attributes can be
  // passed off as one over a document that consists of their octets.
  const signedAttrs = fields.next(contextTag(0, 'constructed'));
  const signatureAlgorithm = readAlgorithmIdentifier(fields.fields());
  const signature = octetString(fields.optional(OCTET_STRING_CONSTRUCTED) ?? fields.next(Identifier.OCTET_STRING));
  fields.optional(contextTag(1, 'constructed'));
  fields.end();
  return { sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature };
}

const OCTET_STRING_CONSTRUCTED = Identifier.OCTET_STRING | 0x20;

function readVersion(fields: Asn1Fields, accepted: readonly number[]): number {
  const { contents } = fields.next(Identifier.INTEGER);
  const version = contents[0];
  if (contents.length !== 1 || version === undefined || !accepted.includes(version)) {
    throw new FormatError(CODE, 'unknown version');
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
