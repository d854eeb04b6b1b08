import { readAlgorithmIdentifier, requireNoParameters, signatureAlgorithmByOid } from './algorithms.js';
import { Asn1Fields, contextTag, Identifier, readAsn1, type Asn1Element, type ReadOptions } from './asn1/read.js';
import { encodeHex, equalBytes } from './bytes.js';
import { readDistinguishedName, type DistinguishedName } from './distinguished-name.js';
import {
  octetsOfBitString,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readCertificatePolicies,
  readExplicitExtensions,
  readExtKeyUsage,
  readKeyUsage,
  readOtherNames,
  readSubjectKeyIdentifier,
  type BasicConstraints,
  type Extension,
  type KeyUsage,
  type OtherName,
} from './extensions.js';
import { FormatError, type FormatErrorCode } from './format-error.js';
import { ExtensionOid } from './oids.js';
import type { SignatureAlgorithm } from './ports.js';
import { readTime } from './time.js';

export type { BasicConstraints, KeyUsage, OtherName } from './extensions.js';
export type { DistinguishedName, NameAttribute } from './distinguished-name.js';

/** An X.509 certificate, version 3 (RFC 5280 §4.1). Parsed, not verified. Octets are views of a private copy. */
export interface Certificate {
  readonly der: Uint8Array;
  /** `TBSCertificate` exactly as in the input: the octets the issuer signed. */
  readonly tbsCertificate: Uint8Array;
  /** Lower-case hexadecimal of the unsigned value, at least one octet. Unique per issuer only. */
  readonly serialNumber: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly signatureAlgorithmOid: string;
  /** Undefined: not an algorithm this product accepts, SHA-1 among them. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** ECDSA: DER `Ecdsa-Sig-Value`. */
  readonly signature: Uint8Array;
  readonly extensions: CertificateExtensions;
}

/** Undefined members are extensions the certificate does not have. */
export interface CertificateExtensions {
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly certificatePolicies: readonly string[] | undefined;
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  /** Empty where there is no SubjectAltName, or it has none. */
  readonly otherNames: readonly OtherName[];
  /** extnValue octets of all extensions by OID, those included that are not read here. */
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** OIDs of the critical ones. */
  readonly critical: ReadonlySet<string>;
}

/** Octets of a certificate: the largest a card file or an authentication token may hold. */
export const MAX_CERTIFICATE_BYTES = 16 * 1024;

/** RFC 5280 §4.1.2.2. */
const MAX_SERIAL_NUMBER_BYTES = 20;

const CODE = 'ERR_CERT_MALFORMED';

const LIMITS: ReadOptions = {
  encoding: 'DER',
  code: CODE,
  maxBytes: MAX_CERTIFICATE_BYTES,
  maxDepth: 16,
  maxElements: 2048,
};

/**
 * Total octets of the certificate that starts with `firstBytes`, header included: how many to read of a card file, which
 * is longer than the certificate in it. Four octets are enough for `30 82 hh ll`; definite lengths that are not minimal
 * are counted too, and left for `parseCertificate` to refuse.
 * @throws FormatError `ERR_CERT_MISSING` where the file holds filler only, `ERR_CERT_MALFORMED` for anything else that
 * does not start a certificate of at most `MAX_CERTIFICATE_BYTES`
 */
export function certificateLength(firstBytes: Uint8Array): number {
  const [identifier, first] = firstBytes;
  if (identifier === 0x00 || identifier === 0xff) throw new FormatError('ERR_CERT_MISSING', 'no certificate');
  if (identifier !== Identifier.SEQUENCE || first === undefined) throw new FormatError(CODE, 'not a certificate');
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const octets = firstBytes.subarray(2, 2 + lengthOctets);
  if (first === 0x80 || lengthOctets > 4 || octets.length < lengthOctets) {
    throw new FormatError(CODE, 'not a certificate');
  }
  const length = first < 0x80 ? first : octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const total = 2 + lengthOctets + length;
  if (total > MAX_CERTIFICATE_BYTES) throw new FormatError(CODE, 'certificate is too long');
  return total;
}

