import { NAME_OCTETS, scanData, scanText } from './characters.js';
import { skipDeclaration } from './declaration.js';
import { ReadElement } from './element.js';
import { MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_IDS } from './limits.js';
import { NameCache, type XmlName } from './names.js';
import { type Binding, NamespaceContext } from './namespaces.js';
import { hasAscii, isSpace, Octet, sameOctets, skipSpace } from './octets.js';
import { referencedCodePoint, referenceEnd } from './references.js';
import { refuse } from './refuse.js';
import { StartTag } from './start-tag.js';

/** What `collect` is asked about: valid during the call only. */
export interface XmlElementName {
  readonly name: string;
  readonly namespaceUri: string;
  readonly localName: string;
  readonly depth: number;
}

export interface ReaderOptions {
  readonly idAttributes: ReadonlySet<string>;
  readonly collect: ((element: XmlElementName) => boolean) | undefined;
}

/** An element whose end tag is still to come. */
interface OpenElement {
  start: number;
  contentStart: number;
  name: XmlName | undefined;
  namespaceUri: string;
  /** The bindings inside and outside of it. */
  scope: Binding | undefined;
  outerScope: Binding | undefined;
  element: ReadElement | undefined;
}

function openElement(): OpenElement {
  return {
    start: 0,
    contentStart: 0,
    name: undefined,
    namespaceUri: '',
    scope: undefined,
    outerScope: undefined,
    element: undefined,
  };
}

/** One pass over a whole document that checks all of it and keeps what was asked for. */
export class DocumentReader {
  readonly #bytes: Uint8Array;
  readonly #options: ReaderOptions;
  readonly #context = new NamespaceContext();
  readonly #names: NameCache;
  readonly #tag: StartTag;
  /** One record for each depth, used again and again; the one at index 0 stands for the document. */
  readonly #open: OpenElement[] = [openElement()];
  readonly #asked = { name: '', namespaceUri: '', localName: '', depth: 0 };
  #depth = 0;
  root: ReadElement | undefined;
  readonly ids = new Map<string, ReadElement>();
  readonly collected: ReadElement[] = [];

  constructor(bytes: Uint8Array, options: ReaderOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#names = new NameCache(bytes, this.#context);
    this.#tag = new StartTag(bytes, this.#names, this.#context);
  }

  read(): ReadElement {
    const bytes = this.#bytes;
    if (bytes.length > MAX_DOCUMENT_BYTES) refuse('xml-limit', MAX_DOCUMENT_BYTES);
    let position = this.#misc(skipDeclaration(bytes));
    if (position === bytes.length) refuse('xml-no-root', position);
    position = this.#content(this.#startTag(position));
    position = this.#misc(position);
    if (position !== bytes.length) refuse('xml-two-roots', position);
    return this.root ?? refuse('xml-no-root', position);
  }

