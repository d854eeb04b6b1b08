import { FormatError } from '../../../../sdk/formats/index.js';
import { openPdf, type PdfFile } from '../../../../sdk/formats/pdf/file.js';
import {
  isName,
  naturalNumber,
  PdfArray,
  PdfDictionary,
  PdfName,
  PdfReference,
  PdfStream,
  PdfString,
  type PdfObject,
} from '../../../../sdk/formats/pdf/objects.js';
import { pageCount } from '../../../../sdk/formats/pdf/pages.js';
import { decodeTextString } from '../../../../sdk/formats/pdf/text-string.js';
import type { RandomAccessSource } from '../../../../sdk/formats/ports.js';
import type { DocumentPreview, PreviewWarning } from '../document-preview.js';
import type { PreviewOptions } from './preview-document.js';
import { PreviewBuilder } from './preview-parts.js';

/** Objects that are looked at; and octets of page contents that are decoded, of one and of all. */
const MAX_OBJECTS = 10_000;
const MAX_CONTENT_BYTES = 1024 * 1024;
const MAX_DECODED_BYTES = 4 * 1024 * 1024;

/** Pages, title, and what a person cannot see on a page. */
export async function previewPdf(source: RandomAccessSource, { inflate }: PreviewOptions): Promise<DocumentPreview> {
  const preview = new PreviewBuilder();
  if (inflate === undefined) {
    preview.warn('cut');
    return preview.build('pdf');
  }
  let pages: number | undefined;
  try {
    const file = await openPdf(source, { inflate });
    pages = await pageCount(file);
    await readTitle(file, preview);
    await new PdfWalk(file, preview).run();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    preview.warn(error.reason === 'pdf-encrypted' ? 'encrypted' : 'damaged');
  }
  return preview.build('pdf', pages === undefined ? {} : { pages });
}

async function readTitle(file: PdfFile, preview: PreviewBuilder): Promise<void> {
  const information = await file.dictionary(file.trailer.get('Info'));
  const title = await file.resolve(information?.get('Title'));
  if (title instanceof PdfString) preview.title(decodeTextString(title));
}

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

/** From everything to everything, and the structure of the text for whoever cannot see it: many objects, no actions. */
const NOT_FOLLOWED: ReadonlySet<string> = new Set(['Parent', 'StructTreeRoot']);

/** Goes through everything that the catalog leads to, nearest first. */
class PdfWalk {
  readonly #file: PdfFile;
  readonly #preview: PreviewBuilder;
  readonly #seen = new Set<number>();
  readonly #waiting: PdfReference[] = [];
  #decodedBytesLeft = MAX_DECODED_BYTES;

  constructor(file: PdfFile, preview: PreviewBuilder) {
    this.#file = file;
    this.#preview = preview;
  }

  async run(): Promise<void> {
    this.#visit(this.#file.trailer.get('Root'));
    for (let count = 0; count < this.#waiting.length; count += 1) {
      if (count >= MAX_OBJECTS) {
        this.#preview.warn('cut');
        return;
      }
      await this.#read(this.#waiting[count]);
    }
  }

  async #read(reference: PdfReference | undefined): Promise<void> {
    try {
      const object = await this.#file.resolve(reference);
      this.#visit(object);
      if (object instanceof PdfStream) await this.#lookForInvisibleText(object);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#preview.warn('damaged');
    }
  }

  #visit(object: PdfObject | undefined): void {
    if (object instanceof PdfReference) this.#enqueue(object);
    else if (object instanceof PdfArray) for (const item of object.items) this.#visit(item);
    else if (object instanceof PdfStream) this.#visitStream(object);
    else if (object instanceof PdfDictionary) this.#visitDictionary(object);
  }

  #enqueue(reference: PdfReference): void {
    if (this.#seen.has(reference.number)) return;
    this.#seen.add(reference.number);
    this.#waiting.push(reference);
  }

  #visitStream({ dictionary }: PdfStream): void {
    // The data of such a stream are in another file (§7.3.8.2).
    if (dictionary.get('F') !== undefined) this.#preview.warn('external-references');
    if (isName(dictionary.get('Type'), 'EmbeddedFile')) this.#preview.warn('embedded-files');
    this.#visitDictionary(dictionary);
  }

  #visitDictionary(dictionary: PdfDictionary): void {
    const action = nameOf(dictionary.get('S'));
    const annotation = nameOf(dictionary.get('Subtype'));
    this.#warn(action && ACTIONS.get(action), annotation && ANNOTATIONS.get(annotation));
    if (dictionary.get('JS') !== undefined || dictionary.get('JavaScript') !== undefined) this.#preview.warn('scripts');
    if (dictionary.get('EmbeddedFiles') !== undefined || dictionary.get('EF') !== undefined) {
      this.#preview.warn('embedded-files');
    }
    if (dictionary.get('XFA') !== undefined) this.#preview.warn('form-fields');
    this.#visitField(dictionary);
    this.#visitLayers(dictionary);
    for (const [key, value] of dictionary.entries) {
      if (!NOT_FOLLOWED.has(key)) this.#visit(value);
    }
  }

  #visitField(dictionary: PdfDictionary): void {
    const type = nameOf(dictionary.get('FT'));
    if (type === 'Tx' || type === 'Btn' || type === 'Ch') this.#preview.warn('form-fields');
    if (type === 'Sig' && dictionary.get('V') !== undefined) this.#preview.warn('already-signed');
    if (dictionary.get('ByteRange') !== undefined) this.#preview.warn('already-signed');
  }

  /** Optional content that is off to begin with (§8.11.4.3). */
  #visitLayers(dictionary: PdfDictionary): void {
    const off = dictionary.get('OFF');
    const isOff = off instanceof PdfArray && off.items.length > 0;
    if (isOff || isName(dictionary.get('BaseState'), 'OFF')) this.#preview.warn('hidden-layers');
  }

  /** Text in rendering mode 3 (§9.3.6), which programs for scanned pages put behind the picture. */
  async #lookForInvisibleText(stream: PdfStream): Promise<void> {
    const { dictionary, length } = stream;
    const isContent =
      isName(dictionary.get('Subtype'), 'Form') ||
      (dictionary.get('Subtype') === undefined &&
        dictionary.get('Type') === undefined &&
        dictionary.get('Length1') === undefined &&
        naturalNumber(dictionary.get('FunctionType')) === undefined);
    if (!isContent) return;
    if (length > MAX_CONTENT_BYTES || this.#decodedBytesLeft <= 0) {
      this.#preview.warn('cut');
      return;
    }
    const content = await this.#file.decodeStream(stream, MAX_CONTENT_BYTES).catch(() => undefined);
    if (content === undefined) {
      this.#preview.warn('cut');
      return;
    }
    this.#decodedBytesLeft -= content.length;
    if (/(?:^|[\s\]>)])3\s+Tr\b/.test(new TextDecoder('windows-1252').decode(content)))
      this.#preview.warn('invisible-text');
  }

  #warn(...warnings: readonly (PreviewWarning | '' | undefined)[]): void {
    for (const warning of warnings) if (warning) this.#preview.warn(warning);
  }
}

function nameOf(object: PdfObject | undefined): string | undefined {
  return object instanceof PdfName ? object.name : undefined;
}
