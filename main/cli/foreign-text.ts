import type { Translate } from './messages.js';

export const INDENT = '    ';
/** Begins each row of foreign text that would otherwise begin at the margin, so that it cannot pass for ours. */
export const BAR = '│ ';
const DEFAULT_COLUMNS = 80;
/** Less is no screen a consent could be read on; as wide is what is written at least. */
const MIN_COLUMNS = 30;

/** What a text is written for. */
export interface Layout {
  readonly t: Translate;
  /** Columns of the screen. */
  readonly columns: number;
}

export function layoutOf(t: Translate, columns = DEFAULT_COLUMNS): Layout {
  return { t, columns: Math.max(columns, MIN_COLUMNS) };
}

export function indented(line: string): string {
  return INDENT + line;
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
export function withoutQuotes(text: string): string {
  return text.replace(/[「｢﹁」｣﹂“„‟”″"＂]/g, (quote) => QUOTES[quote] ?? quote);
}

/** Foreign text behind `prefix`; rows after the first stand behind a bar. */
export function foreignRows(text: string, prefix: string, { columns }: Layout): string[] {
  const continuation = ' '.repeat(textWidth(prefix)) + BAR;
  const [first = '', ...others] = wrap(text, columns - textWidth(continuation));
  return [prefix + first, ...others.map((row) => continuation + row)];
}

/** Made at the first use: it takes longer than most commands' texts. */
let characters: Intl.Segmenter | undefined;

/** Rows of less than `width` columns: some terminals go on to the next row once the last column is written. */
export function wrap(text: string, width: number): string[] {
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
  characters ??= new Intl.Segmenter('ja', { granularity: 'grapheme' });
  return Array.from(characters.segment(text), ({ segment }) => segment).flatMap((segment) =>
    textWidth(segment) < width ? [segment] : Array.from(segment),
  );
}

/** Letters that no terminal draws wider than one column: ASCII and half-width katakana. */
const NARROW = /[\u0020-\u007e\uff61-\uff9f]/u;

/**
 * The most columns that a terminal could take for a text. Whether the other characters are wide (UAX #11) depends on the
 * terminal's font, language and version of Unicode; a row that is broken too early harms nobody.
 */
export function textWidth(text: string): number {
  return Array.from(text).reduce((width, character) => width + (NARROW.test(character) ? 1 : 2), 0);
}
