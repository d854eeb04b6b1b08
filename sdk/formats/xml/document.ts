import type { ReadElement, XmlElement } from './element.js';
import { DocumentReader, type XmlElementName } from './reader.js';

export interface XmlDocument {
  /** The octets that were read, not a copy: whoever changes them makes all the rest wrong. */
  readonly bytes: Uint8Array;
  readonly root: XmlElement;
  /** Elements by the values of their ID attributes; empty values are left out. */
  readonly ids: ReadonlyMap<string, XmlElement>;
  /** Elements that `collect` asked for, in the order of the document. */
  readonly collected: readonly XmlElement[];
}

export interface ReadXmlOptions {
  /** Qualified names of attributes that identify their element; `Id`, `ID`, `id` and `xml:id` unless said otherwise. */
  readonly idAttributes?: readonly string[];
  /** Which elements to keep, asked once for each in the order of the document. The argument is valid during the call. */
  readonly collect?: (element: XmlElementName) => boolean;
}

const ID_ATTRIBUTES = ['Id', 'ID', 'id', 'xml:id'];

/**
 * Reads a whole document of UTF-8 in one pass and checks all of it: XML 1.0 (5th edition) and Namespaces in XML 1.0
 * without document types, and what canonical form needs besides. A byte order mark is allowed.
 * @throws FormatError `ERR_SIGN_FORMAT` with an `XmlReason`
 */
export function readXml(bytes: Uint8Array, options: ReadXmlOptions = {}): XmlDocument {
  const reader = new DocumentReader(bytes, {
    idAttributes: new Set(options.idAttributes ?? ID_ATTRIBUTES),
    collect: options.collect,
  });
  const root: ReadElement = reader.read();
  return { bytes, root, ids: reader.ids, collected: reader.collected };
}
