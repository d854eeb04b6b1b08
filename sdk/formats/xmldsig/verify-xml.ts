import { signatureAlgorithm } from '../algorithms.js';
import type { Certificate } from '../certificate.js';
import { reportTimeStamp } from '../cms/signature-time-stamp.js';
import { FormatError } from '../format-error.js';
import type { DigestAlgorithm, SignatureAlgorithm } from '../ports.js';
import { reportTrust } from '../report-trust.js';
import {
  failedSigner,
  failureReason,
  type DocumentReport,
  type Finding,
  type IntactSigner,
  type SignerReport,
  type TimeStampReport,
  type VerifyDocumentOptions,
} from '../signature-report.js';
import { verifyTimeStampToken } from '../time-stamp/verify-token.js';
import { readXmlTree, transcodeToUtf8, type XmlDocument, type XmlElement } from '../xml/index.js';
import { digestAlgorithmByUri, signatureAlgorithmByUri } from './algorithms.js';
import { coveredParts, isManifest, reportCoverage, Surroundings, type CoveredPart } from './coverage.js';
import { readSource } from './read-source.js';
import { ReferenceDigests } from './reference-digests.js';
import { contains, resolveReference } from './resolve-reference.js';
import {
  readSignatureElement,
  readXmlWithSignatures,
  type SignatureElement,
  type XmlWithSignatures,
} from './signature-element.js';
import { readSignedInfo, type SignedInfo } from './signed-info.js';
import { matchingCertificates, readKeyInfo, type KeyInfoCertificates } from './signer-certificate.js';
import { signaturesInText, type PlaceInText } from './text-beside.js';
import { unsignedFindings, type IntactSignature } from './unsigned-objects.js';
import {
  findQualifyingProperties,
  matchSigningCertificate,
  readSignatureTimeStamps,
  readSignedProperties,
  type QualifyingProperties,
  type ResolvedReference,
  type SignedProperties,
} from './xades-properties.js';
import { WorkBudget } from './work-budget.js';
import { decodeXmlBase64, textOf } from './xml-fields.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** A report, and the document that it is about. */
export interface XmlVerification {
  readonly report: DocumentReport;
  /** As it was read and digested: the offsets of all elements are into `document.bytes`. */
  readonly document: XmlDocument;
  /** By signature, in the order of the report. Empty where the signer is not intact. */
  readonly covered: readonly (readonly CoveredPart[])[];
}

/** The file is in another encoding than the octets that were digested. */
const TRANSCODED: Finding = { code: 'xml-transcoded', severity: 'information' };
/** A text that was signed as one is two, or is followed by that of the signature, for whoever reads the file. */
const SPLITS_TEXT: Finding = { code: 'xml-signature-splits-text', severity: 'failure' };

/** `verifyXmlSignatures`, without the document. */
export async function verifyXml(options: VerifyDocumentOptions): Promise<DocumentReport> {
  return (await verifyXmlSignatures(options)).report;
}

/**
 * Verifies every XML signature (XMLDSig 1.1 §3.2) of a document, XAdES or not, wherever it stands, and reports on each by
 * itself. A signature is intact only if all of its references are; what they are over is in `covered`, and a caller that
 * wants the signed content takes it from there and from nowhere else.
 * @throws FormatError `ERR_SIGN_FORMAT`: what `readXml` refuses, `xml-no-signature`, `xml-too-many-signatures`; and
 * whatever reading the sources throws
 */
export async function verifyXmlSignatures(options: VerifyDocumentOptions): Promise<XmlVerification> {
  const octets = await readSource(options.source);
  const utf8 = transcodeToUtf8(octets);
  const xml = readXmlWithSignatures(utf8);
  if (xml.signatures.length === 0) throw xmlSignatureError('xml-no-signature', 'no signature');
  const verification = new Verification(xml, options);
  const checked: CheckedSignature[] = [];
  for (const element of xml.signatures) checked.push(await verification.check(element));
  const allCovered = checked.flatMap(({ covered }) => covered);
  const surroundings = new Surroundings(xml.document, allCovered);
  const inText = allCovered.some(({ excluded }) => excluded !== undefined)
    ? signaturesInText(xml)
    : new Map<number, PlaceInText>();
  const signatures = checked.map(({ signer, covered, findings, intact }) => {
    if (signer.integrity === 'failed' || intact === undefined) {
      const uncovered = [xml.document.root.name];
      return { signer, coverage: { kind: 'part' as const, covered: [], uncovered }, findings };
    }
    const open = reportCoverage(covered, surroundings);
    return {
      signer,
      coverage: open.coverage,
      findings: [
        ...findings,
        ...open.findings,
        ...unsignedFindings(xml.document, intact, allCovered),
        ...(covered.some((part) => splitsText(part, xml.document, inText)) ? [SPLITS_TEXT] : []),
      ],
    };
  });
  return {
    report: { format: 'xml', signatures, findings: utf8 === octets ? [] : [TRANSCODED] },
    document: xml.document,
    covered: checked.map(({ covered }) => covered),
  };
}

