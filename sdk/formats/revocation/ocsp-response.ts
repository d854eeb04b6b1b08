import { Asn1Fields, contextTag, Identifier, readAsn1, type Asn1Element, type ReadOptions } from '../asn1/read.js';
import { octetsOfBitString, readExplicitExtensions, type Extension } from '../extensions.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import { CrlExtensionOid, OcspOid } from '../oids.js';
import { readTime } from '../time.js';
import { readCertificateId, type CertificateId } from './certificate-id.js';
import { crlReason, type CrlReason, type Revocation } from './certificate-status.js';
import { readSignatureAlgorithm, type SignedStatement } from './signed-statement.js';

/** A BasicOCSPResponse (RFC 6960 §4.2.1). Parsed, not verified. */
export interface OcspResponse extends SignedStatement {
  /** How the responder names itself: DER Name, or SHA-1 of its public key. */
  readonly responderId: { readonly name: Uint8Array } | { readonly keyHash: Uint8Array };
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  /** Octets of the nonce; undefined: none. */
  readonly nonce: Uint8Array | undefined;
  readonly hasUnknownCriticalExtension: boolean;
  /** DER. */
  readonly unverifiedCertificates: readonly Uint8Array[];
}

export interface SingleResponse {
  readonly certificateId: CertificateId;
  readonly found: 'good' | 'unknown' | Revocation;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly archiveCutoff: Date | undefined;
  readonly hasUnknownCriticalExtension: boolean;
}

/** Octets of a response: room for the certificates of a responder and a handful of answers. */
export const MAX_OCSP_RESPONSE_BYTES = 64 * 1024;
const MAX_RESPONSES = 64;
const MAX_CERTIFICATES = 8;

const CODE = 'ERR_SIGN_FORMAT';
const LIMITS: ReadOptions = {
  encoding: 'DER',
  code: CODE,
  maxBytes: MAX_OCSP_RESPONSE_BYTES,
  maxDepth: 24,
  maxElements: 8192,
};

/** OCSPResponseStatus, RFC 6960 §4.2.1. */
const STATUS_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'malformed-request'],
  [2, 'internal-error'],
  [3, 'try-later'],
  [5, 'signature-required'],
  [6, 'unauthorized'],
]);

/**
 * Parses a DER OCSPResponse.
 * @throws FormatError `ERR_SIGN_FORMAT`: `ocsp-format`, `ocsp-response-type` for a response that is not basic, or
 * `ocsp-status-` and its name where the responder gave no answer, such as `ocsp-status-try-later`
 */
export function readOcspResponse(der: Uint8Array): OcspResponse {
  return namingReason('ocsp-format', () => {
    const outer = new Asn1Fields(readAsn1(der, LIMITS), Identifier.SEQUENCE, CODE);
    requireSuccess(outer.next(Identifier.ENUMERATED));
    const wrapper = outer.fields(contextTag(0, 'constructed'));
    outer.end();
    const responseBytes = wrapper.fields();
    wrapper.end();
    const type = responseBytes.oid();
    if (type !== OcspOid.basicResponse) refuse('not a basic response', 'ocsp-response-type');
    const basic = responseBytes.next(Identifier.OCTET_STRING).contents;
    responseBytes.end();
    return readBasicResponse(readAsn1(basic, LIMITS));
  });
}

function requireSuccess({ contents }: Asn1Element): void {
  const [status] = contents;
  if (contents.length !== 1 || status === undefined) refuse('not a status', 'ocsp-format');
  if (status !== 0) refuse('the responder gave no answer', `ocsp-status-${STATUS_NAMES.get(status) ?? 'unknown'}`);
}

function readBasicResponse(element: Asn1Element): OcspResponse {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const tbsResponseData = fields.next(Identifier.SEQUENCE);
  const signatureAlgorithm = readSignatureAlgorithm(fields.next(Identifier.SEQUENCE));
  const signature = octetsOfBitString(fields.next(Identifier.BIT_STRING));
  const wrapper = fields.optional(contextTag(0, 'constructed'));
  fields.end();
  return {
    ...readResponseData(tbsResponseData),
    toBeSigned: tbsResponseData.encoded,
    signatureAlgorithm,
    signature,
    unverifiedCertificates: wrapper === undefined ? [] : readCertificates(wrapper),
  };
}

function readCertificates(wrapper: Asn1Element): readonly Uint8Array[] {
  const outer = new Asn1Fields(wrapper, contextTag(0, 'constructed'), CODE);
  const certificates = outer.fields().rest(Identifier.SEQUENCE);
  outer.end();
  if (certificates.length > MAX_CERTIFICATES) refuse('too many certificates', 'ocsp-format');
  return certificates.map(({ encoded }) => encoded);
}

type ResponseData = Omit<OcspResponse, keyof SignedStatement | 'unverifiedCertificates'>;

