/** Signatures of all revisions, and which octets of the file each is over. */
import { FormatError } from '../format-error.js';
import { openPdf, type PdfFile } from '../pdf/file.js';
import type { Inflate } from '../pdf/ports.js';
import { isWhiteSpace } from '../pdf/lexer.js';
import { PdfReference, PdfString, type PdfDictionary } from '../pdf/objects.js';
import { readContents, readSignedOctets, type ContentsString, type SignedOctets } from './byte-range.js';
import { countByteRanges } from './count-byte-ranges.js';
import { cutSource } from './cut-source.js';
import { findSignatureFields, type SignatureField } from './form-fields.js';
import { refuseSignature } from './refuse.js';

const MAX_REVISIONS = 200;
const MAX_SEARCHED_REVISIONS = 16;
const MAX_SIGNATURES = 200;
/** White space that may stand between a revision's `%%EOF` and the end of what is signed. */
const MAX_ENDING_BYTES = 64;

/** The document as each of its revisions left it, opened when asked for. */
export class RevisionStates {
  readonly latest: PdfFile;
  readonly #inflate: Inflate;
  readonly #states = new Map<number, Promise<PdfFile>>();
  readonly #fields = new Map<number, Promise<readonly SignatureField[]>>();
  #searchesPages = false;

  /** @throws FormatError `ERR_SIGN_FORMAT` `pdf-too-complex` */
  constructor(latest: PdfFile, inflate: Inflate) {
    if (latest.revisions.length > MAX_REVISIONS) refuseSignature('pdf-too-complex', 'too many revisions');
    this.latest = latest;
    this.#inflate = inflate;
  }

  get count(): number {
    return this.latest.revisions.length;
  }

  /** @param index 0 for the oldest. @throws FormatError as `openPdf` */
  async at(index: number): Promise<PdfFile> {
    const revision = this.latest.revisions[index];
    if (revision === undefined || index === this.count - 1) return this.latest;
    const known = this.#states.get(index) ?? this.open(revision.end);
    this.#states.set(index, known);
    return await known;
  }

  /** Signature fields of a revision; from its pages too once `searchPages` was called. */
  async fields(index: number): Promise<readonly SignatureField[]> {
    const known = this.#fields.get(index) ?? this.#findFields(index);
    this.#fields.set(index, known);
    return await known;
  }

