import { FormatError } from '../../../../sdk/formats/index.js';
import type { PdfFile } from '../../../../sdk/formats/pdf/file.js';
import {
  isName,
  naturalNumber,
  PdfArray,
  PdfDictionary,
  PdfName,
  PdfReference,
  PdfStream,
  type PdfObject,
} from '../../../../sdk/formats/pdf/objects.js';
import type { PreviewWarning } from '../document-preview.js';
import { hasInvisibleText } from './invisible-text.js';
import type { PreviewBuilder } from './preview-parts.js';

/** Objects that are looked at, and values in them that are given by reference. */
const MAX_OBJECTS = 10_000;
const MAX_RESOLVED_VALUES = 50_000;
/** Octets that may be parsed and decoded to read them, each as often as that is done. */
const MAX_WORK = 24 * 1024 * 1024;
/** Octets of page contents that are decoded, of one and of all. */
const MAX_CONTENT_BYTES = 1024 * 1024;
const MAX_DECODED_BYTES = 4 * 1024 * 1024;

/** Actions (ISO 32000-2 §12.6.4). A link to another page of the same document is none of these. */
const ACTIONS: ReadonlyMap<string, PreviewWarning> = new Map([
  ['JavaScript', 'scripts'],
  ['Launch', 'scripts'],
  ['Rendition', 'scripts'],
  ['RichMediaExecute', 'scripts'],
  ['URI', 'external-references'],
  ['GoToR', 'external-references'],
  ['GoToE', 'embedded-files'],
  ['SubmitForm', 'external-references'],
  ['ImportData', 'external-references'],
]);

/** Kinds of annotations (§12.5.6). */
const ANNOTATIONS: ReadonlyMap<string, PreviewWarning> = new Map([
  ['FileAttachment', 'embedded-files'],
  ['RichMedia', 'embedded-files'],
  ['Movie', 'embedded-files'],
  ['Sound', 'embedded-files'],
  ['Screen', 'embedded-files'],
  ['3D', 'embedded-files'],
]);

/** From everything to everything, and the structure of the text for whoever cannot see it: looked at when all else was. */
const FOLLOWED_LAST: ReadonlySet<string> = new Set(['Parent', 'StructTreeRoot']);

/** Keys whose value decides about a warning, not only whether there is one. */
const TELLING_KEYS = [
  'S',
  'Subtype',
  'FT',
  'Type',
  'V',
  'OFF',
  'BaseState',
  'ViewState',
  'PrintState',
  'CO',
  'Contents',
];

/** Goes through everything that the catalog leads to, nearest first. */
export class PdfWalk {
  readonly #file: PdfFile;
  readonly #preview: PreviewBuilder;
  readonly #seen = new Set<string>();
  readonly #waiting: PdfReference[] = [];
  readonly #last: PdfReference[] = [];
  /** Found and not looked at: dictionaries of the object that is being read. */
  #dictionaries: PdfDictionary[] = [];
  /** What a page names as its contents, whatever else it claims to be. */
  readonly #contents = new Set<string>();
  #resolvedLeft = MAX_RESOLVED_VALUES;
  #decodedBytesLeft = MAX_DECODED_BYTES;

  constructor(file: PdfFile, preview: PreviewBuilder) {
    this.#file = file;
    this.#preview = preview;
  }

  async run(): Promise<void> {
    this.#visit(this.#file.trailer.get('Root'));
    const workAtStart = this.#file.work;
    let next = 0;
    for (let count = 0; next < this.#waiting.length; count += 1) {
      if (count >= MAX_OBJECTS || this.#file.work - workAtStart > MAX_WORK || this.#resolvedLeft < 0) {
        this.#preview.warn('cut');
        return;
      }
      await this.#read(this.#waiting[next]);
      next += 1;
      if (next === this.#waiting.length) this.#waiting.push(...this.#last.splice(0, MAX_OBJECTS));
    }
  }

  async #read(reference: PdfReference | undefined): Promise<void> {
    try {
      const object = await this.#file.resolve(reference);
      const isPageContent = reference !== undefined && this.#contents.has(keyOf(reference));
      if (isPageContent && object instanceof PdfArray) this.#noteContents(object);
      this.#visit(object);
      await this.#lookAtDictionaries();
      if (object instanceof PdfStream) await this.#lookForInvisibleText(object, isPageContent);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#dictionaries = [];
      this.#preview.warn('damaged');
    }
  }

