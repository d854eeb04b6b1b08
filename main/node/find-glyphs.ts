import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Font, SvgPathCommand } from 'harfbuzzjs';
import {
  charactersOf,
  type FindGlyphs,
  type Glyph,
  type GlyphSource,
  type OutlineStep,
} from '../../sdk/formats/pdf-appearance/glyphs.js';
import { FormatError } from '../../sdk/formats/index.js';

/** A face in a font file. */
interface FontFile {
  readonly path: string;
  /** Of the faces in a collection. */
  readonly index: number;
}

/** Japanese fonts that come with the systems, the ones with most ideographs and their variants first. */
const SYSTEM_FONTS: Partial<Record<NodeJS.Platform, readonly FontFile[]>> = {
  win32: ['YuGothM.ttc', 'YuGothR.ttc', 'meiryo.ttc', 'msgothic.ttc'].map((name) => ({
    path: join(process.env['SystemRoot'] ?? 'C:\\Windows', 'Fonts', name),
    index: 0,
  })),
  darwin: ['ヒラギノ角ゴシック W3.ttc', 'ヒラギノ明朝 ProN.ttc'].map((name) => ({
    path: join('/System/Library/Fonts', name),
    index: 0,
  })),
};

/** Fonts asked for one after another; a system may have hundreds. */
const MAX_FONTS = 24;
const MAX_FONT_BYTES = 64 * 1024 * 1024;
const FONTCONFIG_MILLISECONDS = 5_000;

/** Glyphs of the first of the system's Japanese fonts that has every character of the text. */
export const findSystemGlyphs: FindGlyphs = async (text) => {
  const characters = charactersOf(text);
  for (const file of (await japaneseFonts()).slice(0, MAX_FONTS)) {
    const source = await openFont(file);
    if (source && characters.every((one) => source.glyph(one.codePoint, one.variationSelector))) return source;
  }
  throw new FormatError('ERR_SIGN_FORMAT', 'no font of this system has every character', { reason: 'pdf-no-font' });
};

async function japaneseFonts(): Promise<readonly FontFile[]> {
  const known = SYSTEM_FONTS[process.platform];
  if (known) return known;
  try {
    const { stdout } = await promisify(execFile)(
      'fc-match',
      ['--sort', '--format=%{file}\t%{index}\n', 'sans-serif:lang=ja'],
      { timeout: FONTCONFIG_MILLISECONDS, maxBuffer: 1024 * 1024 },
    );
    return stdout.split('\n').flatMap((line) => {
      const [path, index] = line.split('\t');
      return path && index !== undefined ? [{ path, index: Number(index) & 0xffff }] : [];
    });
  } catch {
    return [];
  }
}

async function openFont({ path, index }: FontFile): Promise<GlyphSource | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_FONT_BYTES) return undefined;
    // Few documents show their signature; the others do not pay for WebAssembly.
    const harfbuzz = await import('harfbuzzjs');
    const font = new harfbuzz.Font(new harfbuzz.Face(new harfbuzz.Blob(bytes), index));
    font.setScale(1000, 1000);
    const { ascender: ascent, descender: descent } = font.hExtents();
    return {
      ascent,
      descent,
      glyph(codePoint, variationSelector = 0) {
        const id = font.glyph(codePoint, variationSelector);
        return id === undefined || id === 0 ? undefined : readGlyph(font, id);
      },
    };
  } catch {
    // A font that cannot be read is one of many.
    return undefined;
  }
}

function readGlyph(font: Font, id: number): Glyph {
  return { id, advance: font.glyphHAdvance(id), outline: outlineOf(font.glyphToJson(id)) };
}

/** TrueType's quadratic curves become cubic ones, which is all PDF has. */
function outlineOf(commands: readonly SvgPathCommand[]): OutlineStep[] {
  let x = 0;
  let y = 0;
  return commands.map(({ type, values }): OutlineStep => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
    switch (type) {
      case 'M':
      case 'L':
        [x, y] = [a, b];
        return { step: type === 'M' ? 'move' : 'line', x, y };
      case 'C':
        [x, y] = [e, f];
        return { step: 'curve', x1: a, y1: b, x2: c, y2: d, x, y };
      case 'Q': {
        const toControl = (from: number, control: number): number => from + (2 / 3) * (control - from);
        const [fromX, fromY] = [x, y];
        [x, y] = [c, d];
        return {
          step: 'curve',
          x1: toControl(fromX, a),
          y1: toControl(fromY, b),
          x2: toControl(c, a),
          y2: toControl(d, b),
          x,
          y,
        };
      }
      default:
        return { step: 'close' };
    }
  });
}
