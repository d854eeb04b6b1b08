/** The page tree (ISO 32000-2 §7.7.3): one page is found, the others are not read where that can be helped. */
import type { PdfFile } from './file.js';
import type { PdfDictionary } from './objects.js';
import { isName, naturalNumber, PdfArray, PdfReference, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';

export interface PdfPage {
  readonly reference: PdfReference;
  readonly dictionary: PdfDictionary;
  /** What shows: x and y of the lower left, then of the upper right corner, in user space. */
  readonly box: readonly [number, number, number, number];
  /** Degrees clockwise by which it is turned when shown. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Points to one unit of user space. */
  readonly userUnit: number;
}

const MAX_TREE_DEPTH = 64;
/** Nodes read on the way to one page. */
const MAX_NODES = 100_000;

/** How many pages the document says it has; undefined where it does not say. */
export async function pageCount(file: PdfFile): Promise<number | undefined> {
  const catalog = await file.dictionary(file.trailer.get('Root'));
  const pages = await file.dictionary(catalog?.get('Pages'));
  return naturalNumber(await file.resolve(pages?.get('Count')));
}

/**
 * @param number from 1
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-page-number` where there is no such page, `pdf-pages` where the tree is none
 */
export async function findPage(file: PdfFile, catalog: PdfDictionary, number: number): Promise<PdfPage> {
  const root = catalog.get('Pages');
  if (!(root instanceof PdfReference)) return refusePdf('pdf-pages', 'no page tree');
  const found = await new PageSearch(file).find({ reference: root, index: number - 1, ancestors: [] });
  return found ?? refusePdf('pdf-page-number', 'no such page');
}

/** The page itself, which inherits from its parents. @throws FormatError `ERR_SIGN_FORMAT` `pdf-pages` */
export async function pageOf(file: PdfFile, reference: PdfReference): Promise<PdfPage> {
  const chain: PdfDictionary[] = [];
  let node = await file.dictionary(reference);
  while (node !== undefined) {
    if (chain.length > MAX_TREE_DEPTH) refusePdf('pdf-pages', 'page tree is too deep');
    chain.push(node);
    node = await file.dictionary(node.get('Parent'));
  }
  return await readPage(file, reference, chain);
}

interface Step {
  readonly reference: PdfReference;
  /** Of the page among those below, from 0. */
  readonly index: number;
  /** Nearest first. */
  readonly ancestors: readonly PdfDictionary[];
}

class PageSearch {
  readonly #file: PdfFile;
  #nodes = 0;

  constructor(file: PdfFile) {
    this.#file = file;
  }

  async find({ reference, index, ancestors }: Step): Promise<PdfPage | undefined> {
    if (ancestors.length > MAX_TREE_DEPTH) refusePdf('pdf-pages', 'page tree is too deep');
    const node = await this.#node(reference);
    const kids = await this.#file.array(node.get('Kids'));
    if (kids === undefined)
      return index === 0 ? await readPage(this.#file, reference, [node, ...ancestors]) : undefined;
    const inner = { ancestors: [node, ...ancestors] };
    // As many kids as pages: each is a page, and the one that is wanted stands where it must.
    const isFlat = naturalNumber(await this.#file.resolve(node.get('Count'))) === kids.items.length;
    const kid = isFlat ? kids.items[index] : undefined;
    if (kid !== undefined && (await this.#isLeaf(asReference(kid)))) {
      return await this.find({ ...inner, reference: asReference(kid), index: 0 });
    }
    let left = index;
    for (const kid of kids.items) {
      const count = await this.#pagesBelow(asReference(kid));
      if (left < count) return await this.find({ ...inner, reference: asReference(kid), index: left });
      left -= count;
    }
    return undefined;
  }

  async #isLeaf(reference: PdfReference): Promise<boolean> {
    return (await this.#node(reference)).get('Kids') === undefined;
  }

  async #pagesBelow(reference: PdfReference): Promise<number> {
    const node = await this.#node(reference);
    if (node.get('Kids') === undefined) return 1;
    return naturalNumber(await this.#file.resolve(node.get('Count'))) ?? refusePdf('pdf-pages', 'node without Count');
  }

  async #node(reference: PdfReference): Promise<PdfDictionary> {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) refusePdf('pdf-too-large', 'page tree is too large');
    return (await this.#file.dictionary(reference)) ?? refusePdf('pdf-pages', 'node of the page tree is none');
  }
}

function asReference(kid: PdfObject): PdfReference {
  return kid instanceof PdfReference ? kid : refusePdf('pdf-pages', 'kid is not a reference');
}

/** @param chain the page, then its ancestors, from which it inherits */
async function readPage(file: PdfFile, reference: PdfReference, chain: readonly PdfDictionary[]): Promise<PdfPage> {
  const dictionary = chain[0];
  if (dictionary === undefined || !isName(await file.resolve(dictionary.get('Type')), 'Page')) {
    return refusePdf('pdf-pages', 'not a page');
  }
  const inherited = async (key: string): Promise<PdfObject> =>
    await file.resolve(chain.find((node) => node.get(key) !== undefined)?.get(key));
  const mediaBox = (await readBox(file, await inherited('MediaBox'))) ?? refusePdf('pdf-pages', 'no MediaBox');
  const cropBox = await readBox(file, await inherited('CropBox'));
  const rotation = (await inherited('Rotate')) ?? 0;
  const userUnit = (await file.resolve(dictionary.get('UserUnit'))) ?? 1;
  if (typeof userUnit !== 'number' || !(userUnit > 0)) return refusePdf('pdf-pages', 'UserUnit is no size');
  return { reference, dictionary, box: intersection(mediaBox, cropBox), rotation: quarterTurns(rotation), userUnit };
}

type Box = PdfPage['box'];

/** A rectangle by any two opposite corners (§7.9.5). */
export async function readBox(file: PdfFile, object: PdfObject): Promise<Box | undefined> {
  if (!(object instanceof PdfArray) || object.items.length !== 4) return undefined;
  const numbers: number[] = [];
  for (const item of object.items) {
    const value = await file.resolve(item);
    if (typeof value !== 'number') return undefined;
    numbers.push(value);
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers;
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

/** A crop box shows no more than there is; one that lies outside shows the page (§14.11.2). */
function intersection(media: Box, crop: Box | undefined): Box {
  if (crop === undefined) return media;
  const box: Box = [
    Math.max(media[0], crop[0]),
    Math.max(media[1], crop[1]),
    Math.min(media[2], crop[2]),
    Math.min(media[3], crop[3]),
  ];
  return box[0] < box[2] && box[1] < box[3] ? box : media;
}

function quarterTurns(rotation: PdfObject): PdfPage['rotation'] {
  const degrees = typeof rotation === 'number' ? ((rotation % 360) + 360) % 360 : -1;
  if (degrees === 0 || degrees === 90 || degrees === 180 || degrees === 270) return degrees;
  return refusePdf('pdf-pages', 'Rotate is no quarter turns');
}
