import type { CanonicalOutput } from './canonical-output.js';
import { hasAscii, Octet, octetTable } from './octets.js';
import { referencedCodePoint, referenceEnd } from './references.js';
import { refuse } from './refuse.js';
import { escapeAttribute, escapeText } from './values.js';

function among(characters: string): Uint8Array {
  return octetTable((octet) => characters.includes(String.fromCharCode(octet)));
}

/** Octets that are not copied just so. NUL is in no document: it stands for the end of one that has changed since. */
const TEXT_MARKS = among('<&>\r\0');
const CDATA_MARKS = among('<&>\r]\0');
export const VALUE_MARKS = among('&"\t\n\r\0');

/** References that stay as they are. */
const TEXT_REFERENCES = ['&amp;', '&lt;', '&gt;', '&#xD;'];
const VALUE_REFERENCES = ['&amp;', '&lt;', '&quot;', '&#x9;', '&#xA;', '&#xD;'];

/** Character data and values of a well-formed document in the form of Canonical XML 1.0 §2.3. */
export class CanonicalText {
  readonly #bytes: Uint8Array;
  readonly #output: CanonicalOutput;

  constructor(bytes: Uint8Array, output: CanonicalOutput) {
    this.#bytes = bytes;
    this.#output = output;
  }

  /** Goes on with the run over character data from `position` on; answers the next `<`. */
  text(position: number): number {
    const bytes = this.#bytes;
    for (;;) {
      while (TEXT_MARKS[bytes[position] ?? 0] === 0) position += 1;
      const octet = bytes[position];
      if (octet === Octet.LESS) return position;
      position = octet === Octet.AMPERSAND ? this.#textReference(position) : this.#character(position);
    }
  }

  /** Writes the text of the CDATA section at `start` and answers the octet after it. */
  cdata(start: number): number {
    const bytes = this.#bytes;
    let position = start + '<![CDATA['.length;
    this.#output.cut(start, position);
    for (;;) {
      while (CDATA_MARKS[bytes[position] ?? 0] === 0) position += 1;
      if (bytes[position] !== Octet.CLOSING_BRACKET) {
        position = this.#character(position);
      } else if (hasAscii(bytes, position, ']]>')) {
        this.#output.cut(position, position + 3);
        return position + 3;
      } else {
        position += 1;
      }
    }
  }

  /** Goes on with the run over markup from `start` to `end` that has line ends only to be looked after. */
  lines(start: number, end: number): void {
    for (let position = start; position < end; position += 1) {
      if (this.#bytes[position] === Octet.CR) this.#character(position);
    }
  }

  /** Writes the value of an attribute, aside from the run. */
  value(start: number, end: number): void {
    const bytes = this.#bytes;
    const output = this.#output;
    let run = start;
    let position = start;
    while (position < end) {
      const octet = bytes[position] ?? 0;
      if (VALUE_MARKS[octet] === 0) {
        position += 1;
        continue;
      }
      output.copy(run, position);
      if (octet === Octet.AMPERSAND) {
        const semicolon = referenceEnd(bytes, position);
        output.text(escapeAttribute(String.fromCodePoint(referencedCodePoint(bytes, position, semicolon))));
        position = semicolon;
      } else if (octet === Octet.QUOTE) {
        output.ascii('&quot;');
      } else if (octet !== Octet.CR || bytes[position + 1] !== Octet.LF) {
        output.octet(Octet.SPACE);
      }
      position += 1;
      run = position;
    }
    output.copy(run, end);
  }

  /** The octet after the reference at `position` if an attribute's value has it in canonical form, otherwise 0. */
  skipCanonicalValueReference(position: number): number {
    return this.#skipReference(position, VALUE_REFERENCES);
  }

  #skipReference(position: number, references: readonly string[]): number {
    for (const reference of references) {
      if (hasAscii(this.#bytes, position, reference)) return position + reference.length;
    }
    return 0;
  }

  #textReference(position: number): number {
    const canonicalEnd = this.#skipReference(position, TEXT_REFERENCES);
    if (canonicalEnd > 0) return canonicalEnd;
    const end = referenceEnd(this.#bytes, position);
    this.#output.cut(position, end + 1);
    this.#output.text(escapeText(String.fromCodePoint(referencedCodePoint(this.#bytes, position, end))));
    return end + 1;
  }

  /** A `&`, `<`, `>` or carriage return that stands for itself. */
  #character(position: number): number {
    const octet = this.#bytes[position] ?? 0;
    if (octet === 0) refuse('xml-unclosed', position);
    this.#output.cut(position, position + 1);
    if (octet !== Octet.CR) this.#output.ascii(escapeText(String.fromCharCode(octet)));
    else if (this.#bytes[position + 1] !== Octet.LF) this.#output.octet(Octet.LF);
    return position + 1;
  }
}
