import type { CanonicalOutput } from './canonical-output.js';
import { type CanonicalText, VALUE_MARKS } from './canonical-text.js';
import { NAME_OCTETS } from './characters.js';
import type { XmlAttribute, XmlElement } from './element.js';
import { MAX_ATTRIBUTES } from './limits.js';
import { NameCache, type XmlName } from './names.js';
import { NamespaceContext, type Prefix, XML_NAMESPACE } from './namespaces.js';
import { hasAscii, isSpace, Octet } from './octets.js';
import { compareCodePoints, RenderedNamespaces } from './rendered-namespaces.js';
import { attributeNamespace, StartTag } from './start-tag.js';
import { escapeAttribute } from './values.js';

/** A tag is not in canonical form. */
const NOT_CANONICAL = 0;

/** From here on inserting one by one is no longer the fastest way to sort. */
const MANY_ATTRIBUTES = 16;

/** Start and end tags of a well-formed document in the form of Canonical XML 1.0 §2.3. */
export class CanonicalTags {
  readonly #bytes: Uint8Array;
  readonly #output: CanonicalOutput;
  readonly #text: CanonicalText;
  readonly #isExclusive: boolean;
  readonly #context = new NamespaceContext();
  readonly #names: NameCache;
  readonly #tag: StartTag;
  readonly #rendered: RenderedNamespaces;
  readonly #sorted = new Int32Array(MAX_ATTRIBUTES);
  #depth = 0;
  #isPrefixed = false;

  /** @param inclusivePrefixes undefined for the inclusive methods */
  constructor(
    bytes: Uint8Array,
    output: CanonicalOutput,
    text: CanonicalText,
    inclusivePrefixes: readonly string[] | undefined,
  ) {
    this.#bytes = bytes;
    this.#output = output;
    this.#text = text;
    this.#isExclusive = inclusivePrefixes !== undefined;
    this.#names = new NameCache(bytes, this.#context);
    this.#tag = new StartTag(bytes, this.#names, this.#context);
    this.#rendered = new RenderedNamespaces(this.#context, inclusivePrefixes);
  }

  /** Writes the start tag of the outermost element with what it inherits; answers the octet after it. */
  apex(apex: XmlElement): number {
    const inherited = [...(apex.parent?.namespaces ?? [])].map(([name, uri]) => {
      const prefix = this.#context.prefix(name);
      this.#context.declare(prefix, uri);
      return prefix;
    });
    return this.#rewrite(apex.start, inherited, this.#isExclusive ? [] : apex.inheritedXmlAttributes);
  }

  /** Goes on with the run over the start tag at `start`, or writes it; answers the octet after it. */
  start(start: number): number {
    const position = this.#skipCanonical(start);
    if (position === NOT_CANONICAL) return this.#rewrite(start, undefined, []);
    if (this.#bytes[position] === Octet.GREATER) {
      this.#depth += 1;
      return position + 1;
    }
    let nameEnd = start + 1;
    while (NAME_OCTETS[this.#bytes[nameEnd] ?? 0] === 1) nameEnd += 1;
    this.#output.cut(position, position + 2);
    this.#endEmpty(start + 1, nameEnd);
    return position + 2;
  }

  /** The end tag at `start`. */
  end(start: number): number {
    const bytes = this.#bytes;
    let end = start + 2;
    while (end < bytes.length && bytes[end] !== Octet.GREATER) end += 1;
    if (isSpace(bytes[end - 1] ?? 0)) {
      let nameEnd = end;
      while (isSpace(bytes[nameEnd - 1] ?? 0)) nameEnd -= 1;
      this.#output.cut(nameEnd, end);
    }
    this.#rendered.close(this.#depth);
    this.#depth -= 1;
    return end + 1;
  }

  /**
   * The `>` or `/>` of the tag at `start` if all before it is canonical and no namespace declaration has to be written or
   * left out. Gives up where it is not sure.
   */
  #skipCanonical(start: number): number {
    const bytes = this.#bytes;
    let position = this.#skipName(start + 1);
    if (this.#isExclusive && !this.#isRendered(start + 1)) return NOT_CANONICAL;
    let before = 0;
    let isBeforePrefixed = false;
    while (position !== NOT_CANONICAL && bytes[position] === Octet.SPACE) {
      const name = position + 1;
      if (bytes[name] === Octet.LOWER_X && hasAscii(bytes, name, 'xmlns')) return NOT_CANONICAL;
      position = this.#skipName(name);
      if (bytes[position] !== Octet.EQUALS || bytes[position + 1] !== Octet.QUOTE) return NOT_CANONICAL;
      // Where both have namespaces, their names have to be known.
      if (isBeforePrefixed) return NOT_CANONICAL;
      if (before > 0 && !this.#isPrefixed && !this.#isAscending(before, name)) return NOT_CANONICAL;
      if (this.#isPrefixed && this.#isExclusive && !this.#isRendered(name)) return NOT_CANONICAL;
      isBeforePrefixed = this.#isPrefixed;
      before = name;
      position = this.#skipValue(position + 2);
    }
    const octet = bytes[position];
    return octet === Octet.GREATER || octet === Octet.SLASH ? position : NOT_CANONICAL;
  }

  /** The octet after the name; notes whether it has a prefix. */
  #skipName(position: number): number {
    const bytes = this.#bytes;
    let isPrefixed = false;
    for (let octet = bytes[position] ?? 0; NAME_OCTETS[octet] === 1; octet = bytes[position] ?? 0) {
      if (octet === Octet.COLON) isPrefixed = true;
      position += 1;
    }
    this.#isPrefixed = isPrefixed;
    return position;
  }

  /** Whether the name at `start`, the last one skipped, needs no declaration. */
  #isRendered(start: number): boolean {
    return this.#rendered.isRendered(this.#isPrefixed ? this.#names.read(start).prefix : this.#context.default);
  }

  /** Whether of the attribute names at `a` and `b`, both without a prefix, the first comes first. */
  #isAscending(a: number, b: number): boolean {
    const bytes = this.#bytes;
    let index = 0;
    while (bytes[a + index] === bytes[b + index]) index += 1;
    const left = bytes[a + index] ?? 0;
    const right = bytes[b + index] ?? 0;
    return NAME_OCTETS[right] === 1 && (left < right || NAME_OCTETS[left] !== 1);
  }

  /** The octet after the quote that ends the value. */
  #skipValue(position: number): number {
    const bytes = this.#bytes;
    for (;;) {
      while (VALUE_MARKS[bytes[position] ?? 0] === 0) position += 1;
      if (bytes[position] === Octet.QUOTE) return position + 1;
      if (bytes[position] !== Octet.AMPERSAND) return NOT_CANONICAL;
      position = this.#text.skipCanonicalValueReference(position);
      if (position === NOT_CANONICAL) return NOT_CANONICAL;
    }
  }

