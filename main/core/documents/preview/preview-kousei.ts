import { readKousei } from '../../../../sdk/formats/profiles/kousei-document.js';
import type { XmlTree } from '../../../../sdk/formats/xml/index.js';
import type { DocumentPreview } from '../document-preview.js';
import type { PreviewBuilder } from './preview-parts.js';

/** What the application is called. */
const TITLE = '手続名称';

/**
 * 構成情報 of an e-Gov application in its own words: which procedure, who applies, which forms and attachments.
 * @throws FormatError
 */
export function previewKousei(bytes: Uint8Array, preview: PreviewBuilder): DocumentPreview {
  const { configurationTree } = readKousei(bytes);
  preview.title(findText(configurationTree, TITLE));
  addFields(configurationTree, preview, 0);
  return preview.build('kousei');
}

function findText({ element, children }: XmlTree, name: string): string | undefined {
  if (element.localName === name) return textOf(children);
  for (const child of children) {
    const found = typeof child === 'string' ? undefined : findText(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function addFields({ children }: XmlTree, preview: PreviewBuilder, depth: number): void {
  for (const child of children) {
    if (preview.isFull) preview.warn('cut');
    if (typeof child === 'string' || preview.isFull) continue;
    const isLeaf = child.children.every((inner) => typeof inner === 'string');
    const text = isLeaf ? textOf(child.children) : '';
    // Most of an application's fields are left empty.
    if (isLeaf && text.trim() === '') continue;
    preview.field(child.element.localName, text, depth);
    addFields(child, preview, depth + 1);
  }
}

function textOf(children: XmlTree['children']): string {
  return children.filter((child) => typeof child === 'string').join('');
}
