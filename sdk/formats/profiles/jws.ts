import { signatureAlgorithm } from '../algorithms.js';
import { encodeBase64, encodeUtf8 } from '../bytes.js';
import type { PreparedDocument, SignatureInProgress, SigningContext } from '../document.js';
import { ecdsaSignatureFromDer } from '../ecdsa-signature.js';
import { FormatError } from '../format-error.js';
import { encodeBase64Url } from '../jose/base64-url.js';
import { MAX_DETACHED_CONTENT_BYTES, MAX_JWS_PAYLOAD_BYTES, readAll, signingInput } from '../jose/read-jws.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';

export interface JwsOptions {
  /**
   * Left out: the JWS carries the content. Set: it stands beside the content and binds its octets as they are (RFC 7797), as
   * a signature for a file does.
   */
  readonly detached?: boolean;
}

/**
 * A compact JWS (RFC 7515 §7.1) as a JAdES signature of level B-B (ETSI TS 119 182-1 §6). It signs header and content in
 * one piece, and the header holds the signer's certificate; so the content stays in memory until its signature is there.
 * @throws FormatError `ERR_SIGN_FORMAT`: `jws-too-large`, or `jws-content-empty` for nothing to carry
 */
export async function prepareJws(
  source: RandomAccessSource,
  { detached = false }: JwsOptions,
  crypto: DocumentCrypto,
): Promise<PreparedDocument> {
  const content = await readAll(source, detached ? MAX_DETACHED_CONTENT_BYTES : MAX_JWS_PAYLOAD_BYTES);
  // An empty part means that the content is elsewhere.
  if (content.length === 0 && !detached) throw refused('jws-content-empty', 'there is no content to carry');
  const sha256 = await crypto.digest('SHA-256', content);
  return {
    bound: [{ unverifiedName: '', size: content.length, sha256 }],
    unboundNames: [],
    use: () => Promise.resolve(),
    begin: (context) => beginJws(content, detached, { context, crypto }),
  };
}

async function beginJws(
  content: Uint8Array,
  detached: boolean,
  { context, crypto }: { context: SigningContext; crypto: DocumentCrypto },
): Promise<SignatureInProgress> {
  if (context.timeStamper !== undefined) throw refused('jws-time-stamp', 'a compact JWS holds no time stamp');
  const certificateDigest = await crypto.digest('SHA-256', context.certificate);
  const header = encodeBase64Url(encodeUtf8(JSON.stringify(jadesHeader(context, certificateDigest, detached))));
  const toBeSigned = signingInput(header, content, !detached);
  const { keyKind } = signatureAlgorithm(context.signatureAlgorithm);
  return {
    toBeSigned,
    complete: (value) => {
      const signature = encodeBase64Url(keyKind === 'RSA' ? value : ecdsaSignatureFromDer(value, keyKind));
      const beforeSignature = detached ? encodeUtf8(`${header}.`) : toBeSigned;
      return Promise.resolve([beforeSignature, encodeUtf8(`.${signature}`)]);
    },
  };
}

/**
 * What TS 119 182-1 V1.2.1 §6.3 asks of level B-B: since 2025-07-15 `iat` says when, where `sigT` did before; `x5t#S256` binds
 * the certificate.
 */
function jadesHeader(context: SigningContext, certificateDigest: Uint8Array, detached: boolean): object {
  return {
    alg: context.signatureAlgorithm,
    iat: Math.floor(context.signingTime.getTime() / 1000),
    'x5t#S256': encodeBase64Url(certificateDigest),
    x5c: [context.certificate, ...(context.otherCertificates ?? [])].map(encodeBase64),
    ...(detached ? { b64: false, crit: ['b64'] } : {}),
  };
}

function refused(reason: string, message: string): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', message, { reason });
}