  #rewrite(start: number, inherited: readonly Prefix[] | undefined, inheritedXml: readonly XmlAttribute[]): number {
    const tag = this.#tag;
    const output = this.#output;
    tag.read(start);
    this.#depth += 1;
    const nameEnd = start + 1 + tag.name.length;
    output.cut(nameEnd, tag.end);
    for (const prefix of this.#rendered.open(tag, this.#depth, inherited)) output.octets(prefix.declaration);
    this.#attributes(inheritedXml);
    if (tag.isEmpty) {
      this.#depth -= 1;
      this.#endEmpty(start + 1, nameEnd);
      this.#rendered.close(this.#depth + 1);
    } else {
      output.octet(Octet.GREATER);
    }
    return tag.end;
  }

  /** What a start tag and its end tag have instead of `/>`. */
  #endEmpty(nameStart: number, nameEnd: number): void {
    this.#output.ascii('></');
    this.#output.copy(nameStart, nameEnd);
    this.#output.octet(Octet.GREATER);
  }

  /** The tag's attributes and those inherited, in order. An inherited one gives way to the tag's own of its name. */
  #attributes(inheritedXml: readonly XmlAttribute[]): void {
    const names = this.#tag.attributeNames;
    const count = this.#sortAttributes();
    const inherited =
      inheritedXml.length === 0
        ? []
        : inheritedXml.filter(({ name }) => !hasName(names.slice(0, this.#tag.count), name));
    inherited.sort((a, b) => compareCodePoints(b.localName, a.localName));
    for (let place = 0; place < count; place += 1) {
      const index = this.#sorted[place] ?? 0;
      const name = names[index];
      if (name === undefined) continue;
      while (inherited.length > 0 && isAfter(name, inherited.at(-1)?.localName ?? '')) this.#inherited(inherited.pop());
      this.#attribute(name, index);
    }
    while (inherited.length > 0) this.#inherited(inherited.pop());
  }

  /** Puts the indices of the attributes in order of namespace name and local name; answers how many there are. */
  #sortAttributes(): number {
    const names = this.#tag.attributeNames;
    const sorted = this.#sorted;
    const isMany = this.#tag.count > MANY_ATTRIBUTES;
    let count = 0;
    for (let index = 0; index < this.#tag.count; index += 1) {
      const name = names[index];
      if (name === undefined || name.declares !== undefined) continue;
      let place = count;
      if (!isMany) {
        for (; place > 0 && isBefore(name, names[sorted[place - 1] ?? 0]); place -= 1) {
          sorted[place] = sorted[place - 1] ?? 0;
        }
      }
      sorted[place] = index;
      count += 1;
    }
    if (isMany) sorted.subarray(0, count).sort((a, b) => (isBefore(names[a], names[b]) ? -1 : 1));
    return count;
  }

  #inherited(attribute: XmlAttribute | undefined): void {
    if (attribute !== undefined) this.#output.text(` ${attribute.name}="${escapeAttribute(attribute.value)}"`);
  }

  #attribute(name: XmlName, index: number): void {
    const output = this.#output;
    output.octet(Octet.SPACE);
    output.copy(name.start, name.start + name.length);
    output.octet(Octet.EQUALS);
    output.octet(Octet.QUOTE);
    this.#text.value(this.#tag.valueStarts[index] ?? 0, this.#tag.valueEnds[index] ?? 0);
    output.octet(Octet.QUOTE);
  }
}

function hasName(names: readonly XmlName[], qualified: string): boolean {
  return names.some((name) => name.qualified === qualified);
}

/** Whether an attribute comes after `xml:localName`. */
function isAfter(name: XmlName, localName: string): boolean {
  const order = compareCodePoints(attributeNamespace(name), XML_NAMESPACE);
  return order === 0 ? compareCodePoints(name.localName, localName) > 0 : order > 0;
}

/** Whether `a` comes before `b`, which is another name. */
function isBefore(a: XmlName | undefined, b: XmlName | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const order = a.prefix === b.prefix ? 0 : compareCodePoints(attributeNamespace(a), attributeNamespace(b));
  return (order || compareCodePoints(a.localName, b.localName)) < 0;
}
