import { FormatError } from '../../../../sdk/formats/index.js';
import type { RandomAccessSource } from '../../../../sdk/formats/ports.js';
import { isXtxRoot } from '../../../../sdk/formats/profiles/etax-xtx.js';
import { isKouseiRoot } from '../../../../sdk/formats/profiles/kousei-document.js';
import {
  readXml,
  readXmlTree,
  transcodeToUtf8,
  type XmlDocument,
  type XmlElement,
} from '../../../../sdk/formats/xml/index.js';
import type { DocumentPreview } from '../document-preview.js';
import { previewKousei } from './preview-kousei.js';
import { PreviewBuilder } from './preview-parts.js';
import { previewXtx } from './preview-xtx.js';

/** Octets of a document that is read, and elements of it that are shown. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_ELEMENTS = 500;
/** Octets of one element whose text is read. */
const MAX_LEAF_BYTES = 64 * 1024;

const DSIG_NAMESPACE = 'http://www.w3.org/2000/09/xmldsig#';

/** Undefined for what begins like XML and is something else, such as a page of the web. */
export async function previewXml(source: RandomAccessSource): Promise<DocumentPreview | undefined> {
  const preview = new PreviewBuilder();
  if (source.size > MAX_BYTES) {
    preview.warn('cut');
    return preview.build('xml');
  }
  const bytes = await source.read(0, MAX_BYTES);
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b/i.test(asOctets(bytes.subarray(0, 1024)))) return undefined;
  try {
    const scan = scanXml(bytes, preview);
    if (isXtxRoot(scan.document.root)) return previewXtx(scan.document, preview);
    if (isKouseiRoot(scan.document.root)) return previewKousei(scan.document.bytes, preview);
    if (scan.document.root.localName === 'svg') return preview.build('image');
    return previewElements(scan, preview);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    preview.warn('damaged');
    // What a document type can name lies elsewhere, or multiplies.
    if (error.reason === 'xml-doctype') preview.warn('external-references');
    return preview.build('xml');
  }
}

function asOctets(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join('');
}

interface XmlScan {
  readonly document: XmlDocument;
  /** The first elements, signatures and what is in them left out. */
  readonly elements: readonly XmlElement[];
}

/** Elements that show something from elsewhere, or run something, in SVG and XHTML. */
const ACTIVE = new Set(['script', 'image', 'img', 'use', 'iframe', 'object', 'embed', 'link', 'foreignObject']);

function scanXml(bytes: Uint8Array, preview: PreviewBuilder): XmlScan {
  let count = 0;
  let active = 0;
  const document = readXml(transcodeToUtf8(bytes), {
    collect: ({ namespaceUri, localName }) => {
      if (namespaceUri === DSIG_NAMESPACE) {
        if (localName === 'Signature') preview.warn('already-signed');
        return false;
      }
      if (ACTIVE.has(localName) && active < MAX_ELEMENTS) {
        active += 1;
        return true;
      }
      count += 1;
      if (count > MAX_ELEMENTS) preview.warn('cut');
      return count <= MAX_ELEMENTS;
    },
  });
  for (const element of document.collected.filter(({ localName }) => ACTIVE.has(localName))) warnOf(element, preview);
  const prologue = asOctets(document.bytes.subarray(0, document.root.start));
  if (prologue.includes('<?xml-stylesheet')) preview.warn('external-references');
  return { document, elements: document.collected };
}

function warnOf({ localName, attributes, namespaceUri }: XmlElement, preview: PreviewBuilder): void {
  const isWeb = namespaceUri === 'http://www.w3.org/2000/svg' || namespaceUri === 'http://www.w3.org/1999/xhtml';
  if (!isWeb) return;
  if (localName === 'script' || localName === 'foreignObject') preview.warn('scripts');
  const target = attributes.find((attribute) => /^(?:href|src|data)$/.test(attribute.localName))?.value ?? '';
  if (/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(target) && !/^data:image\//i.test(target)) preview.warn('external-references');
}

/** Element by element in their order, with the text of those that hold nothing else. */
function previewElements({ document, elements }: XmlScan, preview: PreviewBuilder): DocumentPreview {
  elements.forEach((element, index) => {
    const next = elements[index + 1];
    const isLeaf = next === undefined || next.start >= element.end;
    const isLong = element.end - element.start > MAX_LEAF_BYTES;
    if (isLeaf && isLong) preview.warn('cut');
    preview.field(element.localName, isLeaf && !isLong ? leafText(document, element) : '', element.depth - 1);
  });
  return preview.build('xml');
}

/** Empty where there are elements within after all. */
function leafText(document: XmlDocument, element: XmlElement): string {
  try {
    const { children } = readXmlTree(document, element, { maxNodes: 8 });
    return children.filter((child) => typeof child === 'string').join('');
  } catch {
    return '';
  }
}
