import { NameCache } from './names.js';
import { type Binding, NamespaceContext, namespacesOf, XML_NAMESPACE } from './namespaces.js';
import { StartTag } from './start-tag.js';

export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string;
  /** Empty for an attribute without a prefix. */
  readonly namespaceUri: string;
  readonly localName: string;
  /** Normalised, all attributes being CDATA (XML 1.0 §3.3.3). */
  readonly value: string;
}

/** Facts of one element; offsets are octets from the start of the document. */
export interface XmlElement {
  /** The `<` of the start tag. */
  readonly start: number;
  /** After the start tag. For an empty-element tag `contentStart`, `contentEnd` and `end` are the same. */
  readonly contentStart: number;
  /** The `<` of the end tag. */
  readonly contentEnd: number;
  /** After the end tag. */
  readonly end: number;
  /** As written, with its prefix. */
  readonly name: string;
  readonly namespaceUri: string;
  readonly localName: string;
  /** In the order of the document, without namespace declarations. */
  readonly attributes: readonly XmlAttribute[];
  /** All in scope: prefix to namespace name, the default under the empty prefix, without `xml`. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** `xml:*` attributes of ancestors, the nearest of each name (Canonical XML 1.0 §2.4). */
  readonly inheritedXmlAttributes: readonly XmlAttribute[];
  /** 1 for the root. */
  readonly depth: number;
  readonly parent: XmlElement | undefined;
}

/** What the reader knows of an element when its start tag has been read. */
export interface ElementStart {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly contentStart: number;
  readonly name: string;
  readonly localName: string;
  readonly namespaceUri: string;
  readonly scope: Binding | undefined;
  readonly depth: number;
  readonly parent: XmlElement | undefined;
}

/** An element somebody asked for. What needs a second look at the start tag is found when it is wanted. */
export class ReadElement implements XmlElement {
  readonly #bytes: Uint8Array;
  readonly start: number;
  readonly contentStart: number;
  readonly name: string;
  readonly localName: string;
  readonly namespaceUri: string;
  readonly depth: number;
  readonly parent: XmlElement | undefined;
  readonly #scope: Binding | undefined;
  contentEnd: number;
  end: number;
  #namespaces: ReadonlyMap<string, string> | undefined;
  #attributes: readonly XmlAttribute[] | undefined;
  #inherited: readonly XmlAttribute[] | undefined;

  constructor(fields: ElementStart) {
    this.#bytes = fields.bytes;
    this.start = fields.start;
    this.contentStart = fields.contentStart;
    this.contentEnd = fields.contentStart;
    this.end = fields.contentStart;
    this.name = fields.name;
    this.localName = fields.localName;
    this.namespaceUri = fields.namespaceUri;
    this.depth = fields.depth;
    this.parent = fields.parent;
    this.#scope = fields.scope;
  }

  get namespaces(): ReadonlyMap<string, string> {
    return (this.#namespaces ??= namespacesOf(this.#scope));
  }

  get attributes(): readonly XmlAttribute[] {
    return (this.#attributes ??= readAttributes(this.#bytes, this.start, this.namespaces));
  }

  get inheritedXmlAttributes(): readonly XmlAttribute[] {
    return (this.#inherited ??= inheritedFrom(this.parent));
  }
}

function inheritedFrom(parent: XmlElement | undefined): readonly XmlAttribute[] {
  if (parent === undefined) return [];
  const own = parent.attributes.filter(({ namespaceUri }) => namespaceUri === XML_NAMESPACE);
  const outer = parent.inheritedXmlAttributes;
  if (own.length === 0) return outer;
  return [...own, ...outer.filter((inherited) => own.every(({ localName }) => localName !== inherited.localName))];
}

/** The attributes of the start tag at `start`, which has been found well-formed. */
function readAttributes(
  bytes: Uint8Array,
  start: number,
  namespaces: ReadonlyMap<string, string>,
): readonly XmlAttribute[] {
  const context = new NamespaceContext();
  const tag = new StartTag(bytes, new NameCache(bytes, context), context);
  tag.read(start);
  return attributesOf(tag, (prefix) => namespaces.get(prefix));
}

/** The attributes of a tag that has been read. */
export function attributesOf(
  tag: StartTag,
  namespaceUri: (prefix: string) => string | undefined,
): readonly XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (const [index, name] of tag.attributeNames.slice(0, tag.count).entries()) {
    if (name.declares !== undefined) continue;
    const prefix = name.prefix.name;
    const uri = prefix === 'xml' ? XML_NAMESPACE : prefix === '' ? '' : (namespaceUri(prefix) ?? '');
    attributes.push({ name: name.qualified, namespaceUri: uri, localName: name.localName, value: tag.value(index) });
  }
  return attributes;
}
