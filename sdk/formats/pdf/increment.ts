/** Writing a further revision behind a document (ISO 32000-2 §7.5.6). */
import { concatBytes } from '../bytes.js';
import type { PdfFile } from './file.js';
import { PdfArray, PdfName, pdfDictionary, PdfReference, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';
import { serialize, serializeIndirect, toOctets, type NewStream } from './serialize.js';

/** Entries of a cross-reference stream's dictionary that are about that stream, and of a trailer about its section. */
const OWN_KEYS = [
  'Prev',
  'XRefStm',
  'Type',
  'W',
  'Index',
  'Length',
  'Filter',
  'DecodeParms',
  'F',
  'FFilter',
  'FDecodeParms',
];
/** Octets that an entry of a cross-reference table has digits for. */
const MAX_TABLE_OFFSET = 9_999_999_999;

/** New and changed objects, until they are written. */
export class PdfIncrement {
  readonly #file: PdfFile;
  readonly #objects = new Map<number, { readonly reference: PdfReference; readonly object: PdfObject | NewStream }>();
  #nextNumber: number;

  constructor(file: PdfFile) {
    this.#file = file;
    this.#nextNumber = Math.max(file.size, 1);
  }

  /** A number that no object has had. */
  allocate(): PdfReference {
    const reference = new PdfReference(this.#nextNumber, 0);
    this.#nextNumber += 1;
    return reference;
  }

  set(reference: PdfReference, object: PdfObject | NewStream): void {
    this.#objects.set(reference.number, { reference, object });
  }

  add(object: PdfObject | NewStream): PdfReference {
    const reference = this.allocate();
    this.set(reference, object);
    return reference;
  }

  /**
   * The octets to append, with `last` as the last object: its text is written as given.
   * @param last the octets of a whole indirect object, `12 0 obj` to `endobj`
   */
  async write(last: { readonly reference: PdfReference; readonly bytes: Uint8Array }): Promise<WrittenIncrement> {
    const start = this.#file.source.size;
    const separator = await this.#separator();
    const objects = [...this.#objects.values()].toSorted((a, b) => a.reference.number - b.reference.number);
    const parts = [separator];
    const places: Place[] = [];
    let offset = start + separator.length;
    const append = (reference: PdfReference, bytes: Uint8Array): void => {
      places.push({ reference, offset });
      parts.push(bytes);
      offset += bytes.length;
    };
    for (const { reference, object } of objects) append(reference, serializeIndirect(reference, object));
    const lastStart = offset - start;
    append(last.reference, last.bytes);
    parts.push(this.#xref(offset, places), toOctets(`startxref\n${offset}\n%%EOF\n`));
    return { bytes: concatBytes(...parts), lastStart };
  }

  /** The increment begins on a line of its own. */
  async #separator(): Promise<Uint8Array> {
    const { source } = this.#file;
    const [last = 0] = await source.read(source.size - 1, 1);
    return last === 0x0a || last === 0x0d ? new Uint8Array() : Uint8Array.of(0x0a);
  }

  /** Of the same kind as the newest section: readers of old documents may know no streams (§7.5.8.4). */
  #xref(offset: number, places: readonly Place[]): Uint8Array {
    return this.#file.links[0]?.section.kind === 'stream'
      ? this.#xrefStream(offset, places)
      : this.#xrefTable(offset, places);
  }

  #trailer(size: number): Record<string, PdfObject> {
    const kept = [...this.#file.trailer.entries].filter(([key]) => !OWN_KEYS.includes(key));
    const previous = this.#file.revisions.at(-1)?.xrefOffset ?? 0;
    return { ...Object.fromEntries(kept), Size: size, Prev: previous };
  }

  #xrefTable(offset: number, places: readonly Place[]): Uint8Array {
    if (offset > MAX_TABLE_OFFSET) refusePdf('pdf-too-large', 'too large for a cross-reference table');
    const sections = subsections(places).map(({ first, places }) => {
      const lines = places.map(({ reference, offset }) => {
        return `${String(offset).padStart(10, '0')} ${String(reference.generation).padStart(5, '0')} n \n`;
      });
      return `${first} ${places.length}\n${lines.join('')}`;
    });
    const trailer = serialize(pdfDictionary(this.#trailer(this.#nextNumber)));
    return toOctets(`xref\n${sections.join('')}trailer\n${trailer}\n`);
  }

  /** Not compressed: it is small. */
  #xrefStream(offset: number, places: readonly Place[]): Uint8Array {
    const own = new PdfReference(this.#nextNumber, 0);
    const groups = subsections([...places, { reference: own, offset }]);
    const offsetBytes = Math.max(4, Math.ceil(offset.toString(16).length / 2));
    const entries = groups.flatMap(({ places }) => {
      return places.map(({ reference, offset }) => xrefStreamEntry(offset, reference.generation, offsetBytes));
    });
    const dictionary = pdfDictionary({
      ...this.#trailer(own.number + 1),
      Type: new PdfName('XRef'),
      W: new PdfArray([1, offsetBytes, 2]),
      Index: new PdfArray(groups.flatMap(({ first, places }) => [first, places.length])),
    });
    return serializeIndirect(own, { dictionary, data: concatBytes(...entries) });
  }
}

export interface WrittenIncrement {
  readonly bytes: Uint8Array;
  /** Where the last object begins in `bytes`. */
  readonly lastStart: number;
}

interface Place {
  readonly reference: PdfReference;
  /** Octets from the start of the document. */
  readonly offset: number;
}

/** Runs of object numbers that follow each other, ascending. */
function subsections(places: readonly Place[]): { first: number; places: Place[] }[] {
  const result: { first: number; places: Place[] }[] = [];
  for (const place of places.toSorted((a, b) => a.reference.number - b.reference.number)) {
    const { number } = place.reference;
    const current = result.at(-1);
    if (current !== undefined && number === current.first + current.places.length) current.places.push(place);
    else result.push({ first: number, places: [place] });
  }
  return result;
}

function xrefStreamEntry(offset: number, generation: number, offsetBytes: number): Uint8Array {
  const entry = new Uint8Array(1 + offsetBytes + 2);
  entry[0] = 1;
  for (let index = offsetBytes, rest = offset; index > 0; index -= 1, rest = Math.floor(rest / 256)) {
    entry[index] = rest % 256;
  }
  entry[1 + offsetBytes] = generation >> 8;
  entry[2 + offsetBytes] = generation & 0xff;
  return entry;
}
