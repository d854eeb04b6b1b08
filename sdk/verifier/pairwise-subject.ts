import { base64url } from 'jose';
import { concatBytes, decodeHex, encodeUtf8 } from '../formats/index.js';
import type { CertificateLinks } from './certificate-links.js';
import { requireCertificateIdentifier, type CertificateIdentifier } from './certificate-identifier.js';

export interface PairwiseSubjectOptions {
  /**
   * The verifier's secret, 256 random bits or more, for this purpose only. Who has it can try out serial numbers, which are
   * guessable; who loses it or changes it gives everybody new subjects.
   */
  readonly key: Uint8Array;
  /**
   * Whom the subject is for: the service's identifier in the registry, or the host name its origins share. Lower case. All
   * of one service's origins have one sector, no two services share one.
   */
  readonly sector: string;
  /** What `validateAuthenticationToken` returned, or `identifyCertificate`. */
  readonly certificate: CertificateIdentifier;
}

const LABEL = 'madoguchi pairwise subject v1';
const MIN_KEY_BYTES = 32;
/** A host name in its ASCII form, as the registry's identifiers are too. */
const SECTOR = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * What a service may know a person by: the same at each login with this certificate, another at each service (OpenID Connect
 * Core 1.0 §8.1). HMAC-SHA-256 under the verifier's key over sector, issuer's key and serial number; base64url, 43
 * characters. Without the key nobody tells which certificate it stands for, nor whether two subjects are one person.
 * @throws TypeError where the options are not as described
 */
export async function pairwiseSubject({ key, sector, certificate }: PairwiseSubjectOptions): Promise<string> {
  requireCertificateIdentifier(certificate);
  if (typeof sector !== 'string' || !SECTOR.test(sector)) throw new TypeError('sector is no lower-case host name');
  if (!(key instanceof Uint8Array && key.length >= MIN_KEY_BYTES)) throw new TypeError('key is shorter than 256 bits');
  const message = encodeFields(
    encodeUtf8(LABEL),
    encodeUtf8(sector),
    base64url.decode(certificate.issuerKeyHash),
    decodeHex(certificate.serialNumber),
  );
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const hmacKey = await subtle.importKey('raw', new Uint8Array(key), algorithm, false, ['sign']);
  return base64url.encode(new Uint8Array(await subtle.sign('HMAC', hmacKey, message)));
}

/** Each field behind its length in four octets, big-endian, so that no other fields yield the same octets. */
function encodeFields(...fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts = fields.flatMap((field) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, field.length);
    return [length, field];
  });
  return new Uint8Array(concatBytes(...parts));
}

export interface ResolveSubjectOptions extends PairwiseSubjectOptions {
  readonly links: CertificateLinks;
}

/** Renewed every five years, or earlier after a move: more than a lifetime's certificates. */
const MAX_RENEWALS = 64;

/**
 * The pairwise subject of the first certificate that the verifier knows this one to continue, so that an account outlives
 * the renewal of a certificate. Without a link it is the certificate's own subject: nothing is guessed from names or dates.
 * @throws TypeError where the options are not as described
 * @throws Error where the links lead in a circle
 */
export async function resolveSubject({ links, certificate, ...options }: ResolveSubjectOptions): Promise<string> {
  let first = certificate;
  for (let renewals = 0; ; renewals += 1) {
    requireCertificateIdentifier(first);
    const predecessor = await links.predecessorOf({
      issuerKeyHash: first.issuerKeyHash,
      serialNumber: first.serialNumber,
    });
    if (predecessor === undefined) return pairwiseSubject({ ...options, certificate: first });
    if (renewals === MAX_RENEWALS) throw new Error('the links of certificates have no beginning');
    first = predecessor;
  }
}
