import { concatBytes, equalBytes } from '../../../sdk/formats/index.js';
import { findTlv, parseBerTlv } from '../apdu/ber-tlv.js';
import { ClientError } from '../errors.js';
import type { FormatCrypto } from '../ports.js';
import { endOfObject, type AttributeFile } from './attribute-file.js';
import { parseSignerCertificate } from './signer-certificate.js';

/**
 * What was checked, and nothing more. A check whose outcome is a contradiction is an error instead; `not-checked` is what
 * could not be checked, because the card holds nothing that is understood or nobody gave the key.
 */
export interface AttributeChecks {
  /** Whether the digest in EF 0003 is that of the attributes that were read. */
  readonly digest: 'matches' | 'not-checked';
  /** Whether the key in EF 0004 signed that digest. Says nothing about whose key it is. */
  readonly signature: 'holds' | 'not-checked';
  /** Whether a root key that was given signed EF 0004. */
  readonly issuer: 'holds' | 'not-checked';
}

/** A key that may sign EF 0004. */
export interface AttributeRootKey {
  /** 16 bytes. */
  readonly keyId: Uint8Array;
  /** DER (RFC 5280 §4.1.2.7). */
  readonly subjectPublicKeyInfo: Uint8Array;
}

/** EF 0003 and EF 0004 as read; undefined where the card does not give them. Both stay the caller's to zero. */
export interface CheckFiles {
  readonly attributes: AttributeFile;
  readonly digests: Uint8Array | undefined;
  readonly signerCertificate: Uint8Array | undefined;
}

export interface CheckEnvironment {
  readonly crypto: FormatCrypto;
  readonly rootKeys: readonly AttributeRootKey[];
}

/**
 * Checks the attributes against the card's own digest and signature. EF 0003 also holds a digest of the My Number, from
 * which the number can be found by trying them all, and so does its signature: nothing of either leaves this function.
 * @throws ClientError ERR_SIGN_DIGEST, ERR_SIGN_INVALID, ERR_CERT_UNTRUSTED where the card contradicts itself or a given
 * root key; ERR_CARD_RESPONSE for malformed BER-TLV.
 */
export async function checkAttributes(files: CheckFiles, environment: CheckEnvironment): Promise<AttributeChecks> {
  const nothing: AttributeChecks = { digest: 'not-checked', signature: 'not-checked', issuer: 'not-checked' };
  const digests = files.digests && parseDigestFile(files.digests);
  if (!digests) return nothing;
  await checkDigest(environment.crypto, files.attributes, digests.attributesDigest);
  const certificate = files.signerCertificate && parseSignerCertificate(files.signerCertificate);
  if (!certificate || !digests.signed || !digests.signature) return { ...nothing, digest: 'matches' };
  const { crypto, rootKeys } = environment;
  if (!(await crypto.verifySignature('RS256', certificate.subjectPublicKeyInfo, digests.signed, digests.signature))) {
    throw new ClientError('ERR_SIGN_INVALID', 'the signature over the attributes does not hold');
  }
  const root = rootKeys.find(({ keyId }) => equalBytes(keyId, certificate.issuerKeyId));
  if (!root) return { digest: 'matches', signature: 'holds', issuer: 'not-checked' };
  for (const form of certificate.signedForms) {
    if (await crypto.verifySignature('RS256', root.subjectPublicKeyInfo, form, certificate.signature)) {
      return { digest: 'matches', signature: 'holds', issuer: 'holds' };
    }
  }
  throw new ClientError('ERR_CERT_UNTRUSTED', 'the key that signed the attributes is not one of the given root key');
}

/** Views into EF 0003. DF31, the digest of the My Number, is in `signed` and has no name of its own. */
interface DigestFile {
  readonly attributesDigest: Uint8Array;
  readonly signed: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
}

const DIGEST_BYTES = 32;

function parseDigestFile(unverifiedFile: Uint8Array): DigestFile | undefined {
  const file = findTlv(parseBerTlv(unverifiedFile), 0xff30)?.value;
  if (!file) return undefined;
  const objects = parseBerTlv(file);
  const digestAt = objects.findIndex(({ tag }) => tag === 0xdf32);
  const signatureAt = objects.findIndex(({ tag }) => tag === 0xdf33);
  const attributesDigest = objects[digestAt]?.value;
  if (attributesDigest?.length !== DIGEST_BYTES) return undefined;
  // A signature covers the objects before it: one that stands before the digest says nothing about it.
  if (signatureAt < digestAt) return { attributesDigest, signed: undefined, signature: undefined };
  const signed = file.subarray(0, endOfObject(file, objects[signatureAt - 1]));
  return { attributesDigest, signed, signature: objects[signatureAt]?.value };
}

async function checkDigest(crypto: FormatCrypto, { digested }: AttributeFile, expected: Uint8Array): Promise<void> {
  const content = concatBytes(...digested);
  try {
    if (equalBytes(await crypto.digest('SHA-256', content), expected)) return;
    throw new ClientError('ERR_SIGN_DIGEST', "the attributes differ from the card's own digest of them");
  } finally {
    content.fill(0);
  }
}
