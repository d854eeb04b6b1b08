import type { ConsentModel, ConsentPreview, DisclosedDatum, Requester } from '../core/consent/consent-model.js';
import type { PinRole } from '../core/ports.js';
import type { Translate } from './messages.js';

const INDENT = '    ';
/** Where the lines below an item's name begin. */
const ITEM_INDENT = `${INDENT}   `;
const RULE = '─'.repeat(60);
/** Begins each row of foreign text that would otherwise begin at the margin, so that it cannot pass for ours. */
const BAR = '│ ';
const DEFAULT_COLUMNS = 80;
/** Less is no screen a consent could be read on; as wide is what is written at least. */
const MIN_COLUMNS = 30;
/** Rows of the screen that contents may take, each and all together: a site must not push our own words off it. */
const MAX_ITEM_ROWS = 40;
const MAX_CONTENT_ROWS = 60;

interface Layout {
  readonly t: Translate;
  /** Columns of the screen. */
  readonly columns: number;
}

/**
 * The consent as a terminal of `columns` shows it: words and layout only, every fact from the model. Foreign text is
 * wrapped here, because a terminal would continue it at the margin, where only our own words stand. What weighs most is
 * repeated at the end, right above the question.
 */
export function consentText(model: ConsentModel, t: Translate, columns = DEFAULT_COLUMNS): string {
  const layout: Layout = { t, columns: Math.max(columns, MIN_COLUMNS) };
  const lines = [
    RULE,
    t(`consent.title.${model.operation}`),
    '',
    `${t('consent.requester')}:`,
    ...requesterLines(model.requester, layout),
    '',
    ...secretLines(model, t),
  ];
  if (model.disclosed.length > 0) {
    lines.push('', `${t(model.operation === 'read-attributes' ? 'consent.disclosedSelf' : 'consent.disclosed')}:`);
    lines.push(...model.disclosed.map((datum) => indented(`・${disclosedLine(datum, model.requester, t)}`)));
  }
  if (model.items.length > 0) lines.push('', `${t('consent.items')}:`, ...itemLines(model, layout));
  if (model.operation === 'authenticate') lines.push('', indented(t('consent.bound')));
  if (model.operation === 'read-attributes') lines.push('', indented(t('consent.myNumberNotRead')));
  return [...lines, RULE, ...summaryLines(model, layout)].join('\n');
}

function indented(line: string): string {
  return INDENT + line;
}

function requesterLines(requester: Requester, layout: Layout): string[] {
  const { t } = layout;
  switch (requester.kind) {
    case 'origin':
      return [...addressLines(requester, layout), indented(t('consent.requesterUnverified'))];
    case 'local-program': {
      const program = indented(t('consent.localProgram'));
      if (requester.claimedOrigin === undefined) return [program];
      const claim = t('consent.localProgramClaim', { origin: withoutQuotes(requester.claimedOrigin) });
      return [program, ...foreignRows(claim, INDENT, layout)];
    }
    case 'self':
      return [indented(t('consent.self'))];
  }
}

function addressLines(requester: Requester & { kind: 'origin' }, layout: Layout): string[] {
  const { origin, unicodeOrigin } = requester;
  if (unicodeOrigin === undefined) return foreignRows(origin, INDENT, layout);
  const ascii = layout.t('consent.requesterAscii', { origin });
  return [...foreignRows(unicodeOrigin, INDENT, layout), ...foreignRows(ascii, INDENT, layout)];
}

/** The certificate where one is used, otherwise the secret alone. */
function secretLines({ operation, pinRole, requester }: ConsentModel, t: Translate): string[] {
  if (operation === 'change-pin') return changedPinLines(pinRole, t);
  const certificate = (line: string): string[] => [`${t('consent.certificate')}:`, indented(line)];
  const secret = (line: string): string[] => [`${t('consent.secret')}:`, indented(line)];
  switch (pinRole) {
    case 'authentication':
      return certificate(t('consent.certificateAuthentication'));
    case 'signing':
      return certificate(
        requester.kind === 'self' ? t('consent.certificateSigningSelf') : t('consent.certificateSigning'),
      );
    case 'profile':
      return secret(t('consent.secretProfile'));
    case 'number-b':
      return secret(t('consent.secretNumberB'));
  }
}

function changedPinLines(role: PinRole, t: Translate): string[] {
  const lines = [`${t('consent.secretToChange')}:`, indented(t(`pinName.${role}`)), '', t('consent.changeOrder')];
  if (role === 'signing') lines.push(t('consent.changeUpperCase'));
  return [...lines, t('consent.changeAdvice')];
}

function disclosedLine(datum: DisclosedDatum, requester: Requester, t: Translate): string {
  const self = requester.kind === 'self';
  switch (datum) {
    case 'four-attributes':
      return self ? t('consent.disclosedAttributesSelf') : t('consent.disclosedAttributes');
    case 'serial-number':
      if (self) return t('consent.disclosedSerialSelf');
      return requester.kind === 'origin' ? t('consent.disclosedSerial') : t('consent.disclosedSerialLocal');
    case 'name':
      return t('consent.disclosedName');
    case 'address':
      return t('consent.disclosedAddress');
    case 'birth-date':
      return t('consent.disclosedBirthDate');
    case 'gender':
      return t('consent.disclosedGender');
  }
}

