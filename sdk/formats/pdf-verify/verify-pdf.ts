import { FormatError } from '../format-error.js';
import { openPdf, type PdfFile } from '../pdf/file.js';
import { isWhiteSpace } from '../pdf/lexer.js';
import { findUnlistedOctet, hasRevisionEnd } from '../pdf/listed-octets.js';
import type { Inflate } from '../pdf/ports.js';
import {
  failedSigner,
  failureReason,
  type Coverage,
  type DocumentReport,
  type DocumentSignature,
  type Finding,
  type SignerReport,
  type VerifyDocumentOptions,
} from '../signature-report.js';
import { cmsOf } from './byte-range.js';
import { changeFindings } from './change-findings.js';
import { classifyChanges } from './classify-changes.js';
import { nameOf } from './form-fields.js';
import { readObjectGraph, type ObjectGraph } from './object-graph.js';
import { meteredSource } from './metered-source.js';
import { readPermissions } from './permissions.js';
import { RangedDigests } from './ranged-digests.js';
import { refuseSignature } from './refuse.js';
import { reportPdfSigner } from './report-pdf-signer.js';
import {
  findSignatures,
  overlapping,
  placeSignature,
  RevisionStates,
  type FoundSignature,
  type PlacedSignature,
} from './signature-octets.js';
import { suspiciousContent } from './suspicious-content.js';

export interface VerifyPdfOptions extends VerifyDocumentOptions {
  readonly inflate: Inflate;
}

/** Object numbers up to which all objects are read even where no later revision asks for it. */
const MAX_SEARCHED_OBJECTS = 20_000;
/** Octets behind the last revision that are looked at; more is junk in any case. */
const MAX_ENDING_BYTES = 1024;

/**
 * Verifies every signature and document time stamp of a PDF (ISO 32000-2 §12.8, ETSI EN 319 142-1), those that later
 * revisions took away included, and compares each signed revision with the document as it is: changes are told by what they
 * are, and held to DocMDP and FieldMDP. A signature is `whole` only where it is over every octet of the file but its own.
 * @returns signatures by the place of their octets; those without a sound place come last
 * @throws FormatError `ERR_SIGN_FORMAT`: the reader's reasons for a damaged or encrypted document, `pdf-not-signed`,
 * `pdf-too-complex`
 */
export async function verifyPdf(options: VerifyPdfOptions): Promise<DocumentReport> {
  const file = await openPdf(meteredSource(options.source), { inflate: options.inflate });
  const states = new RevisionStates(file, options.inflate);
  const found = await findSignatures(states);
  if (found.signatures.length === 0) refuseSignature('pdf-not-signed', 'no signature');
  const verification = new PdfVerification(options, states);
  const signatures = await verification.signatures(found.signatures);
  const findings: Finding[] = [
    ...(await endingFindings(file)),
    ...found.unreadable.map((index): Finding => ({
      code: 'pdf-unreadable-revision',
      severity: 'warning',
      unverifiedDetail: revisionName(index),
    })),
    ...found.unsigned.map((field): Finding => ({
      code: 'pdf-unsigned-field',
      severity: 'information',
      unverifiedDetail: field.name,
    })),
    ...(await verification.unlisted(oldestSigned(signatures, file))),
    ...(await verification.suspicions()),
  ];
  return { format: 'pdf', signatures, findings };
}

/** Octets behind the last `%%EOF`: no revision, but who knows what a viewer makes of them. */
async function endingFindings({ source, revisions }: PdfFile): Promise<readonly Finding[]> {
  const end = revisions.at(-1)?.end ?? source.size;
  const ending = await source.read(end, Math.min(source.size - end, MAX_ENDING_BYTES));
  const isEmpty = source.size - end <= MAX_ENDING_BYTES && ending.every(isWhiteSpace);
  return isEmpty ? [] : [{ code: 'pdf-octets-after-end', severity: 'failure' }];
}

