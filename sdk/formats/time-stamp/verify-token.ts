import { equalBytes } from '../bytes.js';
import type { Certificate } from '../certificate.js';
import { reportSigners } from '../cms/report-signers.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { ExtKeyUsageOid, ExtensionOid, TimeStampOid } from '../oids.js';
import type { FormatCrypto } from '../ports.js';
import { failureReason, type IntactSigner, type TimeStampReport, type TrustOptions } from '../signature-report.js';
import { readTokenContent, type TokenContent } from './token-content.js';
import type { MessageImprint, TstInfo } from './tst-info.js';

/**
 * Checks an RFC 3161 time stamp over `imprint`. `intact`: made over exactly this, signed by one certificate that is for time
 * stamps and nothing else and that the signature names (ESS). The path is looked for at the time that it tells, to
 * `trust.timeStampAnchors`, or `trust.trustAnchors` where those are left out; an authority revoked at that time has failed.
 * Nonce and policy matter to who asked for it, and `readTimeStampResponse` compares them.
 * @param token exactly the ContentInfo, DER or BER
 * @returns never rejects for what the token is
 */
export async function verifyTimeStampToken(
  token: Uint8Array,
  imprint: MessageImprint,
  trust: TrustOptions,
  crypto: FormatCrypto,
): Promise<TimeStampReport> {
  try {
    const content = readTokenContent(token);
    requireImprint(content.tstInfo, imprint);
    if (content.tstInfo.hasCriticalExtension) refuse('time-stamp-critical-extension');
    const signer = await soleSigner(content, trust, crypto);
    requireAuthority(signer, content.tstInfo);
    return { status: 'intact', time: content.tstInfo.genTime, path: signer.path };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { status: 'failed', code: error.code, reason: failureReason(error) };
  }
}

function requireImprint({ messageImprint }: TstInfo, { digestAlgorithm, digest }: MessageImprint): void {
  if (messageImprint.digestAlgorithm !== digestAlgorithm || !equalBytes(messageImprint.digest, digest)) {
    refuse('time-stamp-imprint', 'ERR_SIGN_DIGEST');
  }
}

/** RFC 3161 §2.4.2: the token has the authority's signature and no other. */
async function soleSigner(
  { signedData, eContent, tstInfo }: TokenContent,
  trust: TrustOptions,
  crypto: FormatCrypto,
): Promise<IntactSigner> {
  if (signedData.signerInfos.length !== 1) refuse('time-stamp-signers');
  const trustAnchors = trust.timeStampAnchors ?? trust.trustAnchors;
  const [signer] = await reportSigners(signedData, {
    ...(trustAnchors !== undefined && { trustAnchors }),
    ...(trust.revocation !== undefined && { revocation: trust.revocation }),
    at: tstInfo.genTime,
    requirements: () => ({ extKeyUsage: ExtKeyUsageOid.timeStamping }),
    contentType: TimeStampOid.tstInfo,
    contentDigest: (algorithm) => crypto.digest(algorithm, eContent),
    crypto,
  });
  if (signer === undefined) return refuse('time-stamp-signers');
  if (signer.integrity === 'failed') return refuse(signer.reason, signer.code);
  return signer;
}

function requireAuthority({ certificate, signingCertificate, revocation }: IntactSigner, tstInfo: TstInfo): void {
  if (signingCertificate === 'absent') refuse('time-stamp-signing-certificate');
  requireTimeStampingOnly(certificate);
  const { authorityName } = tstInfo;
  if (authorityName !== undefined && !equalBytes(authorityName, certificate.subject.der)) {
    refuse('time-stamp-authority-name', 'ERR_SIGN_MISMATCH');
  }
  if (revocation.status === 'revoked') refuse('time-stamp-authority-revoked', 'ERR_CERT_UNTRUSTED');
}

/** RFC 3161 §2.3: one purpose, critical. A key that signs anything else could be made to sign a time. */
function requireTimeStampingOnly({ extensions: { extKeyUsage, critical, keyUsage } }: Certificate): void {
  const isSole = extKeyUsage?.length === 1 && extKeyUsage[0] === ExtKeyUsageOid.timeStamping;
  if (!isSole || !critical.has(ExtensionOid.extKeyUsage)) refuse('time-stamp-extended-key-usage', 'ERR_CERT_USAGE');
  const maySign = keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation');
  if (!maySign) refuse('time-stamp-key-usage', 'ERR_CERT_USAGE');
}

function refuse(reason: string, code: FormatErrorCode = 'ERR_SIGN_FORMAT'): never {
  throw new FormatError(code, 'the time stamp proves nothing', { reason });
}
