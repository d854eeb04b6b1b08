import { CmsOid } from '../oids.js';
import type { DocumentReport, DocumentSignature, Finding, VerifyDocumentOptions } from '../signature-report.js';
import { verifyTimeStampToken } from '../time-stamp/verify-token.js';
import { malformed } from './cms-error.js';
import { readCms } from './read-cms.js';
import { reportSigners } from './report-signers.js';
import type { SignerInfo } from './signed-data.js';

/**
 * Verifies a CMS signature (RFC 5652 §5.6) of id-data, attached or detached, of any size, and reports on each signer by
 * itself. What is attached is digested as it is read, in one pass. Content of no octets counts.
 * @throws FormatError `ERR_SIGN_FORMAT` where there is no well-formed SignedData to report on, where a detached one comes
 * without content (`cms-content-missing`) or an attached one with it (`cms-content-attached`); and whatever reading throws
 */
export async function verifyCms(options: VerifyDocumentOptions): Promise<DocumentReport> {
  const { source, content, crypto } = options;
  const { signedData, attached } = await readCms(source, crypto);
  if (attached === undefined && content === undefined) {
    throw malformed('cms-content-missing', 'a detached signature without its content');
  }
  if (attached !== undefined && content !== undefined) {
    throw malformed('cms-content-attached', 'the signature brings other content than that given');
  }
  const signers = await reportSigners(signedData, {
    ...options,
    verifyTimeStamp: verifyTimeStampToken,
    contentType: CmsOid.data,
    contentDigest: (algorithm) => attached?.digest(algorithm) ?? crypto.digest(algorithm, content ?? new Uint8Array()),
  });
  const signatures = signers.map((signer, index): DocumentSignature => ({
    signer,
    coverage: { kind: 'whole' },
    findings: findings(signedData.signerInfos[index]),
  }));
  return { format: 'cms', signatures, findings: [] };
}

function findings(signerInfo: SignerInfo | undefined): readonly Finding[] {
  const isCountersigned = signerInfo?.unverifiedAttributes.some(({ type }) => type === CmsOid.countersignature);
  return isCountersigned ? [{ code: 'cms-countersignature-not-checked', severity: 'information' }] : [];
}
