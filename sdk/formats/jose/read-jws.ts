import { signatureAlgorithm, type SignatureAlgorithmEntry } from '../algorithms.js';
import { concatBytes, decodeBase64, decodeUtf8, encodeUtf8 } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { ecdsaSignatureToDer } from '../ecdsa-signature.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import type { RandomAccessSource, SignatureAlgorithm } from '../ports.js';
import { decodeBase64Url, encodeBase64Url } from './base64-url.js';
import { readJsonObject } from './json-object.js';

/** Octets of a payload inside a JWS, and of content beside one: a signature check needs them in one piece. */
export const MAX_JWS_PAYLOAD_BYTES = 16 * 1024 * 1024;
export const MAX_DETACHED_CONTENT_BYTES = 64 * 1024 * 1024;

/** Characters. A header holds certificates, a signature at most 8192 bits. */
const MAX_HEADER_LENGTH = 256 * 1024;
const MAX_SIGNATURE_LENGTH = 2048;
/** Octets of a whole JWS. */
export const MAX_JWS_BYTES = Math.ceil(MAX_JWS_PAYLOAD_BYTES / 3) * 4 + MAX_HEADER_LENGTH + MAX_SIGNATURE_LENGTH + 2;

const MAX_CERTIFICATES = 10;

/** The extensions understood: RFC 7797 §3 and ETSI TS 119 182-1 §5.2.1. */
const KNOWN_CRITICAL_HEADERS = ['b64', 'sigT'];
/**
 * Extensions of ETSI TS 119 182-1 that say what is signed, or by which rules: `sigD` (§5.2.8) puts other objects, by their
 * digests, in the place of the content. Whoever does not heed them does not know what the signature is over, so they are
 * refused even where `crit` leaves them out.
 */
const UNHEEDED_HEADERS = ['sigD', 'sigPId'];

/** The three parts of a compact JWS (RFC 7515 §7.1), still encoded. */
export interface JwsParts {
  readonly header: string;
  /** Empty where the content is elsewhere (RFC 7515 appendix F). */
  readonly payload: string;
  readonly signature: string;
}

export interface CertificateDigest {
  readonly algorithm: 'SHA-256' | 'SHA-1';
  readonly digest: Uint8Array;
}

/** A compact JWS by a certificate's key: read, not verified. */
export interface Jws {
  readonly algorithm: SignatureAlgorithmEntry;
  /** `x5c`: signer first. At least one. */
  readonly certificates: readonly Certificate[];
  /** What `x5t#S256` and `x5t` say of the signer's certificate, in this order; to be compared by whoever can digest. */
  readonly certificateDigests: readonly CertificateDigest[];
  /** From `iat` or `sigT`: what the signer's clock claimed. */
  readonly signingTime: Date | undefined;
  readonly isDetached: boolean;
  /** What the signature is over (RFC 7515 §5.1, RFC 7797 §3). */
  readonly signingInput: Uint8Array;
  /** ECDSA: DER `Ecdsa-Sig-Value`. */
  readonly signature: Uint8Array;
}

/** @throws FormatError `ERR_SIGN_FORMAT`, `jws-too-large` */
export async function readAll(source: RandomAccessSource, maxBytes: number): Promise<Uint8Array> {
  if (source.size > maxBytes) throw formatError('jws-too-large', 'too large for a JWS');
  return source.read(0, source.size);
}

/**
 * Takes a compact JWS apart.
 * @throws FormatError `ERR_SIGN_FORMAT`: `jws-too-large`, `jws-compact`
 */
export function splitJws(unverifiedBytes: Uint8Array): JwsParts {
  if (unverifiedBytes.length > MAX_JWS_BYTES) throw formatError('jws-too-large', 'the JWS is too large');
  const text = decodeUtf8(unverifiedBytes) ?? '';
  const [header, payload, signature, ...rest] = text.split('.', 4);
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw formatError('jws-compact', 'not a compact JWS');
  }
  if (header.length > MAX_HEADER_LENGTH || signature.length > MAX_SIGNATURE_LENGTH) {
    throw formatError('jws-too-large', 'a part of the JWS is too large');
  }
  return { header, payload, signature };
}