  #visit(object: PdfObject | undefined, waiting = this.#waiting): void {
    if (object instanceof PdfReference) this.#enqueue(object, waiting);
    else if (object instanceof PdfArray) for (const item of object.items) this.#visit(item, waiting);
    else if (object instanceof PdfStream) this.#visitStream(object);
    else if (object instanceof PdfDictionary) this.#visitDictionary(object);
  }

  /** By generation too: a reference to one that is not there must not hide the object. */
  #enqueue(reference: PdfReference, waiting: PdfReference[]): void {
    const key = keyOf(reference);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    waiting.push(reference);
  }

  #visitStream({ dictionary }: PdfStream): void {
    // The data of such a stream are in another file (§7.3.8.2).
    if (dictionary.get('F') !== undefined) this.#preview.warn('external-references');
    this.#visitDictionary(dictionary);
  }

  #visitDictionary(dictionary: PdfDictionary): void {
    // Another reader may take the value that was not kept here.
    if (dictionary.repeatedKeys.length > 0) this.#preview.warn('damaged');
    this.#dictionaries.push(dictionary);
    for (const [key, value] of dictionary.entries) {
      this.#visit(value, FOLLOWED_LAST.has(key) ? this.#last : this.#waiting);
    }
  }

  async #lookAtDictionaries(): Promise<void> {
    const dictionaries = this.#dictionaries;
    this.#dictionaries = [];
    for (const dictionary of dictionaries) this.#lookAt(dictionary, await this.#resolved(dictionary));
  }

  /** With the values that tell something in place of references to them. */
  async #resolved(dictionary: PdfDictionary): Promise<PdfDictionary> {
    const values: Record<string, PdfObject> = {};
    for (const key of TELLING_KEYS) {
      const value = dictionary.get(key);
      if (!(value instanceof PdfReference)) continue;
      this.#resolvedLeft -= 1;
      if (this.#resolvedLeft < 0) return dictionary;
      values[key] = await this.#file.resolve(value);
    }
    return Object.keys(values).length === 0 ? dictionary : dictionary.with(values);
  }

  #lookAt(written: PdfDictionary, dictionary: PdfDictionary): void {
    const action = nameOf(dictionary.get('S'));
    const annotation = nameOf(dictionary.get('Subtype'));
    this.#warn(action && ACTIONS.get(action), annotation && ANNOTATIONS.get(annotation));
    if (dictionary.get('JS') !== undefined || dictionary.get('JavaScript') !== undefined) this.#preview.warn('scripts');
    if (dictionary.get('EmbeddedFiles') !== undefined || dictionary.get('EF') !== undefined) {
      this.#preview.warn('embedded-files');
    }
    if (isName(dictionary.get('Type'), 'EmbeddedFile')) this.#preview.warn('embedded-files');
    if (dictionary.get('XFA') !== undefined) this.#preview.warn('form-fields');
    this.#lookAtField(dictionary);
    this.#lookAtLayers(dictionary);
    const contents = written.get('Contents');
    if (contents instanceof PdfReference || contents instanceof PdfArray) this.#noteContents(contents);
  }

  #lookAtField(dictionary: PdfDictionary): void {
    const type = nameOf(dictionary.get('FT'));
    if (type === 'Tx' || type === 'Btn' || type === 'Ch') this.#preview.warn('form-fields');
    if (type === 'Sig' && dictionary.get('V') !== undefined) this.#preview.warn('already-signed');
    if (dictionary.get('ByteRange') !== undefined) this.#preview.warn('already-signed');
    // Fields whose values a script computes (§12.7.3).
    if (isFilledArray(dictionary.get('CO'))) this.#preview.warn('scripts');
  }

  /** Optional content that is off to begin with (§8.11.4.3), or is seen or printed only (§8.11.4.4). */
  #lookAtLayers(dictionary: PdfDictionary): void {
    const isOff =
      isFilledArray(dictionary.get('OFF')) ||
      ['BaseState', 'ViewState', 'PrintState'].some((key) => isName(dictionary.get(key), 'OFF'));
    if (isOff) this.#preview.warn('hidden-layers');
  }

  #noteContents(contents: PdfReference | PdfArray): void {
    const references = contents instanceof PdfArray ? contents.items : [contents];
    for (const reference of references) {
      if (!(reference instanceof PdfReference) || this.#contents.has(keyOf(reference))) continue;
      this.#contents.add(keyOf(reference));
      // Once more, where it was taken for something else.
      this.#waiting.push(reference);
    }
  }

  async #lookForInvisibleText(stream: PdfStream, isPageContent: boolean): Promise<void> {
    const dictionary = await this.#resolved(stream.dictionary);
    if (!isPageContent && !isLikeContent(dictionary)) return;
    if (stream.length > MAX_CONTENT_BYTES || this.#decodedBytesLeft <= 0) {
      this.#preview.warn('cut');
      return;
    }
    const content = await this.#file.decodeStream(stream, MAX_CONTENT_BYTES).catch(() => undefined);
    if (content === undefined) {
      this.#decodedBytesLeft -= MAX_CONTENT_BYTES;
      this.#preview.warn('cut');
      return;
    }
    this.#decodedBytesLeft -= content.length;
    if (hasInvisibleText(content)) this.#preview.warn('invisible-text');
  }

  #warn(...warnings: readonly (PreviewWarning | '' | undefined)[]): void {
    for (const warning of warnings) if (warning) this.#preview.warn(warning);
  }
}

function keyOf({ number, generation }: PdfReference): string {
  return `${number} ${generation}`;
}

function isLikeContent(dictionary: PdfDictionary): boolean {
  return (
    isName(dictionary.get('Subtype'), 'Form') ||
    (dictionary.get('Subtype') === undefined &&
      dictionary.get('Type') === undefined &&
      dictionary.get('Length1') === undefined &&
      naturalNumber(dictionary.get('FunctionType')) === undefined)
  );
}

function isFilledArray(object: PdfObject | undefined): boolean {
  return object instanceof PdfArray && object.items.length > 0;
}

function nameOf(object: PdfObject | undefined): string | undefined {
  return object instanceof PdfName ? object.name : undefined;
}