/** Index of the oldest revision that is signed as it is; all where none is. */
function oldestSigned(signatures: readonly DocumentSignature[], { revisions }: PdfFile): number {
  const signed = signatures.flatMap(({ coverage }) => {
    if (coverage.kind === 'whole') return [revisions.length - 1];
    return coverage.covered.length > 0 ? [coverage.covered.length - 1] : [];
  });
  return signed.length === 0 ? -1 : Math.min(...signed);
}

/**
 * Octets that are in no object. After a signature nobody has a reason to write such; what was there before was signed, but
 * readers may not agree on what it shows.
 */
async function unlistedFindings(file: PdfFile, signed: number): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [index, { end }] of file.revisions.entries()) {
    const unlisted = await findUnlistedOctet(file.revision(index));
    if (unlisted === undefined) continue;
    const isSkipped = await hasRevisionEnd(file, unlisted, end);
    findings.push({
      code: isSkipped ? 'pdf-revision-skipped' : 'pdf-unlisted-objects',
      severity: index > signed || isSkipped ? 'failure' : 'warning',
      unverifiedDetail: `${revisionName(index)}, octet ${unlisted}`,
    });
  }
  return [...new Map(findings.map((finding) => [finding.code + finding.severity, finding])).values()];
}

function revisionName(index: number): string {
  return `revision ${index + 1}`;
}

type Placing =
  | { readonly found: FoundSignature; readonly placed: PlacedSignature }
  | { readonly found: FoundSignature; readonly placed: undefined; readonly error: FormatError };

class PdfVerification {
  readonly #options: VerifyPdfOptions;
  readonly #states: RevisionStates;
  #graph: Promise<ObjectGraph> | undefined;

  constructor(options: VerifyPdfOptions, states: RevisionStates) {
    this.#options = options;
    this.#states = states;
  }

