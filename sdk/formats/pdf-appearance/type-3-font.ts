import { encodeHex, encodeUtf8 } from '../bytes.js';
import { FormatError } from '../format-error.js';
import { PdfArray, PdfDictionary, pdfDictionary, PdfName, type PdfReference } from '../pdf/objects.js';
import type { Character, Glyph, OutlineStep } from './glyphs.js';

/** Codes of a simple font (ISO 32000-2 §9.6): one octet each. 0 stays unused. */
const MAX_GLYPHS = 255;

/**
 * The glyphs of one text as a Type 3 font (ISO 32000-2 §9.6.4): each glyph is drawn by its own outline, so that what is seen
 * depends on no font of the viewer's, and a font in any format can be the source.
 */
export class Type3Font {
  readonly #codes = new Map<number, number>();
  readonly #glyphs: { readonly glyph: Glyph; readonly text: string }[] = [];

  /** The octet that shows this glyph. @throws FormatError `ERR_SIGN_FORMAT` (`pdf-appearance-too-long`) */
  codeOf(glyph: Glyph, { text }: Character): number {
    const known = this.#codes.get(glyph.id);
    if (known !== undefined) return known;
    if (this.#glyphs.length === MAX_GLYPHS) {
      throw new FormatError('ERR_SIGN_FORMAT', 'too many characters', { reason: 'pdf-appearance-too-long' });
    }
    this.#glyphs.push({ glyph, text });
    this.#codes.set(glyph.id, this.#glyphs.length);
    return this.#glyphs.length;
  }

  /** Content of each glyph's stream, in the order of codes from 1. */
  procedures(): readonly Uint8Array[] {
    return this.#glyphs.map(({ glyph }) => encodeUtf8(procedure(glyph)));
  }

  /** Content of the ToUnicode stream (ISO 32000-2 §9.10.3), for search and for readers of the screen. */
  toUnicode(): Uint8Array {
    const mappings = this.#glyphs.map(({ text }, index) => `<${octet(index + 1)}> <${utf16Hex(text)}>`);
    return encodeUtf8(
      [
        '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
        '/CMapName /Madoguchi-Signature def /CMapType 2 def',
        '1 begincodespacerange <00> <FF> endcodespacerange',
        ...chunks(mappings, 100).map((some) => `${String(some.length)} beginbfchar\n${some.join('\n')}\nendbfchar`),
        'endcmap CMapName currentdict /CMap defineresource pop end end',
      ].join('\n'),
    );
  }

  /** @param procedures references to the streams of `procedures()` */
  dictionary(procedures: readonly PdfReference[], toUnicode: PdfReference): PdfDictionary {
    const names = procedures.map((_, index) => `g${String(index + 1)}`);
    return pdfDictionary({
      Type: new PdfName('Font'),
      Subtype: new PdfName('Type3'),
      FontBBox: new PdfArray(this.#bounds()),
      FontMatrix: new PdfArray([0.001, 0, 0, 0.001, 0, 0]),
      CharProcs: new PdfDictionary(new Map(procedures.map((reference, index) => [`g${String(index + 1)}`, reference]))),
      Encoding: pdfDictionary({
        Type: new PdfName('Encoding'),
        Differences: new PdfArray([1, ...names.map((name) => new PdfName(name))]),
      }),
      FirstChar: 1,
      LastChar: procedures.length,
      Widths: new PdfArray(this.#glyphs.map(({ glyph }) => Math.round(glyph.advance))),
      Resources: pdfDictionary({}),
      ToUnicode: toUnicode,
    });
  }

  #bounds(): number[] {
    const all = this.#glyphs.map(({ glyph }) => boundsOf(glyph));
    return [
      Math.min(0, ...all.map(([left]) => left)),
      Math.min(0, ...all.map(([, bottom]) => bottom)),
      Math.max(0, ...all.map(([, , right]) => right)),
      Math.max(0, ...all.map(([, , , top]) => top)),
    ];
  }
}

/** `d1`: a shape without a colour of its own (ISO 32000-2 §9.6.4, Table 111). */
function procedure(glyph: Glyph): string {
  const [left, bottom, right, top] = boundsOf(glyph);
  const head = [Math.round(glyph.advance), 0, left, bottom, right, top].join(' ');
  return `${head} d1\n${glyph.outline.map(pathOperator).join('\n')}\nf`;
}

function pathOperator(step: OutlineStep): string {
  switch (step.step) {
    case 'move':
      return `${numbers(step.x, step.y)} m`;
    case 'line':
      return `${numbers(step.x, step.y)} l`;
    case 'curve':
      return `${numbers(step.x1, step.y1, step.x2, step.y2, step.x, step.y)} c`;
    case 'close':
      return 'h';
  }
}

function numbers(...values: readonly number[]): string {
  return values.map((value) => String(Math.round(value * 10) / 10)).join(' ');
}

type Bounds = readonly [left: number, bottom: number, right: number, top: number];

/** Of the control points, which is as large as the curves or larger. */
function boundsOf({ outline }: Glyph): Bounds {
  const points = outline.flatMap((step): readonly (readonly [number, number])[] => {
    if (step.step === 'close') return [];
    const end = [step.x, step.y] as const;
    return step.step === 'curve' ? [[step.x1, step.y1], [step.x2, step.y2], end] : [end];
  });
  if (points.length === 0) return [0, 0, 0, 0];
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [
    Math.floor(Math.min(...xs)),
    Math.floor(Math.min(...ys)),
    Math.ceil(Math.max(...xs)),
    Math.ceil(Math.max(...ys)),
  ];
}

function octet(value: number): string {
  return value.toString(16).padStart(2, '0').toUpperCase();
}

function utf16Hex(text: string): string {
  const octets = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).flatMap((unit) => [
    unit >> 8,
    unit & 0xff,
  ]);
  return encodeHex(Uint8Array.from(octets));
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
