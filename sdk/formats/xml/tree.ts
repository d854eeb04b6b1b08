import type { XmlDocument } from './document.js';
import { ReadElement, type XmlElement } from './element.js';
import { NameCache } from './names.js';
import { type Binding, NamespaceContext } from './namespaces.js';
import { findAscii, hasAscii, Octet } from './octets.js';
import { refuse } from './refuse.js';
import { StartTag } from './start-tag.js';
import { decodeOctets, decodeText, normalizeLineEnds } from './values.js';

/** A subtree as elements and text. */
export interface XmlTree {
  readonly element: XmlElement;
  /**
   * Elements and the text between them. Text is one string up to the next element: references and CDATA sections are
   * resolved; comments and processing instructions are left out and do not divide it.
   */
  readonly children: readonly (XmlTree | string)[];
}

export interface XmlTreeOptions {
  /** Elements and texts, 10,000 unless said otherwise. */
  readonly maxNodes?: number;
}

const MAX_NODES = 10_000;
const CDATA_START = '<![CDATA[';

/**
 * The subtree of one element of `document`, whose octets must not have changed since they were read.
 * @throws FormatError `xml-limit` where it has more nodes than `maxNodes`
 */
export function readXmlTree(document: XmlDocument, element: XmlElement, options: XmlTreeOptions = {}): XmlTree {
  return new TreeReader(document.bytes, options.maxNodes ?? MAX_NODES).read(element);
}

interface OpenTree {
  readonly element: XmlElement;
  readonly children: (OpenTree | string)[];
  /** The bindings outside of it. */
  readonly outerScope: Binding | undefined;
  /** Sets the offsets of the end. */
  readonly close: (contentEnd: number, end: number) => void;
}

class TreeReader {
  readonly #bytes: Uint8Array;
  readonly #context = new NamespaceContext();
  readonly #tag: StartTag;
  readonly #open: OpenTree[] = [];
  #nodesLeft: number;

  constructor(bytes: Uint8Array, maxNodes: number) {
    this.#bytes = bytes;
    this.#nodesLeft = maxNodes;
    this.#tag = new StartTag(bytes, new NameCache(bytes, this.#context), this.#context);
  }

  read(element: XmlElement): XmlTree {
    for (const [prefix, uri] of element.namespaces) this.#context.declare(this.#context.prefix(prefix), uri);
    const root: OpenTree = { element, children: [], outerScope: undefined, close: () => undefined };
    this.#count(element.start);
    this.#open.push(root);
    let position = element.contentStart;
    while (position < element.contentEnd) position = this.#next(position);
    return root;
  }

  #next(position: number): number {
    const bytes = this.#bytes;
    if (bytes[position] !== Octet.LESS) {
      const end = findAscii(bytes, position, '<') - 1;
      this.#text(decodeText(bytes, position, end), position);
      return end;
    }
    const octet = bytes[position + 1];
    if (octet === Octet.SLASH) return this.#endTag(position);
    if (octet === Octet.QUESTION) return findAscii(bytes, position + 2, '?>');
    if (octet !== Octet.EXCLAMATION) return this.#startTag(position);
    if (!hasAscii(bytes, position, CDATA_START)) return findAscii(bytes, position + 4, '-->');
    const start = position + CDATA_START.length;
    const end = findAscii(bytes, start, ']]>');
    this.#text(normalizeLineEnds(decodeOctets(bytes, start, end - 3)), start);
    return end;
  }

  #text(text: string, offset: number): void {
    const children = this.#open.at(-1)?.children;
    const last = children?.at(-1);
    if (children === undefined || text === '') return;
    if (typeof last === 'string') {
      children[children.length - 1] = last + text;
    } else {
      this.#count(offset);
      children.push(text);
    }
  }

  #startTag(start: number): number {
    const tag = this.#tag;
    const outerScope = this.#context.scope;
    const parent = this.#open.at(-1);
    this.#count(start);
    tag.read(start);
    tag.declare();
    const { qualified, localName, prefix } = tag.name;
    const element = new ReadElement({
      bytes: this.#bytes,
      start,
      contentStart: tag.end,
      name: qualified,
      localName,
      namespaceUri: prefix.uri ?? '',
      scope: this.#context.scope,
      depth: (parent?.element.depth ?? 0) + 1,
      parent: parent?.element,
    });
    const tree: OpenTree = {
      element,
      children: [],
      outerScope,
      close: (contentEnd, end) => {
        element.contentEnd = contentEnd;
        element.end = end;
      },
    };
    parent?.children.push(tree);
    if (tag.isEmpty) this.#context.leave(outerScope);
    else this.#open.push(tree);
    return tag.end;
  }

  #endTag(start: number): number {
    const end = findAscii(this.#bytes, start, '>');
    const tree = this.#open.pop();
    tree?.close(start, end);
    this.#context.leave(tree?.outerScope);
    return end;
  }

  #count(offset: number): void {
    if (this.#nodesLeft === 0) refuse('xml-limit', offset);
    this.#nodesLeft -= 1;
  }
}
