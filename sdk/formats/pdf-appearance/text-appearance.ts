import { encodeHex, encodeUtf8 } from '../bytes.js';
import { charactersOf, glyphOf, type Glyph, type GlyphSource } from './glyphs.js';
import { Type3Font } from './type-3-font.js';

/** Lines of text in a frame, as the content of a form XObject (ISO 32000-2 §8.10) whose `/Font` resource `F` is `font`. */
export interface TextAppearance {
  readonly content: Uint8Array;
  readonly font: Type3Font;
}

/** In points. */
export interface AppearanceBox {
  readonly width: number;
  readonly height: number;
}

const LARGEST_TYPE = 14;
/** Of the type's size. */
const LEADING = 1.35;
const PADDING = 4;

/**
 * Sets the lines as large as the box allows, up to 14 points. Every character is drawn in its own form or the whole is
 * refused: a name with a wrong character is another name.
 * @throws FormatError `ERR_SIGN_FORMAT` (`pdf-no-font`, `pdf-appearance-too-long`)
 */
export function textAppearance(
  lines: readonly string[],
  { width, height }: AppearanceBox,
  glyphs: GlyphSource,
): TextAppearance {
  const font = new Type3Font();
  const rows = lines.map((line) => {
    const set = charactersOf(line).map((character) => ({ character, glyph: glyphOf(glyphs, character) }));
    return {
      codes: Uint8Array.from(set.map(({ glyph, character }) => font.codeOf(glyph, character))),
      width: lineWidth(set.map(({ glyph }) => glyph)),
    };
  });
  const widest = Math.max(1, ...rows.map((row) => row.width));
  const size = Math.min(
    LARGEST_TYPE,
    (1000 * (width - 2 * PADDING)) / widest,
    (height - 2 * PADDING) / (LEADING * Math.max(1, rows.length)),
  );
  const top = (height + rows.length * LEADING * size) / 2;
  const first = top - (glyphs.ascent * size) / 1000;
  const content = [
    'q 0.75 w 0.2 0.3 0.35 RG',
    `0.5 0.5 ${points(width - 1)} ${points(height - 1)} re S Q`,
    `q BT /F ${points(size)} Tf 0.1 0.15 0.2 rg ${points(LEADING * size)} TL`,
    `${points(PADDING)} ${points(first)} Td`,
    ...rows.map(({ codes }) => `<${encodeHex(codes)}> Tj T*`),
    'ET Q',
  ].join('\n');
  return { content: encodeUtf8(content), font };
}

function lineWidth(glyphs: readonly Glyph[]): number {
  return glyphs.reduce((total, { advance }) => total + advance, 0);
}

function points(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
