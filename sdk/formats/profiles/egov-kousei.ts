/** e-Gov 電子申請: the signature over an application's 構成情報 and its 申請書 files. */
import { concatBytes, encodeUtf8 } from '../bytes.js';
import type { PreparedDocument } from '../document.js';
import { FormatError } from '../format-error.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';
import type { Finding } from '../signature-report.js';
import type { XmlElement } from '../xml/index.js';
import { prepareXmlSignature, type XmlReferenceInput } from '../xmldsig/prepare-xml-signature.js';
import { readSource } from '../xmldsig/read-source.js';
import type { XmlVerification } from '../xmldsig/verify-xml.js';
import {
  CONFIGURATION,
  KOUSEI,
  kouseiError,
  readKousei,
  SIGNATURE_BLOCK,
  type KouseiAttachment,
  type KouseiDocument,
} from './kousei-document.js';

/** The files of one application, by their bare names. */
export interface ApplicationFiles {
  /** With what goes along in other folders, by paths that begin with `/`. */
  list(): readonly string[];
  /** Undefined where there is no such file. */
  open(unverifiedName: string): Promise<RandomAccessSource | undefined>;
}

/** An e-Gov application, signed in its `kousei.xml`. */
export const egovKouseiProfile = {
  id: 'egov-kousei',
  /** As `prepareKousei`, now. */
  prepare: (kousei: RandomAccessSource, files: ApplicationFiles, crypto: DocumentCrypto): Promise<PreparedDocument> =>
    prepareKousei(kousei, { files, preparedAt: new Date() }, crypto),
} as const;

export interface KouseiOptions {
  readonly files: ApplicationFiles;
  /** `Signature/@Id` is this moment in Japan, to the second. */
  readonly preparedAt: Date;
}

/**
 * Prepares a signature as e-Gov takes it in the standard form: in 署名情報 directly after 構成情報, which is made where
 * nobody has signed yet and extended for 連署; over 構成情報 in canonical form and every 申請書 file as it is. Attachments are
 * named in 構成情報, and nothing binds what is in them; nothing at all speaks of other files that are there: both are in
 * `unboundNames`. Applications with one signature for each file
 * (個別ファイル署名形式) have no 申請書 here and are refused.
 * @throws FormatError `ERR_SIGN_FORMAT`: `egov-no-form`, `egov-file-missing`, and what `readKousei` and
 * `prepareXmlSignature` refuse
 */
export async function prepareKousei(
  source: RandomAccessSource,
  { files, preparedAt }: KouseiOptions,
  crypto: DocumentCrypto,
): Promise<PreparedDocument> {
  const file = await readSource(source);
  const kousei = withSignatureBlock(readKousei(file));
  if (kousei.forms.length === 0) throw kouseiError('egov-no-form', 'no 申請書 to sign');
  const attached = kousei.attachments.map(({ fileName }) => fileName).filter((name) => name !== '');
  requireFiles(files, attached);
  const references: XmlReferenceInput[] = [{ uri: `#${encodeURIComponent(CONFIGURATION)}` }];
  for (const { fileName } of kousei.forms) {
    const form = await files.open(fileName);
    if (form === undefined) throw missingFile();
    references.push({ uri: encodeURIComponent(fileName), source: form });
  }
  return prepareXmlSignature(
    { xml: kousei.xml, placement: { kind: 'last-child', element: kousei.signatureBlock }, file },
    { references, id: freeId(kousei, preparedAt), unboundNames: [...attached, ...unnamedFiles(files, kousei)] },
    crypto,
  );
}

/** The same with an empty 署名情報 where there is none. */
function withSignatureBlock(kousei: KouseiDocument): KouseiDocument & { readonly signatureBlock: XmlElement } {
  const { signatureBlock, configuration, xml } = kousei;
  if (signatureBlock !== undefined) return { ...kousei, signatureBlock };
  const { bytes } = xml.document;
  const block = encodeUtf8(`<${SIGNATURE_BLOCK}></${SIGNATURE_BLOCK}>`);
  return withSignatureBlock(
    readKousei(concatBytes(bytes.subarray(0, configuration.end), block, bytes.subarray(configuration.end))),
  );
}

function requireFiles(files: ApplicationFiles, names: readonly string[]): void {
  const there = new Set(files.list().map((name) => name.normalize('NFC')));
  if (!names.every((name) => there.has(name.normalize('NFC')))) throw missingFile();
}

/** Files that 構成情報 does not speak of. */
function unnamedFiles(files: ApplicationFiles, { forms, attachments }: KouseiDocument): readonly string[] {
  const named = new Set([KOUSEI, ...[...forms, ...attachments].map(({ fileName }) => fileName.normalize('NFC'))]);
  return files.list().filter((name) => !named.has(name.normalize('NFC')));
}

function missingFile(): FormatError {
  return kouseiError('egov-file-missing', 'a file of the application is not there');
}

const JAPAN_OFFSET_MILLISECONDS = 9 * 3600 * 1000;

/** `yyyyMMddHHmmss`; a second later where somebody has signed in the very same one. */
function freeId({ xml }: KouseiDocument, at: Date): string {
  for (let time = at.getTime() + JAPAN_OFFSET_MILLISECONDS; ; time += 1000) {
    const id = new Date(time).toISOString().replace(/\D/g, '').slice(0, 14);
    if (!xml.document.ids.has(id)) return id;
  }
}

/** What a verified `kousei.xml` lacks of what e-Gov asks for; by signature, and about the whole. */
export interface KouseiFindings {
  readonly signatures: readonly (readonly Finding[])[];
  readonly document: readonly Finding[];
}

/** Looks at what the signatures of a `kousei.xml` are over. */
export function kouseiFindings({ document, covered }: XmlVerification): KouseiFindings {
  try {
    const kousei = readKousei(document.bytes);
    return {
      signatures: covered.map((parts) => (parts.length === 0 ? [] : coverageFindings(kousei, parts))),
      document: kousei.attachments.filter(({ fileName }) => fileName !== '').map(attachmentFinding),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const finding: Finding = { code: error.reason ?? 'egov-kousei-structure', severity: 'failure' };
    return { signatures: covered.map(() => []), document: [finding] };
  }
}

function coverageFindings(kousei: KouseiDocument, parts: XmlVerification['covered'][number]): readonly Finding[] {
  const findings: Finding[] = [];
  const isConfigurationCovered = parts.some(
    ({ target }) => target.kind === 'element' && target.element.start === kousei.configuration.start,
  );
  if (!isConfigurationCovered) findings.push({ code: 'egov-configuration-not-covered', severity: 'failure' });
  for (const { fileName } of kousei.forms) {
    if (parts.some(({ target }) => target.kind === 'file' && target.name === fileName)) continue;
    findings.push({ code: 'egov-form-not-covered', severity: 'failure', unverifiedDetail: fileName });
  }
  return findings;
}

function attachmentFinding({ fileName }: KouseiAttachment): Finding {
  return { code: 'egov-attachment-not-covered', severity: 'warning', unverifiedDetail: fileName };
}
