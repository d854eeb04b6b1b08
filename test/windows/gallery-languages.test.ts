import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WINDOW_LANGUAGES } from '../../main/ipc/app.js';
import { chromiumMissing } from '../support/chromium.js';
import { findLayoutFaults } from '../support/gallery-layout.js';
import {
  GALLERY_STATES,
  GallerySession,
  LANGUAGES_WITH_TEXTS,
  WHOLE_GALLERY,
  ZOOMED,
} from '../support/gallery-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`The gallery's languages are not tested: ${missing}`);
const withoutTexts = WINDOW_LANGUAGES.filter((language) => !LANGUAGES_WITH_TEXTS.includes(language));
if (withoutTexts.length > 0) console.log(`Languages without texts, not looked at: ${withoutTexts.join(', ')}`);

/** Japanese and English are looked at in more sizes, by the test of the layout. */
const others = LANGUAGES_WITH_TEXTS.filter((language) => language !== 'ja' && language !== 'en');

/** So many of them for each state, in turn. */
const AT_ONCE = WHOLE_GALLERY ? others.length : 2;

describe.skipIf(missing !== undefined)('in the other languages', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
  }, 120_000);
  afterAll(() => gallery.close());

  // Where there is least room.
  it.each(GALLERY_STATES.map(({ id }, index) => ({ id, index })))(
    'everything of $id fits at 400 %',
    async ({ id, index }) => {
      await gallery.show(id, {}, ZOOMED);
      const found: string[] = [];
      for (let turn = 0; turn < AT_ONCE; turn += 1) {
        const language = others[(index + turn) % others.length];
        if (language === undefined) continue;
        await gallery.lookAnew({ language });
        for (const fault of await gallery.page.evaluate(findLayoutFaults)) found.push(`${language}: ${fault}`);
      }
      expect(found).toEqual([]);
      expect(gallery.takeComplaints()).toEqual([]);
    },
  );
});
