import type { CanonicalOutput } from './canonical-output.js';
import { CanonicalTags } from './canonical-tags.js';
import { CanonicalText } from './canonical-text.js';
import { skipDeclaration } from './declaration.js';
import type { XmlElement } from './element.js';
import { findAscii, hasAscii, isSpace, Octet, skipSpace } from './octets.js';

export interface CanonicalizerOptions {
  readonly withComments: boolean;
  /** Undefined: the inclusive methods. */
  readonly inclusivePrefixes: readonly string[] | undefined;
  /** Elements to leave out, in the order of the document, none within another. */
  readonly exclude: readonly XmlElement[];
}

/** Writes canonical form from the octets of a document that has been found well-formed. */
export class Canonicalizer {
  readonly #bytes: Uint8Array;
  readonly #output: CanonicalOutput;
  readonly #options: CanonicalizerOptions;
  readonly #text: CanonicalText;
  readonly #tags: CanonicalTags;
  /** How many of `exclude` have been passed. */
  #excluded = 0;

  constructor(bytes: Uint8Array, output: CanonicalOutput, options: CanonicalizerOptions) {
    this.#bytes = bytes;
    this.#output = output;
    this.#options = options;
    this.#text = new CanonicalText(bytes, output);
    this.#tags = new CanonicalTags(bytes, output, this.#text, options.inclusivePrefixes);
  }

  /** Comments and processing instructions before the root, each with a line feed after it. */
  before(rootStart: number): void {
    let position = skipSpace(this.#bytes, skipDeclaration(this.#bytes));
    while (position < rootStart) {
      const end = this.#outside(position);
      if (this.#isWritten(position)) this.#output.octet(Octet.LF);
      position = skipSpace(this.#bytes, end);
    }
  }

  /** Those after the root, each with a line feed before it. */
  after(rootEnd: number): void {
    let position = skipSpace(this.#bytes, rootEnd);
    while (position < this.#bytes.length) {
      if (this.#isWritten(position)) this.#output.octet(Octet.LF);
      position = skipSpace(this.#bytes, this.#outside(position));
    }
  }

  #outside(start: number): number {
    this.#output.begin(start);
    const end = this.#commentOrInstruction(start);
    this.#output.cut(end, end);
    return end;
  }

  /** One element with all it contains. */
  element(apex: XmlElement): void {
    this.#output.begin(apex.start);
    let position = this.#tags.apex(apex);
    while (position < apex.end) {
      position = this.#text.text(position);
      const octet = this.#bytes[position + 1] ?? 0;
      if (octet === Octet.SLASH) position = this.#tags.end(position);
      else if (octet === Octet.EXCLAMATION || octet === Octet.QUESTION) position = this.#notElement(position);
      else if (position === this.#options.exclude[this.#excluded]?.start) position = this.#exclude(position);
      else position = this.#tags.start(position);
    }
    this.#output.cut(apex.end, apex.end);
  }

  #exclude(position: number): number {
    const end = this.#options.exclude[this.#excluded]?.end ?? position;
    this.#output.cut(position, end);
    this.#excluded += 1;
    return end;
  }

  #notElement(position: number): number {
    const isCdata = this.#bytes[position + 2] === Octet.OPENING_BRACKET;
    return isCdata ? this.#text.cdata(position) : this.#commentOrInstruction(position);
  }

  #isWritten(position: number): boolean {
    return this.#bytes[position + 1] === Octet.QUESTION || this.#options.withComments;
  }

  #commentOrInstruction(start: number): number {
    const isComment = this.#bytes[start + 1] === Octet.EXCLAMATION;
    const end = isComment ? findAscii(this.#bytes, start + 4, '-->') : findAscii(this.#bytes, start + 2, '?>');
    if (!this.#isWritten(start)) this.#output.cut(start, end);
    else this.#text.lines(isComment ? start : this.#instructionTarget(start), end);
    return end;
  }

  /** One space after the target if there is data, nothing otherwise; answers where the data begins. */
  #instructionTarget(start: number): number {
    let end = start + 2;
    while (!isSpace(this.#bytes[end] ?? 0) && !hasAscii(this.#bytes, end, '?>')) end += 1;
    const data = skipSpace(this.#bytes, end);
    if (data === end) return data;
    this.#output.cut(end, data);
    if (!hasAscii(this.#bytes, data, '?>')) this.#output.octet(Octet.SPACE);
    return data;
  }
}
