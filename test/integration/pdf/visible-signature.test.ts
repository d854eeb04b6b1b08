import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { findSystemGlyphs } from '../../../main/node/find-glyphs.js';
import { charactersOf, type FindGlyphs } from '../../../sdk/formats/pdf-appearance/glyphs.js';
import { signatureAppearance } from '../../../sdk/formats/pdf-appearance/signature-appearance.js';
import { onePage } from '../../support/pdf-files.js';
import { pdfToolsMissing, PdfTools } from '../../support/pdf-tools.js';
import { signPdf } from '../../support/sign-pdf.js';

const missing = pdfToolsMissing();
if (missing !== undefined) console.warn(`Visible signatures are not looked at: ${missing}.`);

/** As the test certificate has it: a character outside the BMP, and one whose form a selector chooses. */
const NAME = '𠮷野　葛\u{e0100}子';
const RECT = [50, 50, 300, 80] as const;

describe.skipIf(missing !== undefined)('a visible signature', () => {
  const tools = new PdfTools();
  afterAll(() => {
    tools.close();
  });

  const sign = (
    rotation: number,
    find: FindGlyphs = findSystemGlyphs,
    page = onePage({ page: `/Rotate ${rotation}` }),
  ) => signPdf(page, { appearance: signatureAppearance({ page: 1, rect: RECT }, find) });

  /** Grey values of the rectangle as a viewer shows it, at 72 dots per inch. */
  function shown(name: string, pdf: Uint8Array, height: number): Uint8Array {
    tools.write(`${name}.pdf`, pdf);
    const [x, y, w, h] = RECT;
    tools.run('pdftoppm', [
      '-r',
      '72',
      '-gray',
      '-x',
      String(x),
      '-y',
      String(height - y - h),
      '-W',
      String(w),
      '-H',
      String(h),
      '-singlefile',
      `${name}.pdf`,
      name,
    ]);
    return new Uint8Array(readFileSync(tools.path(`${name}.pgm`)));
  }

  it.each([
    [0, 842],
    [90, 595],
    [180, 842],
    [270, 595],
  ])('stands upright in its place on a page turned by %i degrees', async (rotation, height) => {
    const upright = shown('upright', await sign(0), 842);
    const turned = shown('turned', await sign(rotation), height);
    expect(turned.filter((grey) => grey < 128).length).toBeGreaterThan(500);
    // The same picture, but for how edges fall on the raster.
    const differing = turned.filter((grey, index) => Math.abs(grey - (upright[index] ?? 0)) > 128).length;
    expect(differing / turned.length).toBeLessThan(0.03);
  });

  it('has the name as text, its rare characters included, and is valid to pdfsig', async () => {
    const path = tools.write('text.pdf', await sign(0));
    expect(tools.run('pdftotext', ['-layout', path, '-'])).toContain(NAME.replace('　', ' '));
    tools.run('qpdf', ['--check', path]);
    expect(tools.run('pdfsig', [path])).toContain('Signature is Valid');
    expect(tools.run('pdffonts', [path])).toMatch(/Type 3 +\S+ +yes/);
  });

  it('draws each character in its own form: neither a box nor its common relative', async () => {
    const glyphs = await findSystemGlyphs(`${NAME}吉葛`);
    const ids = charactersOf(`𠮷吉葛\u{e0100}葛`).map((one) => glyphs.glyph(one.codePoint, one.variationSelector)?.id);
    expect(ids).toHaveLength(4);
    expect(ids.every((id) => id !== undefined && id !== 0)).toBe(true);
    expect(new Set(ids).size).toBe(4);
  });

  it('is refused where no font has a character, rather than drawn with another', async () => {
    await expect(findSystemGlyphs('\u{e000}')).rejects.toMatchObject({ reason: 'pdf-no-font' });
    await expect(findSystemGlyphs('子\u{e01ef}')).rejects.toMatchObject({ reason: 'pdf-no-font' });
    await expect(sign(0, () => findSystemGlyphs('\u{e000}'))).rejects.toMatchObject({ reason: 'pdf-no-font' });
  });
});