/**
 * Parses one DER certificate of at most `MAX_CERTIFICATE_BYTES`. Refused: trailing octets, BER, versions 1 and 2, an
 * extension given twice, a malformed extension of a kind this product reads.
 * @throws FormatError `ERR_CERT_MALFORMED`
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const root = readAsn1(der, LIMITS);
  const outer = new Asn1Fields(root, Identifier.SEQUENCE, CODE);
  const tbs = outer.next(Identifier.SEQUENCE);
  const outerAlgorithm = outer.next(Identifier.SEQUENCE);
  const signature = octetsOfBitString(outer.next(Identifier.BIT_STRING));
  outer.end();
  const body = readTbsCertificate(tbs);
  if (!equalBytes(outerAlgorithm.encoded, body.algorithm.encoded)) {
    throw new FormatError(CODE, 'signature algorithms differ');
  }
  const algorithm = readAlgorithmIdentifier(new Asn1Fields(outerAlgorithm, Identifier.SEQUENCE, CODE));
  const entry = signatureAlgorithmByOid(algorithm.oid);
  if (entry !== undefined) requireNoParameters(algorithm, CODE);
  return {
    ...body.fields,
    der: root.encoded,
    tbsCertificate: tbs.encoded,
    signatureAlgorithmOid: algorithm.oid,
    signatureAlgorithm: entry?.name,
    signature,
  };
}

type TbsFields = Omit<
  Certificate,
  'der' | 'tbsCertificate' | 'signatureAlgorithmOid' | 'signatureAlgorithm' | 'signature'
>;

function readTbsCertificate(tbs: Asn1Element): { fields: TbsFields; algorithm: Asn1Element } {
  const fields = new Asn1Fields(tbs, Identifier.SEQUENCE, CODE);
  const version = fields.fields(contextTag(0, 'constructed')).next(Identifier.INTEGER).contents;
  if (version.length !== 1 || version[0] !== 2) throw new FormatError(CODE, 'not version 3');
  const serialNumber = readSerialNumber(fields.next(Identifier.INTEGER), CODE);
  const algorithm = fields.next(Identifier.SEQUENCE);
  const issuer = readDistinguishedName(fields.next(Identifier.SEQUENCE));
  const validity = fields.fields();
  const notBefore = readTime(validity.any(), CODE);
  const notAfter = readTime(validity.any(), CODE);
  validity.end();
  const subject = readDistinguishedName(fields.next(Identifier.SEQUENCE));
  const subjectPublicKeyInfo = fields.next(Identifier.SEQUENCE).encoded;
  fields.optional(contextTag(1, 'primitive'));
  fields.optional(contextTag(2, 'primitive'));
  const extensions = readExtensions(fields.optional(contextTag(3, 'constructed')));
  fields.end();
  return {
    fields: { serialNumber, issuer, subject, notBefore, notAfter, subjectPublicKeyInfo, extensions },
    algorithm,
  };
}

/**
 * CertificateSerialNumber as lower-case hexadecimal of its unsigned value.
 * @throws FormatError with `code` for a negative one, or one of more than 20 octets
 */
export function readSerialNumber({ contents }: Asn1Element, code: FormatErrorCode): string {
  const magnitude = contents.length > 1 && contents[0] === 0 ? contents.subarray(1) : contents;
  if ((contents[0] ?? 0) >= 0x80 || magnitude.length > MAX_SERIAL_NUMBER_BYTES) {
    throw new FormatError(code, 'serial number is out of range', { reason: 'serial-number' });
  }
  return encodeHex(magnitude);
}

function readExtensions(wrapper: Asn1Element | undefined): CertificateExtensions {
  const extensions = wrapper === undefined ? new Map<string, Extension>() : readExplicitExtensions(wrapper, 3, CODE);
  const read = <Value>(oid: string, reader: (value: Asn1Element) => Value): Value | undefined => {
    const extension = extensions.get(oid);
    return extension === undefined ? undefined : reader(readAsn1(extension.value, LIMITS));
  };
  return {
    keyUsage: read(ExtensionOid.keyUsage, readKeyUsage),
    basicConstraints: read(ExtensionOid.basicConstraints, readBasicConstraints),
    certificatePolicies: read(ExtensionOid.certificatePolicies, readCertificatePolicies),
    extKeyUsage: read(ExtensionOid.extKeyUsage, readExtKeyUsage),
    subjectKeyIdentifier: read(ExtensionOid.subjectKeyIdentifier, readSubjectKeyIdentifier),
    authorityKeyIdentifier: read(ExtensionOid.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    otherNames: read(ExtensionOid.subjectAltName, readOtherNames) ?? [],
    values: new Map([...extensions].map(([oid, { value }]) => [oid, value])),
    critical: new Set([...extensions].filter(([, { critical }]) => critical).map(([oid]) => oid)),
  };
}