function readResponseData(element: Asn1Element): ResponseData {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  // Version 1 is the DEFAULT, and the only one.
  if (fields.optional(contextTag(0, 'constructed')) !== undefined) refuse('unknown version', 'ocsp-format');
  const responderId = readResponderId(fields.any());
  const producedAt = readGeneralizedTime(fields);
  const responses = fields.fields().rest(Identifier.SEQUENCE);
  const wrapper = fields.optional(contextTag(1, 'constructed'));
  fields.end();
  if (responses.length > MAX_RESPONSES) refuse('too many responses', 'ocsp-format');
  const extensions = readOptionalExtensions(wrapper);
  return {
    responderId,
    producedAt,
    responses: responses.map(readSingleResponse),
    nonce: readNonce(extensions.get(OcspOid.nonce)),
    hasUnknownCriticalExtension: hasUnknownCritical(extensions, [OcspOid.nonce]),
  };
}

function readResponderId(element: Asn1Element): OcspResponse['responderId'] {
  const isName = element.identifier === contextTag(1, 'constructed');
  const fields = new Asn1Fields(element, contextTag(isName ? 1 : 2, 'constructed'), CODE);
  const id = isName
    ? { name: fields.next(Identifier.SEQUENCE).encoded }
    : { keyHash: fields.next(Identifier.OCTET_STRING).contents };
  fields.end();
  return id;
}

function readSingleResponse(element: Asn1Element): SingleResponse {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const certificateId = readCertificateId(fields.fields());
  const status = fields.any();
  const thisUpdate = readGeneralizedTime(fields);
  const nextUpdate = fields.optional(contextTag(0, 'constructed'));
  const wrapper = fields.optional(contextTag(1, 'constructed'));
  fields.end();
  const extensions = readOptionalExtensions(wrapper);
  const invalidityDate = timeOf(extensions.get(CrlExtensionOid.invalidityDate));
  return {
    certificateId,
    found: readCertStatus(status, invalidityDate),
    thisUpdate,
    nextUpdate: nextUpdate === undefined ? undefined : readExplicitTime(nextUpdate),
    archiveCutoff: timeOf(extensions.get(OcspOid.archiveCutoff)),
    hasUnknownCriticalExtension: hasUnknownCritical(extensions, [
      CrlExtensionOid.invalidityDate,
      OcspOid.archiveCutoff,
    ]),
  };
}

function readCertStatus(element: Asn1Element, invalidityDate: Date | undefined): SingleResponse['found'] {
  const { identifier, contents } = element;
  if (identifier === contextTag(0, 'primitive') && contents.length === 0) return 'good';
  if (identifier === contextTag(2, 'primitive') && contents.length === 0) return 'unknown';
  const fields = new Asn1Fields(element, contextTag(1, 'constructed'), CODE);
  const revocationDate = readGeneralizedTime(fields);
  const reason = fields.optional(contextTag(0, 'constructed'));
  fields.end();
  return { revocationDate, reason: reason === undefined ? undefined : readReason(reason), invalidityDate };
}

function readReason(element: Asn1Element): CrlReason {
  const fields = new Asn1Fields(element, contextTag(0, 'constructed'), CODE);
  const { contents } = fields.next(Identifier.ENUMERATED);
  fields.end();
  const reason = contents.length === 1 ? crlReason(contents[0]) : undefined;
  return reason ?? refuse('not a CRLReason', 'ocsp-format');
}

function readGeneralizedTime(fields: Asn1Fields): Date {
  return readTime(fields.next(Identifier.GENERALIZED_TIME), CODE);
}

function readExplicitTime(element: Asn1Element): Date {
  const fields = new Asn1Fields(element, contextTag(0, 'constructed'), CODE);
  const time = readGeneralizedTime(fields);
  fields.end();
  return time;
}

function timeOf(extension: Extension | undefined): Date | undefined {
  return extension === undefined ? undefined : readTime(readAsn1(extension.value, LIMITS), CODE);
}

function readNonce(extension: Extension | undefined): Uint8Array | undefined {
  if (extension === undefined) return undefined;
  const { identifier, contents } = readAsn1(extension.value, LIMITS);
  return identifier === Identifier.OCTET_STRING ? contents : refuse('not a nonce', 'ocsp-format');
}

function readOptionalExtensions(wrapper: Asn1Element | undefined): ReadonlyMap<string, Extension> {
  return wrapper === undefined ? new Map() : readExplicitExtensions(wrapper, 1, CODE);
}

function hasUnknownCritical(extensions: ReadonlyMap<string, Extension>, processed: readonly string[]): boolean {
  return [...extensions].some(([oid, { critical }]) => critical && !processed.includes(oid));
}

function refuse(message: string, reason: string): never {
  throw new FormatError(CODE, message, { reason });
}
