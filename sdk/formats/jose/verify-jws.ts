import { equalBytes } from '../bytes.js';
import type { Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';
import { acceptedKeyKind } from '../public-key.js';
import { reportTrust } from '../report-trust.js';
import type {
  DocumentReport,
  IntactSigner,
  SignerReport,
  TimeStampReport,
  VerifyDocumentOptions,
} from '../signature-report.js';
import {
  MAX_DETACHED_CONTENT_BYTES,
  MAX_JWS_BYTES,
  readAll,
  readJws,
  splitJws,
  type Jws,
  type JwsParts,
} from './read-jws.js';

/**
 * Verifies a compact JWS whose signer is named by `x5c`: attached, or detached with `options.content`. A JWS has exactly
 * one signature, over all of its content.
 * @throws FormatError `ERR_SIGN_FORMAT` where there is no JWS to report on, or content that is too large
 */
export async function verifyJws(options: VerifyDocumentOptions): Promise<DocumentReport> {
  const parts = splitJws(await readAll(options.source, MAX_JWS_BYTES));
  const content = options.content && (await readAll(options.content, MAX_DETACHED_CONTENT_BYTES));
  const signer = await reportSigner(parts, content, options);
  return { format: 'jws', signatures: [{ signer, coverage: { kind: 'whole' }, findings: [] }], findings: [] };
}

async function reportSigner(
  parts: JwsParts,
  content: Uint8Array | undefined,
  options: VerifyDocumentOptions,
): Promise<SignerReport> {
  let jws: Jws | undefined;
  try {
    jws = readJws(parts, content);
    return await reportIntactSigner(jws, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const reason = error.reason ?? error.code.toLowerCase();
    return { integrity: 'failed', code: error.code, reason, digestAlgorithm: jws?.algorithm.digestAlgorithm };
  }
}

async function reportIntactSigner(jws: Jws, options: VerifyDocumentOptions): Promise<IntactSigner> {
  const [certificate] = jws.certificates;
  if (certificate === undefined) throw new FormatError('ERR_CERT_MISSING', 'no certificate');
  const signingCertificate = await compareCertificateDigests(jws, certificate, options);
  if (acceptedKeyKind(certificate.subjectPublicKeyInfo) !== jws.algorithm.keyKind) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'the key is of another kind', { reason: 'jws-key-mismatch' });
  }
  const { subjectPublicKeyInfo } = certificate;
  const { name, digestAlgorithm } = jws.algorithm;
  if (!(await options.crypto.verifySignature(name, subjectPublicKeyInfo, jws.signingInput, jws.signature))) {
    throw new FormatError('ERR_SIGN_INVALID', 'the signature does not hold', { reason: 'jws-signature' });
  }
  const timeStamp: TimeStampReport = { status: 'absent' };
  const unverifiedCertificates = jws.certificates.slice(1);
  return {
    integrity: 'intact',
    certificate,
    signatureAlgorithm: name,
    digestAlgorithm,
    signingTime: jws.signingTime,
    signingCertificate,
    timeStamp,
    ...(await reportTrust(certificate, { trust: options, unverifiedCertificates, timeStamp, crypto: options.crypto })),
  };
}

/** All that is said of the certificate has to be true of it. */
async function compareCertificateDigests(
  { certificateDigests }: Jws,
  certificate: Certificate,
  { crypto }: VerifyDocumentOptions,
): Promise<IntactSigner['signingCertificate']> {
  for (const { algorithm, digest } of certificateDigests) {
    if (equalBytes(await crypto.digest(algorithm, certificate.der), digest)) continue;
    throw new FormatError('ERR_SIGN_MISMATCH', 'made for another certificate', { reason: 'jws-certificate-digest' });
  }
  const [strongest] = certificateDigests;
  if (strongest === undefined) return 'absent';
  return strongest.algorithm === 'SHA-1' ? 'v1' : 'v2';
}