/**
 * Reads a compact JWS. Which key it was made with is said by `x5c` and nothing else; an algorithm without a private key, an
 * extension that is not understood and a payload whose encoding is in doubt are refused.
 * @param content what a detached JWS is over
 * @throws FormatError `ERR_SIGN_FORMAT`, `ERR_SIGN_ALGORITHM`, `ERR_SIGN_INVALID`, `ERR_CERT_MISSING`, `ERR_CERT_MALFORMED`
 * with a reason that begins with `jws-`
 */
export function readJws(parts: JwsParts, content?: Uint8Array): Jws {
  const header = readJsonObject(decodeBase64Url(parts.header));
  requireKnownExtensions(header);
  const algorithm = readAlgorithm(header.get('alg'));
  return {
    algorithm,
    certificates: readCertificates(header.get('x5c')),
    certificateDigests: readCertificateDigests(header),
    signingTime: readSigningTime(header),
    isDetached: parts.payload === '',
    signingInput: readSigningInput(parts, header, content),
    signature: readSignature(parts.signature, algorithm),
  };
}

type Header = ReadonlyMap<string, unknown>;

/** RFC 7515 §4.1.11: names that the header has, each once, and no extension that would go unheeded. */
function requireKnownExtensions(header: Header): void {
  if (header.get('b64') === false && !isListedAsCritical(header, 'b64')) {
    throw formatError('jws-b64-not-critical', 'b64 is false without being critical');
  }
  if (UNHEEDED_HEADERS.some((name) => header.has(name))) {
    throw formatError('jws-crit-unknown', 'an extension that changes what is signed is not understood');
  }
  if (!header.has('crit')) return;
  const critical = header.get('crit');
  if (!Array.isArray(critical) || critical.length === 0 || new Set(critical).size < critical.length) {
    throw formatError('jws-crit-malformed', 'crit is not a list of names');
  }
  for (const name of critical as readonly unknown[]) {
    if (typeof name !== 'string' || !KNOWN_CRITICAL_HEADERS.includes(name)) {
      throw formatError('jws-crit-unknown', 'a critical extension is not understood');
    }
    if (!header.has(name)) throw formatError('jws-crit-malformed', 'crit names what is not there');
  }
}

function isListedAsCritical(header: Header, name: string): boolean {
  const critical = header.get('crit');
  return Array.isArray(critical) && critical.includes(name);
}

const ALGORITHMS: readonly unknown[] = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384'] satisfies SignatureAlgorithm[];

function readAlgorithm(alg: unknown): SignatureAlgorithmEntry {
  if (ALGORITHMS.includes(alg)) return signatureAlgorithm(alg as SignatureAlgorithm);
  if (alg === 'none') throw algorithmError('jws-alg-none', 'not signed at all');
  if (typeof alg === 'string' && alg.startsWith('HS')) {
    throw algorithmError('jws-alg-symmetric', 'a shared secret proves no signer');
  }
  throw algorithmError('jws-alg-unknown', 'an algorithm that is not accepted');
}

/** RFC 7515 §4.1.6: standard base64, not base64url. */
function readCertificates(x5c: unknown): readonly Certificate[] {
  if (x5c === undefined) throw jwsError('ERR_CERT_MISSING', 'jws-certificate-missing', 'there is no x5c');
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CERTIFICATES) {
    throw jwsError('ERR_CERT_MALFORMED', 'jws-certificate-malformed', 'x5c is not a list of certificates');
  }
  return x5c.map((encoded: unknown) => {
    try {
      if (typeof encoded !== 'string') throw new TypeError('not a text');
      return parseCertificate(decodeBase64(encoded));
    } catch (cause) {
      throw jwsError('ERR_CERT_MALFORMED', 'jws-certificate-malformed', 'a certificate cannot be read', cause);
    }
  });
}

