import type { PdfFile } from '../pdf/file.js';
import { isName, PdfReference, PdfStream, type PdfObject } from '../pdf/objects.js';
import { FormatError } from '../format-error.js';
import { Budget } from './form-fields.js';
import { refuseSignature } from './refuse.js';
import { isSameObject } from './same-objects.js';

export interface ChangedObject {
  readonly number: number;
  /** `new`: the earlier state has nothing there, or null. */
  readonly kind: 'changed' | 'new';
  readonly before: PdfObject;
  readonly after: PdfObject;
}

export interface LaterObjects {
  /** Every object number that a later section speaks of. */
  readonly compared: ReadonlySet<number>;
  /** Those of them that are not what they were. */
  readonly changed: ReadonlyMap<number, ChangedObject>;
}

/** Objects that later revisions write, all together. */
const MAX_LATER_OBJECTS = 200_000;
/** How often the document may be parsed through for them, and what small ones may take besides, in octets. */
const MAX_PARSINGS = 4;
const MAX_MORE_WORK = 16 * 1024 * 1024;

/**
 * Objects that are not what they were, found from the cross-reference sections that came later; one that is written again
 * as it was is none of them. A section may also lead to other octets of the earlier revision: the place counts.
 * @param before the document as it was signed
 * @param after the document as it is; its later sections must continue those of `before`
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-revision-chain`, `pdf-too-complex`
 */
export async function compareLaterObjects(before: PdfFile, after: PdfFile): Promise<LaterObjects> {
  const laterSections = after.links.length - before.links.length;
  const continues = before.links.every(
    ({ section }, index) => after.links[laterSections + index]?.section.offset === section.offset,
  );
  if (laterSections < 0 || !continues) refuseSignature('pdf-revision-chain', 'does not continue what was signed');
  const changed = new Map<number, ChangedObject>();
  const { numbers: compared, hidden } = await laterNumbers(after, laterSections);
  const work = (): number => before.work + after.work;
  const limit = work() + MAX_PARSINGS * after.source.size + MAX_MORE_WORK;
  for (const number of compared) {
    if (work() > limit) refuseSignature('pdf-too-complex', 'objects overlap');
    const object = (await compareHidden(number, before, hidden)) ?? (await compareObject(number, before, after));
    if (object !== undefined) changed.set(number, object);
  }
  return { compared, changed };
}

interface LaterNumbers {
  readonly numbers: ReadonlySet<number>;
  /** Those that a table calls free, and the stream beside it does not (ISO 32000-2 §7.5.8.4). */
  readonly hidden: ReadonlySet<number>;
}

async function laterNumbers(after: PdfFile, laterSections: number): Promise<LaterNumbers> {
  const numbers = new Set<number>();
  const hiddenNumbers = new Set<number>();
  const budget = new Budget(MAX_LATER_OBJECTS);
  for (const { section, hidden } of after.links.slice(0, laterSections)) {
    for (const entries of [section.entries(), hidden?.entries() ?? []]) {
      for await (const [number, entry] of entries) {
        budget.spend();
        numbers.add(number);
        const isHidden = entry.kind === 'free' && (await hidden?.lookup(number)) !== undefined;
        if (isHidden) hiddenNumbers.add(number);
      }
    }
  }
  return { numbers, hidden: hiddenNumbers };
}

/** What everybody saw and now only those see who read both sections is not what it was. */
async function compareHidden(
  number: number,
  before: PdfFile,
  hidden: ReadonlySet<number>,
): Promise<ChangedObject | undefined> {
  const entry = hidden.has(number) ? await before.locate(number) : undefined;
  if (entry === undefined) return undefined;
  const old = await readObject(before, number, generationOf(entry));
  return { number, kind: 'changed', before: readable(old), after: false };
}

async function compareObject(number: number, before: PdfFile, after: PdfFile): Promise<ChangedObject | undefined> {
  const [earlier, later] = [await before.locate(number), await after.locate(number)];
  if (earlier?.kind === 'offset' && later?.kind === 'offset') {
    if (earlier.offset === later.offset && earlier.generation === later.generation) return undefined;
  }
  const old = earlier === undefined ? null : await readObject(before, number, generationOf(earlier));
  const current = later === undefined ? null : await readObject(after, number, generationOf(later));
  const isSame =
    old !== UNREADABLE &&
    current !== UNREADABLE &&
    generationOf(earlier) === generationOf(later) &&
    // An object that took the place of an object stream would change what is inside.
    !isObjectStream(current) &&
    (await isSameObject({ file: before, object: old }, { file: after, object: current }));
  if (isSame || (old === null && current === null)) return undefined;
  const kind = old === null ? 'new' : 'changed';
  return { number, kind, before: readable(old), after: readable(current) };
}

const UNREADABLE = Symbol('unreadable');

/** What is damaged cannot be shown to be the same; that alone is no reason to stop. */
async function readObject(file: PdfFile, number: number, generation: number): Promise<PdfObject | typeof UNREADABLE> {
  try {
    return await file.resolve(new PdfReference(number, generation));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return UNREADABLE;
  }
}

function readable(object: PdfObject | typeof UNREADABLE): PdfObject {
  return object === UNREADABLE ? false : object;
}

function isObjectStream(object: PdfObject | typeof UNREADABLE): boolean {
  return object instanceof PdfStream && isName(object.dictionary.get('Type'), 'ObjStm');
}

function generationOf(entry: Awaited<ReturnType<PdfFile['locate']>>): number {
  return entry?.kind === 'offset' ? entry.generation : 0;
}
