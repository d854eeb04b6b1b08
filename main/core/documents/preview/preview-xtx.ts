import { FormatError } from '../../../../sdk/formats/index.js';
import { readXtx } from '../../../../sdk/formats/profiles/etax-xtx.js';
import {
  readXml,
  readXmlTree,
  type XmlDocument,
  type XmlElement,
  type XmlTree,
} from '../../../../sdk/formats/xml/index.js';
import type { DocumentPreview } from '../document-preview.js';
import type { PreviewBuilder } from './preview-parts.js';
import { entryOf, FILING_AMOUNTS, FILING_LABELS, FORM_ITEMS, FORMS, PROCEDURES, type FormItems } from './xtx-labels.js';

/** Elements and texts of one form, or of IT部. */
const MAX_NODES = 20_000;
const MAX_FORMS = 200;

/** The manifest of a filing says nothing that its contents do not. */
const NOT_SHOWN: ReadonlySet<string> = new Set(['CATALOG', 'Signature']);

/**
 * A filing for e-Tax in words that can be read: labels as the tax agency has them where they are known, amounts in yen,
 * dates by era as they are written.
 * @throws FormatError
 */
export function previewXtx(document: XmlDocument, preview: PreviewBuilder): DocumentPreview {
  const { procedure } = readXtx(document.bytes);
  const parts = contentsOf(document, preview).map((element) => readPart(document, element, preview));
  const filing = new FilingPart(parts.find(({ element }) => element.localName === 'IT'));
  preview.title(entryOf(PROCEDURES, procedure.localName) ?? filing.text('procedure_NM'));
  preview.title(procedure.localName);
  filing.addFields(preview);
  for (const part of parts) if (part.element.localName !== 'IT') new FormPart(part, filing).addFields(preview);
  return preview.build('xtx');
}

/** IT部 and the forms: what is in `CONTENTS`, which is in the procedure, which is in `DATA`. */
function contentsOf({ bytes }: XmlDocument, preview: PreviewBuilder): readonly XmlElement[] {
  let count = 0;
  const { collected } = readXml(bytes, { collect: ({ depth }) => depth === 4 && (count += 1) <= MAX_FORMS });
  if (count > MAX_FORMS) preview.warn('cut');
  return collected.filter(({ parent, localName }) => parent?.localName === 'CONTENTS' && !NOT_SHOWN.has(localName));
}

/** Without its children where there are too many. */
function readPart(document: XmlDocument, element: XmlElement, preview: PreviewBuilder): XmlTree {
  try {
    return readXmlTree(document, element, { maxNodes: MAX_NODES });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    preview.warn('cut');
    return { element, children: [] };
  }
}

function elementsOf({ children }: XmlTree): readonly XmlTree[] {
  return children.filter((child) => typeof child !== 'string');
}

function textOf({ children }: XmlTree): string {
  return children.filter((child) => typeof child === 'string').join('');
}

