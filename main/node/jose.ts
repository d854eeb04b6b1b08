import { compactVerify, CompactEncrypt, importJWK } from 'jose';
import type { EncryptionJwk, SignatureJwk } from '../../sdk/protocol/index.js';
import type { JoseCrypto } from '../core/ports.js';

const EC_ALGORITHMS = { 'P-256': 'ES256', 'P-384': 'ES384' } as const;

/** `JoseCrypto` over the `jose` library. */
export const nodeJose: JoseCrypto = {
  async verifyJws(unverifiedJws, jwk) {
    const algorithm = signatureAlgorithmOf(jwk);
    try {
      const key = await importJWK(jwk, algorithm);
      const { payload, protectedHeader } = await compactVerify(unverifiedJws, key, { algorithms: [algorithm] });
      // The library knows one extension, the payload that is not encoded (RFC 7797).
      return protectedHeader.crit === undefined ? payload : undefined;
    } catch {
      return undefined;
    }
  },

  async encryptJwe(plaintext, jwk, typ) {
    const alg = jwk.kty === 'EC' ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256';
    return new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg, enc: 'A256GCM', kid: jwk.kid, typ })
      .encrypt(await importJWK(jwk satisfies EncryptionJwk, alg));
  },
};

function signatureAlgorithmOf(jwk: SignatureJwk): 'ES256' | 'ES384' | 'EdDSA' | 'PS256' {
  switch (jwk.kty) {
    case 'EC':
      return EC_ALGORITHMS[jwk.crv];
    case 'OKP':
      return 'EdDSA';
    case 'RSA':
      return 'PS256';
  }
}
