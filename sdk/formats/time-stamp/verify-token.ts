import { equalBytes } from '../bytes.js';
import type { Certificate } from '../certificate.js';
import { reportSigners } from '../cms/report-signers.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { ExtKeyUsageOid, ExtensionOid, TimeStampOid } from '../oids.js';
import type { FormatCrypto } from '../ports.js';
import { isCompromise } from '../revocation/certificate-status.js';
import {
  failureReason,
  type IntactSigner,
  type PathReport,
  type RevocationReport,
  type TimeStampReport,
  type TrustOptions,
} from '../signature-report.js';
import { readTokenContent, type TokenContent } from './token-content.js';
import type { MessageImprint, TstInfo } from './tst-info.js';

/**
 * Checks an RFC 3161 time stamp over `imprint`. `intact`: made over exactly this, signed by one certificate that is for time
 * stamps and nothing else and that the signature names (ESS), not from later than `trust.now`. The path is looked for at the
 * time that it tells and at `trust.at`, to `trust.timeStampAnchors`, or `trust.trustAnchors` where those are left out. An
 * authority revoked at the time it tells has failed, and so has one whose key is compromised, whenever it became known.
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
    const { genTime, hasCriticalExtension } = content.tstInfo;
    if (hasCriticalExtension) refuse('time-stamp-critical-extension');
    if (!(genTime.getTime() <= (trust.now ?? trust.at).getTime() + MAX_SKEW)) refuse('time-stamp-future');
    const { revocation, ...signer } = await soleSigner(content, { ...trust, at: genTime }, crypto);
    requireAuthority(signer, content.tstInfo);
    requireUnrevoked(revocation);
    const path = await presentPath(signer, content, { trust, crypto });
    return {
      status: 'intact',
      time: genTime,
      path,
      isPathOver: signer.path.status === 'trusted' && path.status !== 'trusted',
      revocation,
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { status: 'failed', code: error.code, reason: failureReason(error) };
  }
}

/** How far an authority's clock may be ahead of the verifier's, in milliseconds. */
const MAX_SKEW = 5 * 60 * 1000;

/** The path that held at the time told, if it still does at `trust.at`. */
async function presentPath(
  { path }: Pick<IntactSigner, 'path'>,
  content: TokenContent,
  { trust, crypto }: { readonly trust: TrustOptions; readonly crypto: FormatCrypto },
): Promise<PathReport> {
  if (path.status !== 'trusted') return path;
  const { trustAnchors = [], timeStampAnchors = trustAnchors, at } = trust;
  return (await soleSigner(content, { timeStampAnchors, at }, crypto)).path;
}

function requireImprint({ messageImprint }: TstInfo, { digestAlgorithm, digest }: MessageImprint): void {
  if (messageImprint.digestAlgorithm !== digestAlgorithm || !equalBytes(messageImprint.digest, digest)) {
    refuse('time-stamp-imprint', 'ERR_SIGN_DIGEST');
  }
}

/** RFC 3161 §2.4.2: the token has the authority's signature and no other. */
async function soleSigner(
  { signedData, eContent }: TokenContent,
  trust: TrustOptions,
  crypto: FormatCrypto,
): Promise<IntactSigner> {
  if (signedData.signerInfos.length !== 1) refuse('time-stamp-signers');
  const trustAnchors = trust.timeStampAnchors ?? trust.trustAnchors;
  const [signer] = await reportSigners(signedData, {
    ...(trustAnchors !== undefined && { trustAnchors }),
    ...(trust.revocation !== undefined && { revocation: trust.revocation }),
    at: trust.at,
    requirements: () => ({ extKeyUsage: ExtKeyUsageOid.timeStamping }),
    contentType: TimeStampOid.tstInfo,
    contentDigest: (algorithm) => crypto.digest(algorithm, eContent),
    crypto,
  });
  if (signer === undefined) return refuse('time-stamp-signers');
  if (signer.integrity === 'failed') return refuse(signer.reason, signer.code);
  return signer;
}

function requireAuthority(
  { certificate, signingCertificate }: Pick<IntactSigner, 'certificate' | 'signingCertificate'>,
  tstInfo: TstInfo,
): void {
  if (signingCertificate === 'absent') refuse('time-stamp-signing-certificate');
  requireTimeStampingOnly(certificate);
  const { authorityName } = tstInfo;
  if (authorityName !== undefined && !equalBytes(authorityName, certificate.subject.der)) {
    refuse('time-stamp-authority-name', 'ERR_SIGN_MISMATCH');
  }
}

/** RFC 3161 §4: a token from before the revocation keeps its worth only where the key was never in other hands. */
function requireUnrevoked(revocation: RevocationReport): void {
  if (revocation.status === 'not-checked') return;
  const isCompromised =
    revocation.status === 'good' && revocation.revokedLater !== undefined && isCompromise(revocation.revocationReason);
  if (revocation.status === 'revoked' || isCompromised) refuse('time-stamp-authority-revoked', 'ERR_CERT_UNTRUSTED');
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