function readCertificateDigests(header: Header): readonly CertificateDigest[] {
  const digests: CertificateDigest[] = [];
  for (const [name, algorithm] of [
    ['x5t#S256', 'SHA-256'],
    ['x5t', 'SHA-1'],
  ] as const) {
    const encoded = header.get(name);
    if (encoded === undefined) continue;
    if (typeof encoded !== 'string') throw formatError('jws-header-value', `${name} is not a text`);
    digests.push({ algorithm, digest: decodeBase64Url(encoded) });
  }
  return digests;
}

/** Whole seconds and `Z`, as ETSI TS 119 182-1 §5.2.1 has it. */
const SIG_T = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
/** Seconds from 1970 to the end of the year 9999. */
const MAX_NUMERIC_DATE = 253_402_300_799;

/** `iat` (TS 119 182-1 V1.2.1 §5.1.11) or its predecessor `sigT`. Two that differ would be two claims. */
function readSigningTime(header: Header): Date | undefined {
  const [iat, sigT] = [header.get('iat'), header.get('sigT')];
  const times: number[] = [];
  if (iat !== undefined) times.push(typeof iat === 'number' && iat >= 0 && iat <= MAX_NUMERIC_DATE ? iat * 1000 : NaN);
  if (sigT !== undefined) times.push(typeof sigT === 'string' && SIG_T.test(sigT) ? Date.parse(sigT) : NaN);
  const [first, second = first] = times;
  if (first === undefined) return undefined;
  if (Number.isNaN(first) || first !== second) throw formatError('jws-signing-time', 'not one signing time');
  return new Date(first);
}

function readSigningInput({ header, payload }: JwsParts, members: Header, content?: Uint8Array): Uint8Array {
  const b64 = members.has('b64') ? members.get('b64') : true;
  if (typeof b64 !== 'boolean') throw formatError('jws-header-value', 'b64 is neither true nor false');
  if (payload !== '') {
    if (content !== undefined) throw formatError('jws-content-attached', 'the JWS has content of its own');
    // RFC 7797 §5.2 lets a few texts stand as they are; whether one was meant so or encoded nobody can tell.
    if (!b64) throw formatError('jws-b64-attached', 'attached content that is not encoded');
    if (decodeBase64Url(payload).length > MAX_JWS_PAYLOAD_BYTES) throw formatError('jws-too-large', 'too much content');
    return encodeUtf8(`${header}.${payload}`);
  }
  if (content === undefined) throw formatError('jws-content-missing', 'the content is not in the JWS');
  return signingInput(header, content, b64);
}

/** @param encodedHeader the protected header in base64url @param b64 as in RFC 7797 §3 */
export function signingInput(encodedHeader: string, content: Uint8Array, b64: boolean): Uint8Array {
  return concatBytes(encodeUtf8(`${encodedHeader}.`), b64 ? encodeUtf8(encodeBase64Url(content)) : content);
}

function readSignature(encoded: string, { keyKind }: SignatureAlgorithmEntry): Uint8Array {
  try {
    const signature = decodeBase64Url(encoded);
    return keyKind === 'RSA' ? signature : ecdsaSignatureToDer(signature, keyKind);
  } catch (cause) {
    throw jwsError('ERR_SIGN_INVALID', 'jws-signature-malformed', 'the signature has the wrong form', cause);
  }
}

function formatError(reason: string, message: string): FormatError {
  return jwsError('ERR_SIGN_FORMAT', reason, message);
}

function algorithmError(reason: string, message: string): FormatError {
  return jwsError('ERR_SIGN_ALGORITHM', reason, message);
}

function jwsError(code: FormatErrorCode, reason: string, message: string, cause?: unknown): FormatError {
  return new FormatError(code, message, { cause, reason });
}
