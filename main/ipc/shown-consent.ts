import type { ConsentItem, ConsentModel, DocumentPreview, ShownConsent, ShownItem, ShownPreview } from './consent.js';

/** The model without what is asked for item by item. */
export function shownConsent({ items, ...consent }: ConsentModel): ShownConsent {
  return { ...consent, items: items.map(shownItem) };
}

function shownItem(item: ConsentItem): ShownItem {
  if (item.kind === 'digest') return item;
  const { preview, ...document } = item;
  return { ...document, ...(preview && { preview: shownPreview(preview) }) };
}

function shownPreview({ text, fields = [], ...preview }: DocumentPreview): ShownPreview {
  return { ...preview, hasContent: text !== undefined || fields.length > 0 };
}
