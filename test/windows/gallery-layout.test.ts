import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing } from '../support/chromium.js';
import { findLayoutFaults } from '../support/gallery-layout.js';
import { GALLERY_STATES, GallerySession, WINDOW_SIZES, ZOOMED } from '../support/gallery-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`The gallery's layout is not tested: ${missing}`);
const half = ({ width, height }: { width: number; height: number }) => ({
  width: Math.max(320, width / 2),
  height: height / 2,
});

describe.skipIf(missing !== undefined)('everything fits', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
  }, 120_000);
  afterAll(() => gallery.close());

  const faults = () => gallery.page.evaluate(findLayoutFaults);

  it.each([...GALLERY_STATES])('in $id, at 400 %, at 200 % and as it opens', async ({ id, window }) => {
    const found: string[] = [];
    const size = WINDOW_SIZES[window];
    await gallery.show(id, {}, ZOOMED);
    for (const language of ['ja', 'en'] as const) {
      if (language === 'en') await gallery.lookAnew({ language });
      for (const at of language === 'ja' ? [size, half(size), ZOOMED] : [ZOOMED]) {
        await gallery.resize(at);
        for (const fault of await faults()) found.push(`${language} ${at.width}x${at.height}: ${fault}`);
      }
    }
    expect(found).toEqual([]);
    expect(gallery.takeComplaints()).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a page that is too wide', { width: '2000px' }, /^the page scrolls sideways/],
    ['text that is cut', { width: '40px', overflow: 'hidden', whiteSpace: 'nowrap' }, /^cut sideways/],
    ['lines that are cut', { width: '200px', height: '12px', overflow: 'hidden' }, /^cut below/],
    ['a part that scrolls sideways', { width: '40px', overflowX: 'auto', whiteSpace: 'nowrap' }, /^scrolls sideways/],
    [
      'text beside its box',
      { width: '40px', border: '1px solid', whiteSpace: 'nowrap' },
      /^text out of its box sideways/,
    ],
    ['text below its box', { width: '100px', height: '10px', border: '1px solid' }, /^text out of its box:/],
    ['text out of the window', { position: 'absolute', left: '-50px' }, /^text out of the window/],
    ['text over text', { position: 'absolute', top: '0', left: '0', pointerEvents: 'none' }, /^text over text/],
  ])('finds %s', async (_name, style, expected) => {
    const [first] = GALLERY_STATES;
    await gallery.show(first?.id ?? '', {}, ZOOMED);
    expect((await faults()).filter((fault) => expected.test(fault))).toEqual([]);
    await gallery.page.evaluate((declarations) => {
      for (const text of ['この文は長いので、箱に入りません。この文は長いので、箱に入りません。', '別の文です。']) {
        const element = document.createElement('div');
        element.textContent = text;
        Object.assign(element.style, declarations);
        document.querySelector('main')?.append(element);
      }
    }, style);
    expect((await faults()).filter((fault) => expected.test(fault))).not.toEqual([]);
  });
});