function findTree(tree: XmlTree, name: string): XmlTree | undefined {
  for (const child of elementsOf(tree)) {
    if (child.element.localName === name) return child;
    const found = findTree(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** IT部: what all forms refer to. */
class FilingPart {
  readonly #entries: ReadonlyMap<string, XmlTree>;

  constructor(tree: XmlTree | undefined) {
    this.#entries = new Map(
      tree === undefined ? [] : elementsOf(tree).map((entry) => [entry.element.localName, entry]),
    );
  }

  /** Of an element within an entry. */
  text(name: string): string | undefined {
    for (const entry of this.#entries.values()) {
      const found = findTree(entry, name);
      if (found !== undefined) return textOf(found);
    }
    return undefined;
  }

  /** What a form refers to by `IDREF`. */
  value(id: string): string | undefined {
    const entry = this.#entries.get(id);
    return entry && readableValue(entry, FILING_AMOUNTS.has(id));
  }

  addFields(preview: PreviewBuilder): void {
    for (const [name, entry] of this.#entries) {
      preview.field(entryOf(FILING_LABELS, name) ?? name, readableValue(entry, FILING_AMOUNTS.has(name)), 0);
    }
  }
}

class FormPart {
  readonly #tree: XmlTree;
  readonly #filing: FilingPart;
  readonly #items: FormItems | undefined;

  constructor(tree: XmlTree, filing: FilingPart) {
    this.#tree = tree;
    this.#filing = filing;
    this.#items = entryOf(FORM_ITEMS, tree.element.localName);
  }

  addFields(preview: PreviewBuilder): void {
    const name = this.#tree.element.localName;
    preview.field(entryOf(FORMS, name) ?? name, '', 0);
    this.#addChildren(this.#tree, preview, 1);
  }

  #addChildren(tree: XmlTree, preview: PreviewBuilder, depth: number): void {
    for (const child of elementsOf(tree)) {
      if (preview.isFull) {
        preview.warn('cut');
        return;
      }
      const name = child.element.localName;
      if (NOT_SHOWN.has(name)) continue;
      const value = this.#value(child);
      preview.field(this.#label(name), value ?? '', depth);
      if (value === undefined) this.#addChildren(child, preview, depth + 1);
    }
  }

  #label(name: string): string {
    return (this.#items && entryOf(this.#items.labels, name)) ?? entryOf(FORMS, name) ?? name;
  }

  /** Undefined for what holds further items. */
  #value(tree: XmlTree): string | undefined {
    const reference = tree.element.attributes.find(({ name }) => name === 'IDREF')?.value;
    // A reference that leads nowhere is shown as it stands.
    if (reference !== undefined) return this.#filing.value(reference) ?? `→ ${reference}`;
    if (elementsOf(tree).some((child) => !isPartOfValue(child))) return undefined;
    return readableValue(tree, this.#items?.isAmount(tree.element.localName) ?? false);
  }
}

/** Elements that together are one value: dates, telephone numbers, accounts and so on. */
const VALUE_PARTS =
  /^(?:era|yy|mm|dd|tel[1-3]|zip[12]|zeimusho_(?:CD|NM)|kubun_(?:CD|NM)|procedure_(?:CD|NM)|kojinbango|hojinbango|kinyukikan_(?:NM|KB)|shiten_(?:NM|KB)|yokin|koza)$/;

function isPartOfValue({ element }: XmlTree): boolean {
  return VALUE_PARTS.test(element.localName);
}

/** As coded in the schema's `gen:era`. */
const ERAS: Readonly<Record<string, string>> = { 1: '明治', 2: '大正', 3: '昭和', 4: '平成', 5: '令和' };

/** One value in one line. */
function readableValue(tree: XmlTree, isAmount: boolean): string {
  const parts = elementsOf(tree);
  if (parts.length === 0) return isAmount ? readableAmount(textOf(tree).trim()) : textOf(tree).trim();
  const part = (name: string): string =>
    textOf(parts.find(({ element }) => element.localName === name) ?? { ...tree, children: [] }).trim();
  const has = (name: string): boolean => part(name) !== '';
  if (has('yy')) return readableDate(part);
  if (has('tel1')) return ['tel1', 'tel2', 'tel3'].map(part).filter(Boolean).join('-');
  if (has('zip1')) return ['zip1', 'zip2'].map(part).filter(Boolean).join('-');
  // Whoever looks over the shoulder has no business with it, and the person knows it.
  if (has('kojinbango')) return '*'.repeat(12);
  return parts
    .map((child) => textOf(child).trim())
    .filter(Boolean)
    .join(' ');
}

function readableDate(part: (name: string) => string): string {
  const units: readonly (readonly [string, string])[] = [
    ['yy', '年'],
    ['mm', '月'],
    ['dd', '日'],
  ];
  const era = entryOf(ERAS, part('era')) ?? part('era');
  return era + units.map(([name, unit]) => (part(name) === '' ? '' : part(name) + unit)).join('');
}

/** Digits in groups of three; anything that is no whole number stays what it is. */
function readableAmount(text: string): string {
  return /^-?\d{1,15}$/.test(text) ? `${text.replace(/\B(?=(?:\d{3})+$)/g, ',')}円` : text;
}