  async signatures(found: readonly FoundSignature[]): Promise<readonly DocumentSignature[]> {
    const placings: Placing[] = [];
    for (const signature of found) placings.push(await this.#place(signature));
    const placed = placings
      .flatMap((placing) => (placing.placed === undefined ? [] : [placing.placed]))
      .toSorted((a, b) => a.octets.gapStart - b.octets.gapStart);
    const refused = overlapping(placed);
    const sound = placed.filter((signature) => !refused.has(signature));
    const ranges = sound.map(({ octets }) => octets);
    const digests = new RangedDigests(this.#options.source, this.#options.crypto, ranges);
    const reports: DocumentSignature[] = [];
    for (const signature of placed) {
      const signer = refused.has(signature) ? overlapFailure() : await this.#signer(signature, digests);
      reports.push(await this.#report(signature, signer));
    }
    for (const placing of placings) if (placing.placed === undefined) reports.push(this.#unplaced(placing));
    return reports;
  }

  async #place(found: FoundSignature): Promise<Placing> {
    try {
      return { found, placed: await placeSignature(found, this.#states) };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { found, placed: undefined, error };
    }
  }

  async #signer({ dictionary, contents, octets }: PlacedSignature, digests: RangedDigests): Promise<SignerReport> {
    try {
      return await reportPdfSigner({
        dictionary,
        cms: cmsOf(contents),
        contentDigest: (algorithm) => digests.digest(octets, algorithm),
        trust: this.#options,
        crypto: this.#options.crypto,
      });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const isLegacy = error.reason === 'pdf-sha1-legacy' || error.reason === 'pdf-x509-rsa-sha1';
      return failedSigner(error, isLegacy ? 'SHA-1' : undefined);
    }
  }

  async #report(signature: PlacedSignature, signer: SignerReport): Promise<DocumentSignature> {
    const findings = [
      ...formFindings(signature, signer),
      ...this.#removalFindings(signature),
      ...(await this.#changeFindings(signature)),
    ];
    return { signer, coverage: this.#coverage(signature), findings: uniqueFindings(findings) };
  }

  /** A signature of which not even the octets are settled speaks for nothing. */
  #unplaced({ found, error }: Placing & { readonly error: FormatError }): DocumentSignature {
    const uncovered = this.#states.latest.revisions.map((_revision, index) => revisionName(index));
    return {
      signer: failedSigner(error),
      coverage: { kind: 'part', covered: [], uncovered },
      findings: this.#removalFindings(found),
    };
  }

  #coverage({ octets, signedRevision }: PlacedSignature): Coverage {
    const { source, revisions } = this.#states.latest;
    if (octets.end === source.size) return { kind: 'whole' };
    const names = revisions.map((_revision, index) => revisionName(index));
    const isLast = signedRevision === revisions.length - 1;
    return {
      kind: 'part',
      covered: names.slice(0, signedRevision + 1),
      uncovered: isLast ? [`octets from ${octets.end}`] : names.slice(signedRevision + 1),
    };
  }

  #removalFindings({ field, revision }: FoundSignature): readonly Finding[] {
    if (revision === this.#states.count - 1) return [];
    return [{ code: 'pdf-signature-removed', severity: 'failure', unverifiedDetail: field.name }];
  }

  async #changeFindings({ dictionary, field, signedRevision }: PlacedSignature): Promise<readonly Finding[]> {
    try {
      const signed = await this.#states.at(signedRevision);
      const permissions = await readPermissions(signed, dictionary, field.dictionary);
      const certification: Finding[] =
        permissions.docMdp === undefined
          ? []
          : [{ code: 'pdf-docmdp', severity: 'information', unverifiedDetail: `P=${permissions.docMdp}` }];
      if (signedRevision === this.#states.count - 1) return certification;
      const changes = await classifyChanges(signed, this.#states.latest, () => this.#objectGraph());
      return [...certification, ...changeFindings(changes, permissions)];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [{ code: failureReason(error), severity: 'failure' }];
    }
  }

  /** Of the latest revision, read once. */
  #objectGraph(): Promise<ObjectGraph> {
    this.#graph ??= readObjectGraph(this.#states.latest);
    return this.#graph;
  }

  /** @param signed index of the oldest signed revision */
  async unlisted(signed: number): Promise<readonly Finding[]> {
    try {
      return await unlistedFindings(this.#states.latest, signed);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [{ code: failureReason(error), severity: 'failure' }];
    }
  }

  async suspicions(): Promise<readonly Finding[]> {
    const { latest } = this.#states;
    const isSmall = this.#graph !== undefined || latest.size <= MAX_SEARCHED_OBJECTS;
    try {
      return await suspiciousContent(latest, isSmall ? await this.#objectGraph() : undefined);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [{ code: failureReason(error), severity: 'warning' }];
    }
  }
}

function overlapFailure(): SignerReport {
  return failedSigner(
    new FormatError('ERR_SIGN_FORMAT', 'covers what another signature covers', { reason: 'pdf-byte-range-overlap' }),
  );
}

function formFindings({ dictionary, field }: FoundSignature, signer: SignerReport): readonly Finding[] {
  const findings: Finding[] = [];
  const subFilter = nameOf(dictionary.get('SubFilter'));
  if (subFilter === 'ETSI.RFC3161') findings.push({ code: 'pdf-document-time-stamp', severity: 'information' });
  if (field.isOutsideForm) findings.push({ code: 'pdf-field-outside-form', severity: 'warning' });
  // ETSI EN 319 142-1 §6.3 demands it; without it the certificate could be another one of the same key.
  const isUnnamed = signer.integrity === 'intact' && signer.signingCertificate === 'absent';
  if (subFilter === 'ETSI.CAdES.detached' && isUnnamed) {
    findings.push({ code: 'pdf-signing-certificate-absent', severity: 'warning' });
  }
  return findings;
}

function uniqueFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [finding.code, finding])).values()];
}
