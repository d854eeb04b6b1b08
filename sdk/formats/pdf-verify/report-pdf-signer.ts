/** Who made one signature of a PDF, by the form its `SubFilter` names (ISO 32000-2 table 255). */
import { parseSignedData, type SignedData } from '../cms/signed-data.js';
import { reportSigners } from '../cms/report-signers.js';
import { CmsOid, ExtKeyUsageOid, TimeStampOid } from '../oids.js';
import { PdfString, type PdfDictionary } from '../pdf/objects.js';
import { decodeDate } from '../pdf/text-string.js';
import type { DigestAlgorithm, DocumentCrypto } from '../ports.js';
import type { IntactSigner, SignerReport, TrustOptions } from '../signature-report.js';
import { readTokenContent } from '../time-stamp/token-content.js';
import { verifyTimeStampToken } from '../time-stamp/verify-token.js';
import { nameOf } from './form-fields.js';
import { refuseSignature } from './refuse.js';
import type { FormatError } from '../format-error.js';

export interface PdfSignerQuestion {
  readonly dictionary: PdfDictionary;
  /** ContentInfo, BER or DER. */
  readonly cms: Uint8Array;
  /** Of the signed octets. */
  readonly contentDigest: (algorithm: DigestAlgorithm) => Promise<Uint8Array>;
  readonly trust: TrustOptions;
  readonly crypto: DocumentCrypto;
}

/** @throws FormatError `ERR_SIGN_FORMAT`, `ERR_SIGN_ALGORITHM` where there is no signer to report on */
export async function reportPdfSigner(question: PdfSignerQuestion): Promise<SignerReport> {
  const subFilter = nameOf(question.dictionary.get('SubFilter'));
  const type = nameOf(question.dictionary.get('Type')) ?? 'Sig';
  if (subFilter === 'adbe.pkcs7.sha1') {
    return refuseSignature('pdf-sha1-legacy', 'a signature of the time of SHA-1', { code: 'ERR_SIGN_ALGORITHM' });
  }
  if (subFilter === 'adbe.x509.rsa_sha1') {
    return refuseSignature('pdf-x509-rsa-sha1', 'a signature without CMS', { code: 'ERR_SIGN_ALGORITHM' });
  }
  if (subFilter === 'ETSI.RFC3161' && type === 'DocTimeStamp') return await reportTimeStampSigner(question);
  const isSignature = subFilter === 'adbe.pkcs7.detached' || subFilter === 'ETSI.CAdES.detached';
  if (!isSignature) return refuseSignature('pdf-sub-filter', 'SubFilter is not known');
  if (type !== 'Sig') return refuseSignature('pdf-signature-dictionary', 'Type does not fit the SubFilter');
  return await reportCmsSigner(question);
}

async function reportCmsSigner(question: PdfSignerQuestion): Promise<SignerReport> {
  const signedData = parseSignedData(question.cms);
  if (signedData.eContent !== undefined) refuseSignature('pdf-attached-content', 'the CMS has content of its own');
  requireOneSigner(signedData);
  const [signer] = await reportSigners(signedData, {
    ...question.trust,
    contentType: CmsOid.data,
    contentDigest: question.contentDigest,
    crypto: question.crypto,
    verifyTimeStamp: verifyTimeStampToken,
  });
  if (signer === undefined) return refuseSignature('pdf-several-signers', 'not exactly one signer');
  if (signer.integrity === 'failed') return signer;
  // PAdES keeps the claimed time in the dictionary, where the signature covers it too.
  const date = question.dictionary.get('M');
  const claimed = date instanceof PdfString ? decodeDate(date) : undefined;
  return { ...signer, signingTime: signer.signingTime ?? claimed };
}

/** ISO 32000-2 §12.8.3.3: exactly one. */
function requireOneSigner({ signerInfos }: SignedData): void {
  if (signerInfos.length !== 1) refuseSignature('pdf-several-signers', 'not exactly one signer');
}

/** A document time stamp (§12.8.5): the authority is the signer, the octets are what its imprint is of. */
async function reportTimeStampSigner({ cms, contentDigest, trust, crypto }: PdfSignerQuestion): Promise<SignerReport> {
  const { signedData, eContent, tstInfo } = readTokenContent(cms);
  const { digestAlgorithm } = tstInfo.messageImprint;
  const imprint = { digestAlgorithm, digest: await contentDigest(digestAlgorithm) };
  const timeStamp = await verifyTimeStampToken(cms, imprint, trust, crypto);
  if (timeStamp.status !== 'intact') return failedTimeStamp(timeStamp, digestAlgorithm);
  const trustAnchors = trust.timeStampAnchors ?? trust.trustAnchors;
  const [signer] = await reportSigners(signedData, {
    at: tstInfo.genTime,
    ...(trustAnchors !== undefined && { trustAnchors }),
    requirements: () => ({ extKeyUsage: ExtKeyUsageOid.timeStamping }),
    contentType: TimeStampOid.tstInfo,
    contentDigest: (algorithm) => crypto.digest(algorithm, eContent),
    crypto,
  });
  if (signer?.integrity !== 'intact') return refuseSignature('pdf-time-stamp-content', 'no signer');
  const { path, revocation } = timeStamp;
  const validatedAt = timeStamp.isPathOver ? trust.at : tstInfo.genTime;
  const intact: IntactSigner = { ...signer, signingTime: tstInfo.genTime, timeStamp, path, validatedAt, revocation };
  return intact;
}

function failedTimeStamp(
  timeStamp:
    | { readonly status: 'absent' }
    | { readonly status: 'failed'; readonly code: FormatError['code']; readonly reason: string },
  digestAlgorithm: DigestAlgorithm,
): SignerReport {
  if (timeStamp.status === 'absent') return refuseSignature('pdf-time-stamp-content', 'no time stamp');
  return { integrity: 'failed', code: timeStamp.code, reason: timeStamp.reason, digestAlgorithm };
}
