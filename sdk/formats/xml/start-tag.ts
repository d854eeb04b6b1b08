import { scanValue } from './characters.js';
import { MAX_ATTRIBUTES } from './limits.js';
import type { NameCache, XmlName } from './names.js';
import { checkDeclaration, type NamespaceContext } from './namespaces.js';
import { isSpace, Octet, skipSpace } from './octets.js';
import { referencedCodePoint, referenceEnd } from './references.js';
import { refuse } from './refuse.js';
import { decodeValue } from './values.js';

/** From here on a set finds equal attribute names faster than comparing all with all. */
const MANY_ATTRIBUTES = 12;

/** Namespace name of an attribute's name: attributes without a prefix have none (Namespaces in XML §6.2). */
export function attributeNamespace(name: XmlName): string {
  return name.prefix.name === '' ? '' : (name.prefix.uri ?? '');
}

/** One start tag or empty-element tag, taken apart into octet ranges. Made once and filled again for each tag. */
export class StartTag {
  readonly #bytes: Uint8Array;
  readonly #names: NameCache;
  readonly #context: NamespaceContext;
  #name: XmlName | undefined;
  /** Declarations and attributes as written; valid up to `count`. */
  readonly attributeNames: XmlName[] = [];
  readonly valueStarts = new Int32Array(MAX_ATTRIBUTES);
  readonly valueEnds = new Int32Array(MAX_ATTRIBUTES);
  count = 0;
  hasDeclarations = false;
  isEmpty = false;
  /** Octet after `>`. */
  end = 0;

  constructor(bytes: Uint8Array, names: NameCache, context: NamespaceContext) {
    this.#bytes = bytes;
    this.#names = names;
    this.#context = context;
  }

  get name(): XmlName {
    return this.#name ?? refuse('xml-tag', 0);
  }

  /** Reads the tag whose `<` is at `start` (XML 1.0 §3.1); says nothing about namespaces yet. */
  read(start: number): void {
    const bytes = this.#bytes;
    const name = this.#names.read(start + 1);
    this.#name = name;
    this.count = 0;
    this.hasDeclarations = false;
    let position = start + 1 + name.length;
    for (;;) {
      const octet = bytes[position] ?? 0;
      if (octet === Octet.GREATER) break;
      if (octet === Octet.SLASH) {
        if (bytes[position + 1] !== Octet.GREATER) refuse('xml-tag', position);
        break;
      }
      if (!isSpace(octet)) refuse(position >= bytes.length ? 'xml-unclosed' : 'xml-tag', position);
      position = skipSpace(bytes, position + 1);
      const next = bytes[position] ?? 0;
      if (next !== Octet.GREATER && next !== Octet.SLASH) position = this.#attribute(position);
    }
    this.isEmpty = bytes[position] === Octet.SLASH;
    this.end = position + (this.isEmpty ? 2 : 1);
  }

  #attribute(start: number): number {
    const bytes = this.#bytes;
    if (start >= bytes.length) refuse('xml-unclosed', start);
    if (this.count === MAX_ATTRIBUTES) refuse('xml-limit', start);
    const name = this.#names.read(start);
    let position = skipSpace(bytes, start + name.length);
    if (bytes[position] !== Octet.EQUALS) refuse('xml-attribute', position);
    position = skipSpace(bytes, position + 1);
    const quote = bytes[position] ?? 0;
    if (quote !== Octet.QUOTE && quote !== Octet.APOSTROPHE) refuse('xml-attribute', position);
    const valueStart = position + 1;
    position = scanValue(bytes, valueStart, quote);
    while (bytes[position] === Octet.AMPERSAND) {
      const end = referenceEnd(bytes, position);
      referencedCodePoint(bytes, position, end);
      position = scanValue(bytes, end + 1, quote);
    }
    this.attributeNames[this.count] = name;
    this.valueStarts[this.count] = valueStart;
    this.valueEnds[this.count] = position;
    this.count += 1;
    if (name.declares !== undefined) this.hasDeclarations = true;
    return position + 1;
  }

  /** The normalised value of the attribute at `index`. */
  value(index: number): string {
    return decodeValue(this.#bytes, this.valueStarts[index] ?? 0, this.valueEnds[index] ?? 0);
  }

  /** Brings the tag's declarations into scope. @throws FormatError `xml-namespace`, `xml-relative-namespace` */
  declare(): void {
    if (!this.hasDeclarations) return;
    for (let index = 0; index < this.count; index += 1) {
      const declared = this.attributeNames[index]?.declares;
      if (declared === undefined) continue;
      const uri = this.value(index);
      checkDeclaration(declared.name, uri, this.valueStarts[index] ?? 0);
      this.#context.declare(declared, uri);
    }
  }

  /** Refuses prefixes without a declaration and attributes that are there twice (Namespaces in XML §5, §6.3). */
  checkNames(): void {
    if (this.name.prefix.uri === undefined) refuse('xml-unbound-prefix', this.end);
    for (let index = 0; index < this.count; index += 1) {
      const name = this.attributeNames[index];
      if (name?.declares === undefined && name?.prefix.uri === undefined) refuse('xml-unbound-prefix', this.end);
    }
    if (this.count > MANY_ATTRIBUTES ? this.#hasTwinsAmongMany() : this.#hasTwins()) {
      refuse('xml-duplicate-attribute', this.end);
    }
  }

  #hasTwins(): boolean {
    for (let index = 1; index < this.count; index += 1) {
      const name = this.attributeNames[index];
      for (let before = 0; before < index; before += 1) {
        const other = this.attributeNames[before];
        if (name === other) return true;
        if (name !== undefined && other?.localName === name.localName && isSameName(name, other)) return true;
      }
    }
    return false;
  }

  #hasTwinsAmongMany(): boolean {
    const seen = new Set<string>();
    for (const name of this.attributeNames.slice(0, this.count)) {
      const space = name.declares === undefined ? attributeNamespace(name) : ' xmlns';
      seen.add(`${name.localName} ${space}`);
    }
    return seen.size < this.count;
  }
}

/** Two attributes with equal local names. */
function isSameName(name: XmlName, other: XmlName): boolean {
  if (name.declares !== undefined || other.declares !== undefined) return name.declares === other.declares;
  return attributeNamespace(name) === attributeNamespace(other);
}
