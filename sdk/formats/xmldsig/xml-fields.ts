/** Reading small, fixed structures strictly: every child in its place, and nothing else. */
import { decodeBase64 } from '../bytes.js';
import type { XmlElement, XmlTree } from '../xml/index.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** The children of one element, taken in order. Text between them must be white space. */
export class XmlFields {
  readonly #children: readonly XmlTree[];
  readonly #namespaceUri: string;
  readonly #reason: string;
  #position = 0;

  /**
   * @param namespaceUri of the children
   * @param reason of the error where they are others
   * @throws FormatError `ERR_SIGN_FORMAT` with `reason`
   */
  constructor(tree: XmlTree, namespaceUri: string, reason: string) {
    this.#namespaceUri = namespaceUri;
    this.#reason = reason;
    this.#children = childElements(tree, reason);
  }

  /** @throws FormatError `ERR_SIGN_FORMAT` with the reason */
  next(localName: string): XmlTree {
    const child = this.optional(localName);
    if (child === undefined) throw xmlSignatureError(this.#reason, `${localName} is missing`);
    return child;
  }

  optional(localName: string): XmlTree | undefined {
    const child = this.#children[this.#position];
    if (child === undefined || !isNamed(child.element, this.#namespaceUri, localName)) return undefined;
    this.#position += 1;
    return child;
  }

  /** As many of this name as follow. */
  all(localName: string): readonly XmlTree[] {
    const found: XmlTree[] = [];
    for (let child = this.optional(localName); child !== undefined; child = this.optional(localName)) found.push(child);
    return found;
  }

  /** The one child of this name, wherever it stands. @throws FormatError `ERR_SIGN_FORMAT` with the reason, for a second */
  only(localName: string): XmlTree | undefined {
    const [first, second] = this.#children.filter(({ element }) => isNamed(element, this.#namespaceUri, localName));
    if (second !== undefined) throw xmlSignatureError(this.#reason, `${localName} is given twice`);
    return first;
  }

  /** @throws FormatError `ERR_SIGN_FORMAT` with the reason, where there are more */
  end(): void {
    if (this.#position < this.#children.length) throw xmlSignatureError(this.#reason, 'an element too many');
  }
}

export function isNamed(element: XmlElement, namespaceUri: string, localName: string): boolean {
  return element.localName === localName && element.namespaceUri === namespaceUri;
}

/** @throws FormatError `ERR_SIGN_FORMAT` with `reason`, where there is text besides */
function childElements(tree: XmlTree, reason: string): readonly XmlTree[] {
  return tree.children.filter((child) => {
    if (typeof child !== 'string') return true;
    if (/[^ \t\r\n]/.test(child)) throw xmlSignatureError(reason, 'text between elements');
    return false;
  }) as XmlTree[];
}

/** Value of an attribute without a namespace. */
export function attributeValue(element: XmlElement, localName: string): string | undefined {
  return element.attributes.find((attribute) => attribute.namespaceUri === '' && attribute.localName === localName)
    ?.value;
}

/** @throws FormatError `ERR_SIGN_FORMAT` with `reason`, where it has another attribute */
export function requireAttributes(element: XmlElement, allowed: readonly string[], reason: string): void {
  if (!element.attributes.every(({ name }) => allowed.includes(name))) {
    throw xmlSignatureError(reason, 'an attribute too many');
  }
}

/** The text of an element that has no children. @throws FormatError `ERR_SIGN_FORMAT` with `reason` */
export function textOf(tree: XmlTree, reason: string): string {
  return tree.children
    .map((child) => {
      if (typeof child !== 'string') throw xmlSignatureError(reason, 'an element within a value');
      return child;
    })
    .join('');
}

/**
 * Octets of an `xsd:base64Binary`: white space anywhere is allowed, everything else is as strict as `decodeBase64`.
 * @throws FormatError `ERR_SIGN_FORMAT`, `xml-base64`
 */
export function decodeXmlBase64(text: string): Uint8Array {
  try {
    return decodeBase64(text.replace(/[ \t\r\n]/g, ''));
  } catch (cause) {
    throw xmlSignatureError('xml-base64', 'not base64', { cause });
  }
}
