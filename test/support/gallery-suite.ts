import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing } from './chromium.js';
import { axeViolations, bringAxe, OTHER_LOOKS } from './gallery-axe.js';
import { findKeyboardFaults } from './gallery-keyboard.js';
import { findLayoutFaults } from './gallery-layout.js';
import {
  GALLERY_STATES,
  GallerySession,
  LANGUAGES_WITH_TEXTS,
  WHOLE_GALLERY,
  WINDOW_SIZES,
  ZOOMED,
  type StateLook,
} from './gallery-session.js';
import { findLostShapes, findMotion, findStructureFaults, unnamedIn } from './gallery-structure.js';

type State = (typeof GALLERY_STATES)[number];

/** What is wrong, after what was looked at. */
type Note = (where: string, faults: readonly string[]) => void;

/** Japanese and English are looked at in more ways. */
const OTHER_LANGUAGES = LANGUAGES_WITH_TEXTS.filter((language) => language !== 'ja' && language !== 'en');

/** So many of them for each state, in turn. */
const AT_ONCE = WHOLE_GALLERY ? OTHER_LANGUAGES.length : 2;

/**
 * Every state of the gallery by every rule, each shown once: showing it costs as much as a rule. `part` of `parts` equal ones,
 * so that several files share the work.
 */
export function testStates(part: number, parts: number): void {
  const missing = chromiumMissing();
  if (missing !== undefined) console.log(`The gallery is not tested: ${missing}`);

  describe.skipIf(missing !== undefined)('nothing is wrong', () => {
    let gallery: GallerySession;

    beforeAll(async () => {
      gallery = await GallerySession.open();
      await bringAxe(gallery.page);
      // Texts are fetched at a language's first use; what follows then changes at once.
      for (const { id } of [...new Map(GALLERY_STATES.map((state) => [state.window, state])).values()]) {
        for (const language of LANGUAGES_WITH_TEXTS) await gallery.show(id, { language });
      }
    }, 120_000);
    afterAll(() => gallery.close());

    const states = GALLERY_STATES.map((state, index) => ({ ...state, index }));
    it.each(states.filter(({ index }) => index % parts === part))(
      'in $id',
      { timeout: 180_000 },
      async ({ index, ...state }) => {
        const found: string[] = [];
        const note: Note = (where, faults) => found.push(...faults.map((fault) => `${where}: ${fault}`));
        gallery.takeComplaints();
        await gallery.show(state.id);
        await lookAsItOpens(gallery, note);
        await lookAtSizes(gallery, state, index, note);
        await lookInOtherLooks(gallery, index, note);
        note('keyboard', await findKeyboardFaults(gallery.page));
        await lookInForcedColours(gallery, note);
        note('complaint', gallery.takeComplaints());
        expect(found).toEqual([]);
      },
    );
  });
}

async function lookAsItOpens(gallery: GallerySession, note: Note): Promise<void> {
  await lookAtStructure(gallery, 'ja', note);
  note('layout', await gallery.page.evaluate(findLayoutFaults));
  note('axe', await axeViolations(gallery.page));
}

/** For those who hear it; and nothing moves where no motion is wanted. */
async function lookAtStructure({ page }: GallerySession, language: 'ja' | 'en', note: Note): Promise<void> {
  note(`structure ${language}`, await page.evaluate(findStructureFaults, language));
  note(`without a name ${language}`, unnamedIn(await page.locator('body').ariaSnapshot()));
  note(`motion ${language}`, await page.evaluate(findMotion));
}

/** At 200 % and at 400 %, where there is least room: there in other languages too. Ends as the state opened. */
async function lookAtSizes(gallery: GallerySession, { window }: State, index: number, note: Note): Promise<void> {
  const size = WINDOW_SIZES[window];
  const layout = async (where: string): Promise<void> => {
    note(`layout ${where}`, await gallery.page.evaluate(findLayoutFaults));
  };
  await gallery.resize({ width: Math.max(ZOOMED.width, size.width / 2), height: size.height / 2 });
  await layout('ja at 200 %');
  await gallery.resize(ZOOMED);
  await layout('ja at 400 %');
  await gallery.lookAnew({ language: 'en' });
  await layout('en at 400 %');
  await lookAtStructure(gallery, 'en', note);
  for (let turn = 0; turn < AT_ONCE; turn += 1) {
    const language = OTHER_LANGUAGES[(index + turn) % OTHER_LANGUAGES.length];
    if (language === undefined) continue;
    await gallery.lookAnew({ language });
    await layout(`${language} at 400 %`);
  }
  await gallery.resize(size);
  await gallery.lookAnew({});
}

/** Axe once more where another look can change what it finds: one look for each state, in turn. */
async function lookInOtherLooks(gallery: GallerySession, index: number, note: Note): Promise<void> {
  for (const [turn, { rules, ...look }] of OTHER_LOOKS.entries()) {
    if (!WHOLE_GALLERY && index % OTHER_LOOKS.length !== turn) continue;
    await gallery.lookAnew(look);
    note(`axe ${JSON.stringify(look)}`, await axeViolations(gallery.page, rules));
    await gallery.lookAnew({});
  }
}

const FORCED: StateLook = { appearance: 'system' };

async function lookInForcedColours(gallery: GallerySession, note: Note): Promise<void> {
  const { page } = gallery;
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await gallery.lookAnew(FORCED);
  note('forced colours', await page.evaluate(findLostShapes));
  await page.keyboard.press('Tab');
  const outline = await page.evaluate(() => {
    const focused = document.activeElement;
    return focused && focused !== document.body ? getComputedStyle(focused).outlineStyle : 'nothing to reach';
  });
  if (outline === 'none') note('forced colours', ['the focus cannot be seen']);
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
}