  /** Comments, processing instructions and white space outside the root; ends at its start tag or the end. */
  #misc(position: number): number {
    const bytes = this.#bytes;
    for (;;) {
      position = skipSpace(bytes, position);
      if (position >= bytes.length) return bytes.length;
      if (bytes[position] !== Octet.LESS) refuse('xml-outside-root', position);
      const octet = bytes[position + 1];
      if (octet === Octet.QUESTION) position = this.#instruction(position);
      else if (octet === Octet.EXCLAMATION) position = this.#declarationOrComment(position);
      else if (octet === Octet.SLASH) refuse('xml-tag-mismatch', position);
      else return position;
    }
  }

  #declarationOrComment(position: number): number {
    if (hasAscii(this.#bytes, position, '<!DOCTYPE')) refuse('xml-doctype', position);
    if (hasAscii(this.#bytes, position, '<![CDATA[')) refuse('xml-outside-root', position);
    return skipComment(this.#bytes, position);
  }

  /** All up to the end tag of the element whose start tag ends before `position`. */
  #content(position: number): number {
    const bytes = this.#bytes;
    while (this.#depth > 0) {
      position = scanText(bytes, position);
      if (bytes[position] === Octet.AMPERSAND) {
        const end = referenceEnd(bytes, position);
        referencedCodePoint(bytes, position, end);
        position = end + 1;
        continue;
      }
      const octet = bytes[position + 1];
      if (octet === Octet.SLASH) position = this.#endTag(position);
      else if (octet === Octet.EXCLAMATION) position = skipCdataOrComment(bytes, position);
      else if (octet === Octet.QUESTION) position = this.#instruction(position);
      else position = this.#startTag(position);
    }
    return position;
  }

  /** XML 1.0 §2.6; Namespaces in XML §7 forbids colons in targets. */
  #instruction(start: number): number {
    const bytes = this.#bytes;
    const target = this.#names.read(start + 2);
    const end = start + 2 + target.length;
    if (target.qualified === 'xml') refuse('xml-declaration', start);
    const isReserved = target.length === 3 && target.qualified.toLowerCase() === 'xml';
    const isEnded = isSpace(bytes[end] ?? 0) || hasAscii(bytes, end, '?>');
    if (end >= bytes.length) refuse('xml-unclosed', end);
    if (isReserved || target.localOffset > 0 || !isEnded) refuse('xml-processing-instruction', start);
    let position = scanData(bytes, end, Octet.QUESTION);
    while (bytes[position + 1] !== Octet.GREATER) position = scanData(bytes, position + 1, Octet.QUESTION);
    return position + 2;
  }

  #startTag(start: number): number {
    const tag = this.#tag;
    const context = this.#context;
    const outerScope = context.scope;
    tag.read(start);
    tag.declare();
    tag.checkNames();
    if (this.#depth === MAX_DEPTH) refuse('xml-depth', start);
    this.#depth += 1;
    const open = (this.#open[this.#depth] ??= openElement());
    open.start = start;
    open.contentStart = tag.end;
    open.name = tag.name;
    open.namespaceUri = tag.name.prefix.uri ?? '';
    open.scope = context.scope;
    open.outerScope = outerScope;
    open.element = undefined;
    if (this.#depth === 1) this.root = this.#element(1);
    if (tag.count > 0) this.#noteIds();
    if (this.#isWanted(open)) this.collected.push(this.#element(this.#depth));
    if (tag.isEmpty) this.#close(tag.end, tag.end);
    return tag.end;
  }

  #isWanted(open: OpenElement): boolean {
    const { collect } = this.#options;
    if (collect === undefined || open.name === undefined) return false;
    const asked = this.#asked;
    asked.name = open.name.qualified;
    asked.localName = open.name.localName;
    asked.namespaceUri = open.namespaceUri;
    asked.depth = this.#depth;
    return collect(asked);
  }

  #noteIds(): void {
    const tag = this.#tag;
    let own: readonly string[] = [];
    for (let index = 0; index < tag.count; index += 1) {
      const name = tag.attributeNames[index];
      if (name === undefined || !this.#options.idAttributes.has(name.qualified)) continue;
      const id = tag.value(index);
      // Nothing can refer to an empty one, and an element may say its own twice.
      if (id === '' || own.includes(id)) continue;
      own = [...own, id];
      const { size } = this.ids;
      this.ids.set(id, this.#element(this.#depth));
      if (this.ids.size === size) refuse('xml-duplicate-id', tag.valueStarts[index] ?? 0);
      if (size === MAX_IDS) refuse('xml-limit', tag.end);
    }
  }

  /** The object for the open element at `depth`, and those of its ancestors. */
  #element(depth: number): ReadElement {
    let parent: ReadElement | undefined;
    let known = depth;
    while (known > 0 && this.#open[known]?.element === undefined) known -= 1;
    parent = this.#open[known]?.element;
    for (let level = known + 1; level <= depth; level += 1) {
      const open = this.#open[level];
      if (open?.name === undefined) continue;
      const { start, contentStart, namespaceUri, scope, name } = open;
      parent = new ReadElement({
        bytes: this.#bytes,
        start,
        contentStart,
        name: name.qualified,
        localName: name.localName,
        namespaceUri,
        scope,
        depth: level,
        parent,
      });
      open.element = parent;
    }
    return parent ?? refuse('xml-no-root', 0);
  }

  #endTag(start: number): number {
    const bytes = this.#bytes;
    const open = this.#open[this.#depth];
    const nameStart = (open?.start ?? 0) + 1;
    const length = open?.name?.length ?? 0;
    if (!sameOctets(bytes, start + 2, nameStart, length)) this.#refuseEndTag(start);
    let end = start + 2 + length;
    if (bytes[end] !== Octet.GREATER) {
      if (!isSpace(bytes[end] ?? 0)) this.#refuseEndTag(start);
      end = skipSpace(bytes, end);
      if (bytes[end] !== Octet.GREATER) refuse(end >= bytes.length ? 'xml-unclosed' : 'xml-tag', end);
    }
    this.#close(start, end + 1);
    return end + 1;
  }

  /** The end tag is not the one that should be here: cut off, or another. */
  #refuseEndTag(start: number): never {
    let end = start + 2;
    while (NAME_OCTETS[this.#bytes[end] ?? 0] === 1) end += 1;
    refuse(end >= this.#bytes.length ? 'xml-unclosed' : 'xml-tag-mismatch', start);
  }

  #close(contentEnd: number, end: number): void {
    const open = this.#open[this.#depth];
    this.#depth -= 1;
    if (open === undefined) return;
    if (open.scope !== open.outerScope) this.#context.leave(open.outerScope);
    if (open.element !== undefined) {
      open.element.contentEnd = contentEnd;
      open.element.end = end;
    }
  }
}

function skipCdataOrComment(bytes: Uint8Array, start: number): number {
  if (!hasAscii(bytes, start, '<![CDATA[')) {
    if (hasAscii(bytes, start, '<!DOCTYPE')) refuse('xml-doctype', start);
    return skipComment(bytes, start);
  }
  let position = scanData(bytes, start + 9, Octet.CLOSING_BRACKET);
  while (bytes[position + 1] !== Octet.CLOSING_BRACKET || bytes[position + 2] !== Octet.GREATER) {
    position = scanData(bytes, position + 1, Octet.CLOSING_BRACKET);
  }
  return position + 3;
}

/** XML 1.0 §2.5. */
function skipComment(bytes: Uint8Array, start: number): number {
  if (!hasAscii(bytes, start, '<!--')) refuse('xml-tag', start);
  let position = scanData(bytes, start + 4, Octet.HYPHEN);
  while (bytes[position + 1] !== Octet.HYPHEN) position = scanData(bytes, position + 1, Octet.HYPHEN);
  if (bytes[position + 2] !== Octet.GREATER) {
    refuse(position + 2 >= bytes.length ? 'xml-unclosed' : 'xml-comment', position);
  }
  return position + 3;
}
