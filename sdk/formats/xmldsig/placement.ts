/** Where a new Signature goes, and what it is surrounded by there. */
import { encodeUtf8 } from '../bytes.js';
import { escapeAttribute, readXml, type XmlAttribute, type XmlDocument, type XmlElement } from '../xml/index.js';
import { XML_NAMESPACE } from '../xml/namespaces.js';
import { contains } from './resolve-reference.js';
import { xmlSignatureError } from './xmldsig-error.js';

/**
 * `last-child`: before the end tag of the element; an empty-element tag is opened for it. `after`: behind the element, which
 * is not the root.
 */
export interface XmlPlacement {
  readonly kind: 'last-child' | 'after';
  readonly element: XmlElement;
}

/** A place in one document. Nothing but the new element is put there, so that everything around it stays as it is. */
export class InsertionPoint {
  readonly #document: XmlDocument;
  readonly #placement: XmlPlacement;
  /** The element that will be the new one's parent. */
  readonly parent: XmlElement;

  /** @throws FormatError `ERR_SIGN_FORMAT`, `xml-placement`, for a place after the root */
  constructor(document: XmlDocument, placement: XmlPlacement) {
    const { kind, element } = placement;
    const parent = kind === 'after' ? element.parent : element;
    if (parent === undefined) throw xmlSignatureError('xml-placement', 'nothing can be put after the root');
    this.#document = document;
    this.#placement = placement;
    this.parent = parent;
  }

  /** Whether what is put here lies within `element`. */
  isWithin(element: XmlElement): boolean {
    return contains(element, this.parent);
  }

  /** The document with `text` put here, in pieces. */
  insert(text: string): readonly Uint8Array[] {
    const { bytes } = this.#document;
    const { kind, element } = this.#placement;
    if (kind === 'after') return splice(bytes, { start: element.end, end: element.end }, text);
    if (element.contentStart < element.end) {
      return splice(bytes, { start: element.contentEnd, end: element.contentEnd }, text);
    }
    // The end of an empty-element tag, `/>`.
    return splice(bytes, { start: element.end - 2, end: element.end }, `>${text}</${element.name}>`);
  }

  /**
   * A part of the Signature, in a small document where it has the namespaces and `xml:*` attributes around it that it will
   * have here.
   * @param localName of the part
   */
  surround(signature: string, localName: string): { readonly document: XmlDocument; readonly part: XmlElement } {
    const declarations = [...this.parent.namespaces].map(([prefix, uri]) =>
      attributeText(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri),
    );
    const attributes = xmlAttributesWithin(this.parent).map(({ name, value }) => attributeText(name, value));
    const start = `<surroundings${[...declarations, ...attributes].join('')}>`;
    const document = readXml(encodeUtf8(`${start}${signature}</surroundings>`), {
      collect: (element) => element.localName === localName,
    });
    const [part] = document.collected;
    if (part === undefined) throw xmlSignatureError('xml-placement', 'a part of the signature is missing');
    return { document, part };
  }
}

function attributeText(name: string, value: string): string {
  return ` ${name}="${escapeAttribute(value)}"`;
}

/** The `xml:*` attributes that hold within an element, its own included. */
function xmlAttributesWithin({ attributes, inheritedXmlAttributes }: XmlElement): readonly XmlAttribute[] {
  const own = attributes.filter(({ namespaceUri }) => namespaceUri === XML_NAMESPACE);
  return [...own, ...inheritedXmlAttributes.filter(({ name }) => own.every((attribute) => attribute.name !== name))];
}

function splice(
  bytes: Uint8Array,
  { start, end }: { start: number; end: number },
  text: string,
): readonly Uint8Array[] {
  return [bytes.subarray(0, start), encodeUtf8(text), bytes.subarray(end)];
}
