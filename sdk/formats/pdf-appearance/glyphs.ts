/** Shapes of characters, from a font that the runtime has. Lengths in thousandths of an em, the ordinate upwards. */
import { FormatError } from '../format-error.js';

export type OutlineStep =
  | { readonly step: 'move' | 'line'; readonly x: number; readonly y: number }
  /** Cubic Bézier curve. */
  | {
      readonly step: 'curve';
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly x: number;
      readonly y: number;
    }
  | { readonly step: 'close' };

export interface Glyph {
  /** Its number in the font. */
  readonly id: number;
  readonly advance: number;
  readonly outline: readonly OutlineStep[];
}

export interface GlyphSource {
  readonly ascent: number;
  /** Below the line: negative. */
  readonly descent: number;
  /** Undefined where the font does not have it: with a variation selector, not in this very form. */
  glyph(codePoint: number, variationSelector: number | undefined): Glyph | undefined;
}

/**
 * Finds a font that can write all of `text`.
 * @throws FormatError `ERR_SIGN_FORMAT` (`pdf-no-font`) where none can
 */
export type FindGlyphs = (text: string) => Promise<GlyphSource>;

/** A character as a person sees it: with the selector that chooses its form (UTS #37), where there is one. */
export interface Character {
  readonly text: string;
  readonly codePoint: number;
  readonly variationSelector: number | undefined;
}

export function charactersOf(text: string): readonly Character[] {
  const characters: Character[] = [];
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    const last = characters.at(-1);
    if (isVariationSelector(codePoint) && last && last.variationSelector === undefined) {
      characters[characters.length - 1] = { ...last, text: last.text + character, variationSelector: codePoint };
    } else {
      characters.push({ text: character, codePoint, variationSelector: undefined });
    }
  }
  return characters;
}

function isVariationSelector(codePoint: number): boolean {
  return (codePoint >= 0xfe00 && codePoint <= 0xfe0f) || (codePoint >= 0xe0100 && codePoint <= 0xe01ef);
}

/** @throws FormatError `ERR_SIGN_FORMAT` (`pdf-no-font`) */
export function glyphOf(source: GlyphSource, { codePoint, variationSelector }: Character): Glyph {
  const glyph = source.glyph(codePoint, variationSelector);
  if (!glyph) throw new FormatError('ERR_SIGN_FORMAT', 'no font has a character', { reason: 'pdf-no-font' });
  return glyph;
}
