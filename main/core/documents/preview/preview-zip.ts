import { FormatError } from '../../../../sdk/formats/index.js';
import type { RandomAccessSource } from '../../../../sdk/formats/ports.js';
import { readXml, readXmlTree, type XmlElement } from '../../../../sdk/formats/xml/index.js';
import { readZip, readZipEntry, type ZipDirectory, type ZipEntry } from '../../../../sdk/formats/zip/read-zip.js';
import type { DocumentPreview, PreviewWarning } from '../document-preview.js';
import type { PreviewOptions } from './preview-document.js';
import { PreviewBuilder } from './preview-parts.js';

const LIMITS = { maxEntries: 10_000, maxTotalSize: 4 * 1024 * 1024 * 1024 };
/** Octets of one part that is read, and of all of them together. */
const MAX_PART_BYTES = 2 * 1024 * 1024;
const MAX_READ_BYTES = 8 * 1024 * 1024;
/** Entries whose names are shown. */
const MAX_NAMES = 100;

/** An archive, or an Office document of the newer kinds (ECMA-376, OpenDocument), which is one. */
export async function previewZip(source: RandomAccessSource, options: PreviewOptions): Promise<DocumentPreview> {
  const preview = new PreviewBuilder();
  try {
    const zip = await readZip(source, LIMITS);
    const names = new Set(zip.entries.map(({ name }) => name));
    if (names.has('[Content_Types].xml')) return await previewOpenXml(new Parts(zip, options, preview), preview);
    if (names.has('META-INF/manifest.xml') && names.has('content.xml')) {
      return await previewOpenDocument(new Parts(zip, options, preview), preview);
    }
    for (const { name } of zip.entries.slice(0, MAX_NAMES)) preview.field(name, '', 0);
    if (zip.entries.length > MAX_NAMES) preview.warn('cut');
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    preview.warn(error.reason === 'zip-encrypted' ? 'encrypted' : error.reason === 'zip-too-large' ? 'cut' : 'damaged');
  }
  return preview.build('archive');
}

/** Reads parts of a document while there is enough left of what may be read. */
class Parts {
  readonly entries: readonly ZipEntry[];
  readonly #zip: ZipDirectory;
  readonly #options: PreviewOptions;
  readonly #preview: PreviewBuilder;
  #bytesLeft = MAX_READ_BYTES;

  constructor(zip: ZipDirectory, options: PreviewOptions, preview: PreviewBuilder) {
    this.entries = zip.entries;
    this.#zip = zip;
    this.#options = options;
    this.#preview = preview;
  }

  /** Elements of a part that is XML; none where it is not read, which the preview then says. */
  async elements(name: string, isWanted: (localName: string) => boolean): Promise<readonly PartElement[]> {
    const entry = this.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return [];
    const { inflateRaw } = this.#options;
    if (inflateRaw === undefined || entry.size > Math.min(MAX_PART_BYTES, this.#bytesLeft)) {
      this.#preview.warn('cut');
      return [];
    }
    this.#bytesLeft -= entry.size;
    try {
      const document = readXml(await readZipEntry(this.#zip, entry, inflateRaw), {
        collect: ({ localName }) => isWanted(localName),
      });
      return document.collected.map((element) => ({ element, text: () => textOf(document, element) }));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#preview.warn('damaged');
      return [];
    }
  }
}

interface PartElement {
  readonly element: XmlElement;
  text(): string;
}

function textOf(...[document, element]: Parameters<typeof readXmlTree>): string {
  const { children } = readXmlTree(document, element, { maxNodes: 100 });
  return children.filter((child) => typeof child === 'string').join('');
}

const attributeOf = ({ attributes }: XmlElement, localName: string): string =>
  attributes.find((attribute) => attribute.localName === localName)?.value ?? '';

/** Parts of Office documents by their names, and what they tell. */
const OPEN_XML_PARTS: readonly (readonly [RegExp, PreviewWarning])[] = [
  [/(?:^|\/)vbaProject\.bin$|^xl\/macrosheets\/|(?:^|\/)activeX\//i, 'macros'],
  [/(?:^|\/)embeddings\//i, 'embedded-files'],
  [/^_xmlsignatures\//i, 'already-signed'],
  [/^xl\/externalLinks\//i, 'external-references'],
];

/** ECMA-376: `.docx`, `.xlsx`, `.pptx` and their kin. */
async function previewOpenXml(parts: Parts, preview: PreviewBuilder): Promise<DocumentPreview> {
  warnByName(parts, OPEN_XML_PARTS, preview);
  for (const { name } of parts.entries.filter(({ name }) => name.endsWith('.rels'))) {
    for (const { element } of await parts.elements(name, (localName) => localName === 'Relationship')) {
      // A link to be clicked shows nothing from elsewhere.
      const isLoaded = !attributeOf(element, 'Type').endsWith('/hyperlink');
      if (attributeOf(element, 'TargetMode') === 'External' && isLoaded) preview.warn('external-references');
    }
  }
  for (const { element } of await parts.elements('[Content_Types].xml', (localName) =>
    /^(?:Override|Default)$/.test(localName),
  )) {
    if (/macroEnabled|vbaProject/i.test(attributeOf(element, 'ContentType'))) preview.warn('macros');
  }
  const [title] = await parts.elements('docProps/core.xml', (localName) => localName === 'title');
  preview.title(title?.text());
  return preview.build('office');
}

const OPEN_DOCUMENT_PARTS: readonly (readonly [RegExp, PreviewWarning])[] = [
  [/^(?:Basic|Scripts)\/./, 'macros'],
  [/^Object|^ObjectReplacements\//, 'embedded-files'],
  [/^META-INF\/.*signatures/i, 'already-signed'],
];

/** OpenDocument: `.odt`, `.ods`, `.odp`. */
async function previewOpenDocument(parts: Parts, preview: PreviewBuilder): Promise<DocumentPreview> {
  warnByName(parts, OPEN_DOCUMENT_PARTS, preview);
  const encrypted = await parts.elements('META-INF/manifest.xml', (localName) => localName === 'encryption-data');
  if (encrypted.length > 0) {
    preview.warn('encrypted');
    return preview.build('office');
  }
  const isLoaded = (localName: string): boolean =>
    /^(?:image|object|object-ole|section-source|plugin|table-source|event-listener|script)$/.test(localName);
  for (const { element } of await parts.elements('content.xml', isLoaded)) {
    if (/^(?:event-listener|script)$/.test(element.localName)) preview.warn('macros');
    else if (/^(?:[a-z][a-z0-9+.-]*:|\/|\.\.\/\.\.)/i.test(attributeOf(element, 'href')))
      preview.warn('external-references');
  }
  const [title] = await parts.elements('meta.xml', (localName) => localName === 'title');
  preview.title(title?.text());
  return preview.build('office');
}

function warnByName(
  { entries }: Parts,
  meanings: readonly (readonly [RegExp, PreviewWarning])[],
  preview: PreviewBuilder,
): void {
  for (const { name } of entries) {
    for (const [pattern, warning] of meanings) if (pattern.test(name)) preview.warn(warning);
  }
}
