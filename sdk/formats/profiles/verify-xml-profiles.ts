import type { DocumentReport, Finding, VerifyDocumentOptions } from '../signature-report.js';
import { verifyXmlSignatures, type XmlVerification } from '../xmldsig/verify-xml.js';
import { kouseiFindings } from './egov-kousei.js';
import { ETAX_ACCEPTANCE_UNCONFIRMED, isXtxRoot, readXtx } from './etax-xtx.js';
import { isKouseiRoot } from './kousei-document.js';
import { FormatError } from '../format-error.js';

/**
 * As `verifyXml`, holding the documents of e-Gov and e-Tax, which their root gives away, to what those want signed besides.
 * @throws FormatError as `verifyXml`
 */
export async function verifyXmlWithProfiles(options: VerifyDocumentOptions): Promise<DocumentReport> {
  const verification = await verifyXmlSignatures(options);
  const { root } = verification.document;
  if (isKouseiRoot(root)) return withFindings(verification, kouseiFindings(verification));
  if (isXtxRoot(root)) return withFindings(verification, xtxFindings(verification));
  return verification.report;
}

interface ProfileFindings {
  /** In the order of the report's signatures. */
  readonly signatures: readonly (readonly Finding[])[];
  readonly document: readonly Finding[];
}

function withFindings({ report }: XmlVerification, added: ProfileFindings): DocumentReport {
  return {
    ...report,
    signatures: report.signatures.map((signature, index) => ({
      ...signature,
      findings: [...signature.findings, ...(added.signatures[index] ?? [])],
    })),
    findings: [...report.findings, ...added.document],
  };
}

const PROCEDURE_NOT_COVERED: Finding = { code: 'etax-procedure-not-covered', severity: 'failure' };

/**
 * Signatures of single forms inside of the procedure are over those; one at the end of `DATA` must be over the procedure, and
 * without any such signature that holds nobody has signed the filing.
 */
function xtxFindings({ document, covered }: XmlVerification): ProfileFindings {
  try {
    const { procedure, xml } = readXtx(document.bytes);
    const atEnd = covered.map((parts, index) => (xml.signatures[index]?.depth === 2 ? parts : []));
    const overProcedure = atEnd.map((parts) =>
      parts.some(({ target }) => target.kind === 'element' && target.element.start === procedure.start),
    );
    const signatures = atEnd.map((parts, index) =>
      parts.length > 0 && overProcedure[index] !== true ? [PROCEDURE_NOT_COVERED] : [],
    );
    const unsigned = overProcedure.includes(true) ? [] : [PROCEDURE_NOT_COVERED];
    return { signatures, document: [...unsigned, ETAX_ACCEPTANCE_UNCONFIRMED] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const finding: Finding = { code: error.reason ?? 'etax-structure', severity: 'failure' };
    return { signatures: [], document: [finding, ETAX_ACCEPTANCE_UNCONFIRMED] };
  }
}