interface CheckedSignature {
  readonly signer: SignerReport;
  /** Undefined where the signer has failed. */
  readonly intact?: IntactSignature;
  readonly covered: readonly CoveredPart[];
  readonly findings: readonly Finding[];
}

/** A signature read and found well-formed. */
interface ReadSignature {
  readonly signature: SignatureElement;
  readonly info: SignedInfo;
  readonly references: readonly ResolvedReference[];
  readonly properties: QualifyingProperties | undefined;
  readonly signed: SignedProperties | undefined;
}

class Verification {
  readonly #xml: XmlWithSignatures;
  readonly #options: VerifyDocumentOptions;
  readonly #budget: WorkBudget;
  readonly #digests: ReferenceDigests;

  constructor(xml: XmlWithSignatures, options: VerifyDocumentOptions) {
    this.#xml = xml;
    this.#options = options;
    this.#budget = new WorkBudget(xml.document.bytes.length);
    this.#digests = new ReferenceDigests(xml, { ...options, budget: this.#budget });
  }

  async check(element: XmlElement): Promise<CheckedSignature> {
    let digestAlgorithm: DigestAlgorithm | undefined;
    try {
      const read = this.#read(element);
      const algorithm = signatureAlgorithmByUri(read.info.signatureUri);
      digestAlgorithm = algorithm === undefined ? 'SHA-1' : signatureAlgorithm(algorithm).digestAlgorithm;
      if (algorithm === undefined || hasLegacyDigest(read)) return await this.#legacy(read);
      return await this.#intact(read, algorithm);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { signer: failedSigner(error, digestAlgorithm), covered: [], findings: [] };
    }
  }

