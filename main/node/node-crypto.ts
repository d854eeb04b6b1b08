import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  publicDecrypt,
  verify,
  type Hash,
  type KeyObject,
} from 'node:crypto';
import { digestAlgorithm, signatureAlgorithm, type KeyKind } from '../../sdk/formats/algorithms.js';
import { equalBytes } from '../../sdk/formats/bytes.js';
import type { DigestAlgorithm, DocumentCrypto, RunningDigest, SignatureAlgorithm } from '../../sdk/formats/ports.js';
import type { MessageAuthentication } from '../core/government-sites/identifiers.js';
import type { RsaDigestInfoCheck } from '../core/signing/sign-with-card.js';

/** What OpenSSL calls the digests of the table. */
const HASH_NAMES = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
} as const satisfies Record<DigestAlgorithm, string>;

/** `DocumentCrypto` over `node:crypto`. Byte sources are digested as they are read. */
export const nodeCrypto: DocumentCrypto = {
  async digest(algorithm, data) {
    const hash = createHash(HASH_NAMES[digestAlgorithm(algorithm).name]);
    if (data instanceof Uint8Array) return new Uint8Array(hash.update(data).digest());
    for await (const chunk of data.chunks()) hash.update(chunk);
    return new Uint8Array(hash.digest());
  },

  verifySignature(...args) {
    try {
      return Promise.resolve(verifyWithNode(...args));
    } catch {
      // node:crypto throws where a key or an ECDSA value cannot be parsed: no signature by that key holds.
      return Promise.resolve(false);
    }
  },

  startDigest: (algorithm) => runningDigest(createHash(HASH_NAMES[digestAlgorithm(algorithm).name])),
};

function runningDigest(hash: Hash): RunningDigest {
  return {
    update: (chunk) => void hash.update(chunk),
    fork: () => runningDigest(hash.copy()),
    digest: () => Promise.resolve(new Uint8Array(hash.digest())),
  };
}

export const nodeMessageAuthentication: MessageAuthentication = {
  hmacSha256: (key, data) => Promise.resolve(new Uint8Array(createHmac('sha256', key).update(data).digest())),
};

export const nodeRsaDigestInfoCheck: RsaDigestInfoCheck = {
  verifyRsaDigestInfo(subjectPublicKeyInfo, digestInfo, signature) {
    try {
      const key = publicKey(subjectPublicKeyInfo);
      const isRsa = key.asymmetricKeyType === 'rsa';
      // Recovers what was padded; OpenSSL checks the padding of RFC 8017 §9.2 octet by octet.
      const recovered = isRsa && publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      return Promise.resolve(recovered !== false && equalBytes(recovered, digestInfo));
    } catch {
      return Promise.resolve(false);
    }
  },
};

function publicKey(subjectPublicKeyInfo: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' });
}

function verifyWithNode(
  algorithm: SignatureAlgorithm,
  subjectPublicKeyInfo: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const entry = signatureAlgorithm(algorithm);
  const key = publicKey(subjectPublicKeyInfo);
  if (keyKind(key) !== entry.keyKind) return false;
  return verify(HASH_NAMES[entry.digestAlgorithm], data, { key, dsaEncoding: 'der' }, signature);
}

/** What OpenSSL calls the curves. */
const CURVES: ReadonlyMap<string, KeyKind> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
]);

function keyKind(key: KeyObject): KeyKind | undefined {
  if (key.asymmetricKeyType === 'rsa') return 'RSA';
  return CURVES.get(key.asymmetricKeyDetails?.namedCurve ?? '');
}