function itemLines({ items, requester }: ConsentModel, layout: Layout): string[] {
  const { t } = layout;
  let rowsLeft = MAX_CONTENT_ROWS;
  return items.flatMap((item, index) => {
    const name = t('consent.quoted', { text: withoutQuotes(item.name) });
    const lines = [
      ...foreignRows(name, `${INDENT}${String(index + 1)}. `, layout),
      `${ITEM_INDENT}${t('consent.itemSize', { size: item.size.toLocaleString('en-US') })}`,
      `${ITEM_INDENT}SHA-256 ${item.sha256}`,
    ];
    // One's own files are at hand; what a site sends is not.
    if (requester.kind === 'self') return lines;
    if (!item.preview) return [...lines, `${ITEM_INDENT}${t('consent.noPreview')}`];
    const { rows, notes } = contentRows(item.preview, Math.min(rowsLeft, MAX_ITEM_ROWS), layout);
    rowsLeft -= rows.length;
    const title = `${ITEM_INDENT}${t('consent.preview')}`;
    return [...lines, title, ...rows, ...notes.map((note) => `${ITEM_INDENT}${note}`)];
  });
}

/** As many whole lines as fit into `maxRows`, and what is said of the rest. */
function contentRows(preview: ConsentPreview, maxRows: number, layout: Layout): { rows: string[]; notes: string[] } {
  const { t, columns } = layout;
  const prefix = ITEM_INDENT + BAR;
  const rows: string[] = [];
  let shown = 0;
  for (const line of preview.lines) {
    const wrapped = wrap(line, columns - textWidth(prefix));
    if (rows.length + wrapped.length > maxRows) break;
    rows.push(...wrapped.map((row) => prefix + row));
    shown++;
  }
  const hidden = preview.lines.length - shown + preview.omittedLines;
  const notes = preview.cutLines > 0 ? [t('consent.lineCut')] : [];
  if (hidden > 0) notes.push(t('consent.linesHidden', { count: hidden }));
  return { rows, notes };
}

/** What is done, for whom, and what leaves: only where others supplied text above that could have led astray. */
function summaryLines(model: ConsentModel, layout: Layout): string[] {
  const { operation, requester, disclosed, items, pinRole } = model;
  if (operation !== 'authenticate' && operation !== 'sign') return [];
  const { t } = layout;
  const self = requester.kind === 'self';
  const given = [
    t(`consent.summary.${pinRole}`, { count: items.length }),
    ...disclosed.map((datum) => t(`consent.summary.${datum}`)),
  ];
  return [
    `${t('consent.summary.title')}: ${t(`consent.title.${operation}`)}`,
    `${t('consent.requester')}:`,
    ...(requester.kind === 'origin' ? addressLines(requester, layout) : [indented(requesterName(requester, t))]),
    `${t(self ? 'consent.summary.made' : 'consent.summary.given')}:`,
    indented(given.join(t('consent.summary.separator'))),
    RULE,
  ];
}

function requesterName({ kind }: Requester, t: Translate): string {
  return t(kind === 'self' ? 'consent.self' : 'consent.localProgram');
}

const QUOTES: Readonly<Record<string, string>> = {
  '「': '『',
  '｢': '『',
  '﹁': '『',
  '」': '』',
  '｣': '』',
  '﹂': '』',
  '“': '‘',
  '„': '‘',
  '‟': '‘',
  '”': '’',
  '″': '’',
  '"': '’',
  '＂': '’',
};

/** Foreign text that we put into quotes must not be able to close them. */
function withoutQuotes(text: string): string {
  return text.replace(/[「｢﹁」｣﹂“„‟”″"＂]/g, (quote) => QUOTES[quote] ?? quote);
}

/** Foreign text behind `prefix`; rows after the first stand behind a bar. */
function foreignRows(text: string, prefix: string, { columns }: Layout): string[] {
  const continuation = ' '.repeat(textWidth(prefix)) + BAR;
  const [first = '', ...others] = wrap(text, columns - textWidth(continuation));
  return [prefix + first, ...others.map((row) => continuation + row)];
}

const CHARACTERS = new Intl.Segmenter('ja', { granularity: 'grapheme' });

/** Rows of less than `width` columns: some terminals go on to the next row once the last column is written. */
function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const part of wrappableParts(text, width)) {
    const partWidth = textWidth(part);
    if (used + partWidth >= width) {
      rows.push(row);
      row = '';
      used = 0;
    }
    row += part;
    used += partWidth;
  }
  return [...rows, row];
}

/** Characters with their marks; code points, where so many marks are heaped on one that they would fill a row. */
function wrappableParts(text: string, width: number): string[] {
  return Array.from(CHARACTERS.segment(text), ({ segment }) => segment).flatMap((segment) =>
    textWidth(segment) < width ? [segment] : Array.from(segment),
  );
}

/** Letters that no terminal draws wider than one column: ASCII and half-width katakana. */
const NARROW = /[\u0020-\u007e\uff61-\uff9f]/u;

/**
 * The most columns that a terminal could take for a text. Whether the other characters are wide (UAX #11) depends on the
 * terminal's font, language and version of Unicode; a row that is broken too early harms nobody.
 */
function textWidth(text: string): number {
  return Array.from(text).reduce((width, character) => width + (NARROW.test(character) ? 1 : 2), 0);
}
