import { lstat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { MAX_DETACHED_CONTENT_BYTES } from '../../../sdk/formats/jose/read-jws.js';
import { openPdf } from '../../../sdk/formats/pdf/file.js';
import { findPage, pageCount } from '../../../sdk/formats/pdf/pages.js';
import { previewDocument } from '../../core/documents/preview/preview-document.js';
import { signatureFormat } from '../../core/documents/signature-formats.js';
import { toClientError } from '../../core/errors.js';
import type { PlannedFile, SigningChoice, VisibleChoice } from '../../ipc/documents.js';
import type { FileToSign, VisiblePlace } from '../../node/document-engine/document-engine.js';
import { signedFilePath } from '../../node/document-engine/signed-file-path.js';
import { openFileSource, type FileSource } from '../../node/file-source.js';
import { nodeInflate } from '../../node/node-inflate.js';
import { hasChanged, KOUSEI_NAME, shownPath, type FileEntry } from './documents-files.js';

/** A file, and how it would be signed. */
export interface Plan {
  readonly entry: FileEntry;
  readonly shown: PlannedFile;
  /** Undefined where there is a problem. */
  readonly job?: FileToSign;
}

/** Numbers tried for a result whose name is taken. */
const NUMBERS_MOST = 1_000;

/** Of a signature that shows in a corner, in points: its size, and how far from the edges of the page it is. */
const CORNER = { width: 170, height: 48, margin: 24 };

/**
 * How each file would be signed, or at once why it cannot be. The name of a result that is taken gets a number: nothing is
 * ever replaced.
 * @param folder where results go; undefined: beside each file
 */
export async function planSigning(
  entries: readonly FileEntry[],
  choice: SigningChoice,
  folder: string | undefined,
): Promise<readonly Plan[]> {
  const taken = new Set<string>();
  const plans: Plan[] = [];
  for (const entry of entries) plans.push(await planFile(entry, choice, { folder, taken }));
  return plans;
}

interface Places {
  readonly folder: string | undefined;
  /** Results of this batch, by the path that a case-insensitive disk has. */
  readonly taken: Set<string>;
}

async function planFile(entry: FileEntry, choice: SigningChoice, { folder, taken }: Places): Promise<Plan> {
  const { format, attached, timeStamp } = choice;
  const { id, path } = entry;
  const problem = (name: string): Plan => ({ entry, shown: { id, problem: name } });
  const wrong = wrongPurpose(entry, choice);
  if (wrong !== undefined) return problem(wrong);
  if (await hasChanged(entry)) return problem('changed');
  let visible: VisiblePlace | undefined;
  try {
    const needsLook = entry.container === 'pdf' && signatureFormat(format).isShowable;
    if (needsLook) visible = await lookIntoPdf(path, choice);
  } catch (thrown) {
    return problem(problemOf(thrown));
  }
  const usual = signedFilePath(path, { format, attached, ...(folder !== undefined && { folder }) });
  const output = await freePath(usual, taken);
  if (output === undefined) return problem('no-free-name');
  const options = { timeStamped: timeStamp !== undefined, attached, ...(visible && { visible }) };
  return {
    entry,
    shown: { id, output: { name: shownPath(output).name, renamed: output !== usual } },
    job: { path, format, output, options },
  };
}

/** What a person sees at once, without reading the whole file. */
function wrongPurpose({ isFolder, container, shown, path }: FileEntry, { format }: SigningChoice): string | undefined {
  if (isFolder && format !== 'egov-kousei') return 'folder';
  switch (format) {
    case 'touki-pdf':
    case 'pades':
      return container === 'pdf' ? undefined : 'needs-pdf';
    case 'etax-xtx':
      return shown.kind === 'xtx' ? undefined : 'needs-xtx';
    case 'egov-kousei':
      if (isFolder) return shown.kind === 'application' ? undefined : 'egov-kousei-missing';
      return basename(path) === KOUSEI_NAME || container === 'zip' ? undefined : 'needs-egov';
    case 'xades':
    case 'xmldsig':
      return container === 'xml' ? undefined : 'needs-xml';
    case 'jws':
      return shown.size > MAX_DETACHED_CONTENT_BYTES ? 'jws-too-large' : undefined;
    case 'cms':
    case 'cades':
      return undefined;
  }
}

class Problem extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

function problemOf(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.reason;
  const { reason } = toClientError(thrown).details;
  return typeof reason === 'string' && /^[a-z0-9-]+$/.test(reason) ? reason : 'unreadable';
}

/** Where the signature shows; a PDF that cannot be signed so is told before anybody agrees. */
async function lookIntoPdf(path: string, { format, visible }: SigningChoice): Promise<VisiblePlace | undefined> {
  const source = await openFileSource(path);
  try {
    const { warnings } = await previewDocument(source, { inflate: nodeInflate });
    if (warnings.includes('encrypted')) throw new Problem('pdf-encrypted');
    if (format === 'touki-pdf' && warnings.includes('already-signed')) throw new Problem('touki-signed-already');
    return visible && (await placeIn(source, visible));
  } finally {
    await source.close();
  }
}

async function placeIn(source: FileSource, visible: VisibleChoice): Promise<VisiblePlace> {
  if (visible.kind === 'place') {
    const { page, x, y, width, height } = visible;
    return { page, x, y, width, height };
  }
  const file = await openPdf(source, { inflate: nodeInflate });
  const catalog = await file.dictionary(file.trailer.get('Root'));
  if (!catalog) throw new Problem('pdf-pages');
  const number = visible.page === 'first' ? 1 : ((await pageCount(file)) ?? 1);
  const { box, rotation, userUnit } = await findPage(file, catalog, number);
  const across = (box[2] - box[0]) * userUnit;
  const up = (box[3] - box[1]) * userUnit;
  const isTurned = rotation === 90 || rotation === 270;
  const [pageWidth, pageHeight] = isTurned ? [up, across] : [across, up];
  // A page smaller than a stamp has room for a smaller one.
  const margin = Math.min(CORNER.margin, pageWidth / 8, pageHeight / 8);
  const width = Math.min(CORNER.width, pageWidth - 2 * margin);
  const height = Math.min(CORNER.height, pageHeight - 2 * margin);
  return {
    page: number,
    x: visible.corner.endsWith('left') ? margin : pageWidth - margin - width,
    y: visible.corner.startsWith('lower') ? margin : pageHeight - margin - height,
    width,
    height,
  };
}

/** The usual name, or the first with a number that neither the disk nor this batch has. */
async function freePath(usual: string, taken: Set<string>): Promise<string | undefined> {
  const extension = extname(usual);
  const stem = basename(usual, extension);
  for (let number = 1; number <= NUMBERS_MOST; number += 1) {
    const path = number === 1 ? usual : join(dirname(usual), `${stem} (${String(number)})${extension}`);
    const key = path.normalize('NFC').toLowerCase();
    if (taken.has(key) || (await exists(path))) continue;
    taken.add(key);
    return path;
  }
  return undefined;
}

/** A link that leads nowhere has the name, too. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
