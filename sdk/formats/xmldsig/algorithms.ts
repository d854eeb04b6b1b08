/** Algorithm identifiers of XMLDSig 1.1 §6, RFC 9231 and XAdES: the lists of what is accepted. */
import type { DigestAlgorithm, SignatureAlgorithm } from '../ports.js';
import type { C14nMethod } from '../xml/index.js';
import { xmlSignatureError } from './xmldsig-error.js';

export const DSIG_NAMESPACE = 'http://www.w3.org/2000/09/xmldsig#';
/** XAdES 1.3.2 (EN 319 132-1 §4.2). */
export const XADES_NAMESPACE = 'http://uri.etsi.org/01903/v1.3.2#';
export const EXC_C14N_NAMESPACE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** `Reference/@Type` of the signed properties (EN 319 132-1 §4.4.2). */
export const SIGNED_PROPERTIES_TYPE = 'http://uri.etsi.org/01903#SignedProperties';
/** `Reference/@Type` of a Manifest (XMLDSig §5.1). */
export const MANIFEST_TYPE = `${DSIG_NAMESPACE}Manifest`;

export const ENVELOPED_SIGNATURE = `${DSIG_NAMESPACE}enveloped-signature`;

const XMLDSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';

const DIGEST_URIS = {
  'SHA-1': `${DSIG_NAMESPACE}sha1`,
  'SHA-256': `${XMLENC}sha256`,
  'SHA-384': `${XMLDSIG_MORE}sha384`,
  'SHA-512': `${XMLENC}sha512`,
} as const satisfies Record<DigestAlgorithm, string>;

const SIGNATURE_URIS = {
  RS256: `${XMLDSIG_MORE}rsa-sha256`,
  RS384: `${XMLDSIG_MORE}rsa-sha384`,
  RS512: `${XMLDSIG_MORE}rsa-sha512`,
  ES256: `${XMLDSIG_MORE}ecdsa-sha256`,
  ES384: `${XMLDSIG_MORE}ecdsa-sha384`,
} as const satisfies Record<SignatureAlgorithm, string>;

/** Signatures over SHA-1, read so that an old signature can be named for what it is. */
const LEGACY_SIGNATURE_URIS: ReadonlySet<string> = new Set([
  `${DSIG_NAMESPACE}rsa-sha1`,
  `${DSIG_NAMESPACE}dsa-sha1`,
  `${XMLDSIG_MORE}ecdsa-sha1`,
]);

const C14N_URIS = {
  c14n: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'c14n-with-comments': 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments',
  'exc-c14n': EXC_C14N_NAMESPACE,
  'exc-c14n-with-comments': `${EXC_C14N_NAMESPACE}WithComments`,
} as const satisfies Record<C14nMethod, string>;

const C14N_11_URIS: ReadonlyMap<string, C14nMethod> = new Map([
  ['http://www.w3.org/2006/12/xml-c14n11', 'c14n'],
  ['http://www.w3.org/2006/12/xml-c14n11#WithComments', 'c14n-with-comments'],
]);

export interface Canonicalization {
  readonly method: C14nMethod;
  /** Canonical XML 1.1: the same octets as 1.0 where no `xml:id` or `xml:base` is inherited, and taken only there. */
  readonly isVersion11: boolean;
}

export function digestUri(algorithm: Exclude<DigestAlgorithm, 'SHA-1'>): string {
  return DIGEST_URIS[algorithm];
}

export function signatureUri(algorithm: SignatureAlgorithm): string {
  return SIGNATURE_URIS[algorithm];
}

export function c14nUri(method: C14nMethod): string {
  return C14N_URIS[method];
}

/** @throws FormatError `ERR_SIGN_ALGORITHM`, `xml-digest-algorithm` */
export function digestAlgorithmByUri(uri: string): DigestAlgorithm {
  return keyOf(DIGEST_URIS, uri) ?? refuse('xml-digest-algorithm', 'a digest algorithm that is not accepted');
}

/**
 * Undefined: a signature over SHA-1.
 * @throws FormatError `ERR_SIGN_ALGORITHM`: `xml-hmac`, `xml-rsa-pss`, `xml-signature-algorithm`
 */
export function signatureAlgorithmByUri(uri: string): SignatureAlgorithm | undefined {
  if (LEGACY_SIGNATURE_URIS.has(uri)) return undefined;
  // Whoever can check an HMAC can make one: with a public key for its key, anybody.
  if (/#hmac-/.test(uri)) refuse('xml-hmac', 'a message authentication code is no signature');
  if (/#rsa-pss$|-rsa-MGF1$/.test(uri)) refuse('xml-rsa-pss', 'RSASSA-PSS is not accepted');
  return keyOf(SIGNATURE_URIS, uri) ?? refuse('xml-signature-algorithm', 'a signature algorithm that is not accepted');
}

/** Undefined: no canonicalization algorithm of ours. */
export function canonicalizationByUri(uri: string): Canonicalization | undefined {
  const version11 = C14N_11_URIS.get(uri);
  if (version11 !== undefined) return { method: version11, isVersion11: true };
  const method = keyOf(C14N_URIS, uri);
  return method === undefined ? undefined : { method, isVersion11: false };
}

function keyOf<Key extends string>(table: Readonly<Record<Key, string>>, uri: string): Key | undefined {
  return (Object.keys(table) as Key[]).find((key) => table[key] === uri);
}

function refuse(reason: string, message: string): never {
  throw xmlSignatureError(reason, message, { code: 'ERR_SIGN_ALGORITHM' });
}