  async #findFields(index: number): Promise<readonly SignatureField[]> {
    const isSearched = index === this.count - 1 || this.count <= MAX_SEARCHED_REVISIONS;
    return await findSignatureFields(await this.at(index), { pages: this.#searchesPages && isSearched });
  }

  /** There may be signatures that no form has; going through all pages takes its time. */
  searchPages(): void {
    this.#searchesPages = true;
    this.#fields.clear();
  }

  /** The document as if it ended after `size` octets. */
  async open(size: number): Promise<PdfFile> {
    return await openPdf(cutSource(this.latest.source, size), { inflate: this.#inflate });
  }
}

/** A signature dictionary that some revision has in a field. */
export interface FoundSignature {
  readonly field: SignatureField;
  readonly dictionary: PdfDictionary;
  /** The latest revision that has it, 0 for the oldest. */
  readonly revision: number;
}

export interface FoundFields {
  readonly signatures: readonly FoundSignature[];
  /** Of the latest revision. */
  readonly unsigned: readonly SignatureField[];
  /** Revisions that cannot be read by themselves. */
  readonly unreadable: readonly number[];
}

/**
 * Goes through all revisions, newest first, so that a signature that a later one took away is found too.
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-too-complex`, and what the newest revision is refused for
 */
export async function findSignatures(states: RevisionStates): Promise<FoundFields> {
  const found = await findInRevisions(states);
  const known = found.signatures.filter(({ dictionary }) => dictionary.get('ByteRange') !== undefined);
  if ((await countByteRanges(states.latest.source)) <= known.length) return found;
  states.searchPages();
  return await findInRevisions(states);
}

async function findInRevisions(states: RevisionStates): Promise<FoundFields> {
  const signatures = new Map<string, FoundSignature>();
  const unsigned: SignatureField[] = [];
  const unreadable: number[] = [];
  for (let revision = states.count - 1; revision >= 0; revision -= 1) {
    const isLatest = revision === states.count - 1;
    const fields = await fieldsOf(states, revision, isLatest);
    if (fields === undefined) unreadable.push(revision);
    for (const field of fields ?? []) {
      if (field.signature === undefined) {
        if (isLatest) unsigned.push(field);
        continue;
      }
      const key = signatureKey(field);
      if (!signatures.has(key)) signatures.set(key, { field, dictionary: field.signature, revision });
      if (signatures.size > MAX_SIGNATURES) refuseSignature('pdf-too-complex', 'too many signatures');
    }
  }
  return { signatures: [...signatures.values()], unsigned, unreadable };
}

async function fieldsOf(
  states: RevisionStates,
  revision: number,
  isLatest: boolean,
): Promise<readonly SignatureField[] | undefined> {
  try {
    return await states.fields(revision);
  } catch (error) {
    if (isLatest || !(error instanceof FormatError)) throw error;
    return undefined;
  }
}

/** The same signature has its Contents at the same place in each revision that has it. */
function signatureKey({ signature, value, name }: SignatureField): string {
  const contents = signature?.get('Contents');
  const start = contents instanceof PdfString ? contents.location?.start : undefined;
  if (start !== undefined) return `octet ${start}`;
  return value instanceof PdfReference ? `object ${value.number}` : `field ${name}`;
}

/** A signature whose octets are settled. */
export interface PlacedSignature extends FoundSignature {
  readonly contents: ContentsString;
  readonly octets: SignedOctets;
  /** The revision at whose end the signed octets end. */
  readonly signedRevision: number;
}

/**
 * Settles which octets a signature is over: ByteRange, Contents, a revision's end, and that the signed revision has this
 * very signature in a field.
 * @throws FormatError `ERR_SIGN_FORMAT` with the reason
 */
export async function placeSignature(found: FoundSignature, states: RevisionStates): Promise<PlacedSignature> {
  const contents = readContents(found.dictionary);
  const octets = readSignedOctets(found.dictionary, contents, states.latest.source.size);
  const signedRevision = await revisionEndingAt(octets.end, states);
  const fields = await signedFields(states, signedRevision);
  if (!fields.some((field) => field.signature !== undefined && isAt(field.signature, contents))) {
    refuseSignature('pdf-signature-not-in-revision', 'the signed revision does not have this signature');
  }
  return { ...found, contents, octets, signedRevision };
}

async function signedFields(states: RevisionStates, revision: number): Promise<readonly SignatureField[]> {
  try {
    return await states.fields(revision);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    return refuseSignature('pdf-signed-revision-unreadable', 'what was signed is no document', { cause });
  }
}

function isAt(signature: PdfDictionary, { start }: ContentsString): boolean {
  const contents = signature.get('Contents');
  return contents instanceof PdfString && contents.location?.start === start;
}

async function revisionEndingAt(end: number, states: RevisionStates): Promise<number> {
  const { revisions, source } = states.latest;
  const index = revisions.findLastIndex((revision) => revision.end <= end);
  const revisionEnd = revisions[index]?.end ?? 0;
  if (index >= 0 && end === source.size && index === revisions.length - 1) return index;
  if (index >= 0 && end - revisionEnd <= MAX_ENDING_BYTES) {
    const between = await source.read(revisionEnd, end - revisionEnd);
    if (between.every(isWhiteSpace)) return index;
  }
  if (await isDocument(states, end)) refuseSignature('pdf-revision-chain', 'later revisions go round what was signed');
  return refuseSignature('pdf-byte-range-not-at-revision-end', 'the octets end inside a revision');
}

async function isDocument(states: RevisionStates, size: number): Promise<boolean> {
  try {
    const { revisions } = await states.open(size);
    return (revisions.at(-1)?.end ?? 0) > size - MAX_ENDING_BYTES;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return false;
  }
}

/**
 * Signatures that cover octets of each other. No two can, since the later one is made with the earlier one's value; so they
 * were made by somebody who had both in mind.
 */
export function overlapping(signatures: readonly PlacedSignature[]): ReadonlySet<PlacedSignature> {
  const result = new Set<PlacedSignature>();
  const sorted = signatures.toSorted((a, b) => a.octets.gapStart - b.octets.gapStart);
  let furthest: PlacedSignature | undefined;
  for (const signature of sorted) {
    if (furthest !== undefined && signature.octets.gapStart < furthest.octets.end) {
      result.add(signature);
      result.add(furthest);
    }
    if (furthest === undefined || signature.octets.end > furthest.octets.end) furthest = signature;
  }
  return result;
}
