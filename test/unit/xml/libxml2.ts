import { ParseOption, XmlC14NMode, XmlDocument, XmlLibError, type XmlNode } from 'libxml2-wasm';
import type { C14nMethod } from '../../../sdk/formats/xml/index.js';

export interface OracleOptions {
  readonly method: C14nMethod;
  readonly inclusivePrefixes?: readonly string[];
  /** Number of the element in the order of the document, the root being 0; undefined for the document. */
  readonly target?: number;
}

/** What libxml2 refuses a document for although it is namespace-well-formed: the spelling of a URI and of an `xml:id`. */
const OTHER_RULES = /is not a valid URI|^xml:id : attribute value [^]* is not an NCName|^ID {2,}already defined/;

/** Whether libxml2 reads the document, or has nothing against it but other rules. */
export function libxml2Verdict(bytes: Uint8Array): 'well-formed' | 'other-rules' | 'refused' {
  try {
    XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET }).dispose();
    return 'well-formed';
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    // Level 1 is a warning.
    const isOther = error.details.every(({ level, message }) => level < 2 || OTHER_RULES.test(message));
    return isOther ? 'other-rules' : 'refused';
  }
}

/** Canonical form by libxml2. */
export class Libxml2Document {
  readonly #document: XmlDocument;
  readonly elements: readonly XmlNode[];

  constructor(bytes: Uint8Array) {
    this.#document = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET });
    this.elements = this.#document.find('//*');
  }

  canonicalize({ method, inclusivePrefixes, target }: OracleOptions): string {
    const node = target === undefined ? this.#document : this.elements[target];
    if (node === undefined) throw new Error('no such element');
    return node.canonicalizeToString({
      mode: method.startsWith('exc') ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0,
      withComments: method.endsWith('with-comments'),
      ...(inclusivePrefixes !== undefined &&
        inclusivePrefixes.length > 0 && { inclusiveNamespacePrefixes: [...inclusivePrefixes] }),
    });
  }

  /** Takes an element out, for good. */
  remove(index: number): void {
    this.elements[index]?.remove();
  }

  dispose(): void {
    this.#document.dispose();
  }
}