  /** Everything but what needs cryptography. */
  #read(element: XmlElement): ReadSignature {
    const { document } = this.#xml;
    const signature = readSignatureElement(document, element);
    const info = readSignedInfo(document, signature.signedInfo, this.#budget);
    const references = info.references.map((reference) => ({
      reference,
      target: resolveReference(reference, signature, this.#xml),
    }));
    const properties = findQualifyingProperties(document, signature, references);
    const signed = properties?.signed && readSignedProperties(document, properties.signed, this.#budget);
    if (coveredParts(references, signature).length === 0) {
      throw xmlSignatureError('xml-nothing-signed', 'no reference to any content');
    }
    return { signature, info, references, properties, signed };
  }

  /** A signature of the time of SHA-1 proves nothing any more, but whether the content is still the same can be told. */
  async #legacy(read: ReadSignature): Promise<CheckedSignature> {
    const error = xmlSignatureError('xml-sha1-legacy', 'a signature over SHA-1', { code: 'ERR_SIGN_ALGORITHM' });
    return {
      signer: failedSigner(error, 'SHA-1'),
      covered: [],
      findings: [
        (await this.#digestsMatch(read))
          ? { code: 'xml-legacy-digests-match', severity: 'information' }
          : { code: 'xml-legacy-digests-differ', severity: 'failure' },
      ],
    };
  }

  async #digestsMatch(read: ReadSignature): Promise<boolean> {
    try {
      await this.#requireDigests(read);
      return true;
    } catch (error) {
      if (!(error instanceof FormatError) || error.code !== 'ERR_SIGN_DIGEST') throw error;
      return false;
    }
  }

  async #intact(read: ReadSignature, algorithm: SignatureAlgorithm): Promise<CheckedSignature> {
    const { signature, info, signed, references } = read;
    const { crypto } = this.#options;
    const keyInfo = readKeyInfo(this.#xml.document, signature.keyInfo);
    const value = this.#signatureValue(signature);
    const matching = await matchingCertificates(keyInfo, { algorithm, data: info.octets, value }, crypto);
    const named = await this.#signingCertificate(matching, signed);
    // Last, so that its failure means what it says: a genuine signature over other content.
    await this.#requireDigests(read);
    const timeStamp = await this.#timeStamp(read);
    const signer: IntactSigner = {
      integrity: 'intact',
      certificate: named.certificate,
      signatureAlgorithm: algorithm,
      digestAlgorithm: signatureAlgorithm(algorithm).digestAlgorithm,
      signingTime: signed?.signingTime,
      signingCertificate: named.signingCertificate,
      timeStamp,
      ...(await this.#trust(named.certificate, keyInfo, timeStamp)),
    };
    const findings = [...named.findings, ...referenceFindings(references, signature)];
    return { signer, intact: { signature, references }, covered: coveredParts(references, signature), findings };
  }

  #signatureValue({ signatureValue }: SignatureElement): Uint8Array {
    const tree = readXmlTree(this.#xml.document, signatureValue, { maxNodes: 1000 });
    return decodeXmlBase64(textOf(tree, 'xml-signature-structure'));
  }

  /** The certificate of the key, and whether the signer said that it is this one. */
  async #signingCertificate(
    matching: readonly Certificate[],
    signed: SignedProperties | undefined,
  ): Promise<Pick<IntactSigner, 'certificate' | 'signingCertificate'> & { findings: readonly Finding[] }> {
    if (signed !== undefined && signed.signingCertificates.length > 0) {
      return matchSigningCertificate(matching, signed.signingCertificates, this.#options.crypto);
    }
    const [certificate, second] = matching;
    if (certificate === undefined || second !== undefined) {
      throw xmlSignatureError('xml-certificate-ambiguous', 'several certificates of the same key');
    }
    return { certificate, signingCertificate: 'absent', findings: [] };
  }

  async #requireDigests({ references, properties, signed, signature }: ReadSignature): Promise<void> {
    for (const { reference, target } of references) {
      if (signed !== undefined && reference === properties?.signed?.reference) {
        await this.#digests.requireOctets(reference, signed.octets);
      } else {
        await this.#digests.require(reference, target, signature);
      }
    }
  }

  /** The one time stamp that says most: the earliest trusted one, otherwise an intact one, otherwise the first failure. */
  async #timeStamp({ signature, properties }: ReadSignature): Promise<TimeStampReport> {
    if (properties === undefined) return { status: 'absent' };
    const { crypto } = this.#options;
    try {
      const stamps = readSignatureTimeStamps(this.#xml.document, signature, properties.element);
      const reports: TimeStampReport[] = [];
      for (const { token, stamped } of stamps) {
        reports.push(
          await reportTimeStamp(token, stamped, {
            trust: this.#options,
            crypto,
            verifyTimeStamp: verifyTimeStampToken,
          }),
        );
      }
      return bestTimeStamp(reports);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { status: 'failed', code: error.code, reason: failureReason(error) };
    }
  }

  #trust(
    certificate: Certificate,
    { certificates }: KeyInfoCertificates,
    timeStamp: TimeStampReport,
  ): Promise<Pick<IntactSigner, 'path' | 'validatedAt' | 'revocation'>> {
    const { crypto } = this.#options;
    return reportTrust(certificate, { trust: this.#options, unverifiedCertificates: certificates, timeStamp, crypto });
  }
}

function bestTimeStamp(reports: readonly TimeStampReport[]): TimeStampReport {
  const intact = reports.filter((report) => report.status === 'intact');
  const trusted = intact.filter(({ path }) => path.status === 'trusted');
  const earliest = trusted.toSorted((a, b) => a.time.getTime() - b.time.getTime());
  return earliest[0] ?? intact[0] ?? reports[0] ?? { status: 'absent' };
}

function hasLegacyDigest({ references }: ReadSignature): boolean {
  return references.some(({ reference }) => digestAlgorithmByUri(reference.digestUri) === 'SHA-1');
}

function referenceFindings(
  references: readonly ResolvedReference[],
  { element }: SignatureElement,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { reference, target } of references) {
    if (isManifest({ type: reference.type, target })) {
      findings.push({ code: 'xml-manifest-not-checked', severity: 'warning' });
    }
    // The transform says that the signature stood within what it signs: one of the two was moved.
    const isElsewhere = target.kind === 'element' && !contains(target.element, element);
    if (reference.transforms.isEnveloped && isElsewhere) {
      findings.push({ code: 'xml-enveloped-elsewhere', severity: 'warning', unverifiedDetail: reference.uri });
    }
  }
  return findings;
}

/**
 * Whether the signature was taken out of the middle of a text. At one end of it, it stands where a signer had to put it only if
 * the text is that of the signed element itself.
 */
function splitsText(
  { target, excluded }: CoveredPart,
  { root }: XmlDocument,
  inText: ReadonlyMap<number, PlaceInText>,
): boolean {
  if (excluded === undefined || target.kind === 'file') return false;
  const place = inText.get(excluded.start);
  const element = target.kind === 'document' ? root : target.element;
  if (place === undefined || !contains(element, excluded)) return false;
  return place === 'within' || excluded.parent?.start !== element.start;
}
