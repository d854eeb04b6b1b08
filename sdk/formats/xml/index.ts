/**
 * Strict XML 1.0 with namespaces over UTF-8 octets, and its canonical forms: Canonical XML 1.0 and Exclusive XML
 * Canonicalization 1.0.
 */
export { canonicalize, type C14nMethod, type CanonicalizeOptions } from './canonicalize.js';
export { readXml, type ReadXmlOptions, type XmlDocument } from './document.js';
export type { XmlAttribute, XmlElement } from './element.js';
export type { XmlElementName } from './reader.js';
export type { XmlReason } from './refuse.js';
export { transcodeToUtf8 } from './transcode.js';
export { readXmlTree, type XmlTree, type XmlTreeOptions } from './tree.js';
export { escapeAttribute, escapeText } from './values.js';
