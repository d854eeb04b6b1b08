import type {
  ConsentDigest,
  ConsentDocument,
  ConsentModel,
  ConsentPart,
  ConsentPreview,
} from '../core/consent/consent-model.js';
import type { DocumentPreview, PreviewField } from '../core/documents/document-preview.js';
import { BAR, foreignRows, INDENT, textWidth, withoutQuotes, wrap, type Layout } from './foreign-text.js';

/** Where the lines below an item's name begin. */
const ITEM_INDENT = `${INDENT}   `;
/** Rows of the screen that contents may take, each and all together: a site must not push our own words off it. */
const MAX_ITEM_ROWS = 40;
const MAX_CONTENT_ROWS = 60;

/** Everything that is signed, item by item: which octets are bound, what they show, and what they do not bind. */
export function itemLines(model: ConsentModel, layout: Layout): string[] {
  const { items } = model;
  if (items.length === 0) return [];
  const rows = { left: MAX_CONTENT_ROWS };
  const lines = items.flatMap((item, index) => [
    ...foreignRows(itemName(item.name, model, layout), `${INDENT}${String(index + 1)}. `, layout),
    ...(item.kind === 'digest' ? digestLines(item, layout) : documentLines(item, { model, layout, rows })),
  ]);
  return [`${layout.t('consent.items')}:`, ...lines];
}

interface RowContext {
  readonly layout: Layout;
  /** Of the screen, for contents of all items together. */
  readonly rows: { left: number };
}

interface ItemContext extends RowContext {
  readonly model: ConsentModel;
}

function quoted(text: string, { t }: Layout): string {
  return t('consent.quoted', { text: withoutQuotes(text) });
}

/** Names that are the program's own are in its words: a government site gives its values none. */
function itemName(name: string, { governmentPage }: ConsentModel, layout: Layout): string {
  if (!governmentPage) return quoted(name, layout);
  const { t } = layout;
  return name === '' ? t('consent.government.siteValue') : t('consent.government.numberedValue', { number: name });
}

function digestLines({ algorithm, digest }: ConsentDigest, { t, columns }: Layout): string[] {
  const rows = wrap(`${algorithm} ${digest}`, columns - textWidth(ITEM_INDENT));
  return [...rows, t('consent.blind')].map((line) => ITEM_INDENT + line);
}

function documentLines(item: ConsentDocument, context: ItemContext): string[] {
  const { layout, model } = context;
  const { t } = layout;
  const others = [...item.parts.flatMap((part) => partLines(part, layout)), ...unboundLines(item, layout)];
  const facts = [
    `${ITEM_INDENT}${t('consent.format', { format: t(`format.${item.format}`) })}`,
    ...octetLines(item, layout),
    ...others,
    ...(item.destination === undefined
      ? []
      : foreignRows(t('consent.destination', { name: quoted(item.destination, layout) }), ITEM_INDENT, layout)),
    ...previewFacts(item.preview, layout),
  ];
  const { preview } = item;
  if (preview?.fields && preview.fields.length > 0) return [...facts, ...fieldLines(preview.fields, context)];
  // One's own files are at hand; what a site sends is not.
  if (model.requester.kind === 'self') return facts;
  if (!preview?.text) return [...facts, `${ITEM_INDENT}${t('consent.noPreview')}`];
  return [...facts, ...textLines(preview.text, context)];
}

function octetLines({ size, sha256 }: ConsentPart, { t }: Layout): string[] {
  return [
    `${ITEM_INDENT}${t('consent.itemSize', { size: size.toLocaleString('en-US') })}`,
    `${ITEM_INDENT}SHA-256 ${sha256}`,
  ];
}

function partLines(part: ConsentPart, layout: Layout): string[] {
  const heading = layout.t('consent.part', { name: quoted(part.name, layout) });
  return [...foreignRows(heading, ITEM_INDENT, layout), ...octetLines(part, layout)];
}

function unboundLines({ unbound }: ConsentDocument, layout: Layout): string[] {
  if (unbound.length === 0) return [];
  const names = unbound.flatMap((name) => foreignRows(quoted(name, layout), `${ITEM_INDENT}・`, layout));
  return [`${ITEM_INDENT}${layout.t('consent.unbound')}`, ...names];
}

/** All that can be shown of a document. */
export function previewLines(preview: DocumentPreview, layout: Layout): string[] {
  const context = { layout, rows: { left: MAX_CONTENT_ROWS } };
  return [
    ...previewFacts(preview, layout),
    ...(preview.fields && preview.fields.length > 0 ? fieldLines(preview.fields, context) : []),
    ...(preview.text ? textLines(preview.text, context, 'preview.text') : []),
  ];
}

function previewFacts(preview: DocumentPreview | undefined, layout: Layout): string[] {
  if (!preview) return [];
  const { t } = layout;
  const { kind, title, pages, warnings } = preview;
  const what = t(`preview.kind.${kind}`);
  return [
    `${ITEM_INDENT}${pages === undefined ? what : t('preview.pages', { what, count: pages })}`,
    ...(title === undefined
      ? []
      : foreignRows(t('preview.title', { title: quoted(title, layout) }), ITEM_INDENT, layout)),
    ...warnings.flatMap((warning) => foreignRows(t(`preview.warning.${warning}`), `${ITEM_INDENT}！`, layout)),
  ];
}

function fieldLines(fields: readonly PreviewField[], { layout, rows }: RowContext): string[] {
  const { t } = layout;
  const allowed = Math.min(rows.left, MAX_ITEM_ROWS);
  const all = fields.flatMap(({ label, value, depth }) => {
    const text = value === '' ? label : t('preview.field', { label, value });
    return foreignRows(text, `${ITEM_INDENT}${BAR}${'  '.repeat(Math.min(depth, 8))}`, layout);
  });
  const shown = all.slice(0, allowed);
  rows.left -= shown.length;
  const hidden = all.length - shown.length;
  const note = hidden > 0 ? [`${ITEM_INDENT}${t('consent.linesHidden', { count: hidden })}`] : [];
  return [`${ITEM_INDENT}${t('preview.fields')}`, ...shown, ...note];
}

/** As many whole lines as fit, and what is said of the rest. */
function textLines(
  preview: ConsentPreview,
  { layout, rows }: RowContext,
  heading: 'consent.preview' | 'preview.text' = 'consent.preview',
): string[] {
  const { t, columns } = layout;
  const prefix = ITEM_INDENT + BAR;
  const allowed = Math.min(rows.left, MAX_ITEM_ROWS);
  const lines: string[] = [];
  let shown = 0;
  for (const line of preview.lines) {
    const wrapped = wrap(line, columns - textWidth(prefix));
    if (lines.length + wrapped.length > allowed) break;
    lines.push(...wrapped.map((row) => prefix + row));
    shown++;
  }
  rows.left -= lines.length;
  const hidden = preview.lines.length - shown + preview.omittedLines;
  const notes = preview.cutLines > 0 ? [t('consent.lineCut')] : [];
  if (hidden > 0) notes.push(t('consent.linesHidden', { count: hidden }));
  return [`${ITEM_INDENT}${t(heading)}`, ...lines, ...notes.map((note) => `${ITEM_INDENT}${note}`)];
}
