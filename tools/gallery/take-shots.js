// @ts-check
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '../setup/terminal.js';
import { launchChromium, listStates, openGallery, showState, WINDOW_SIZES } from './gallery-page.js';

/** @import { Page } from 'playwright-core' */
/** @import { ListedState, Look } from './gallery-page.js' */

/**
 * @typedef {object} ShotOptions
 * @property {string} folder where the pictures go
 * @property {string} only states whose identifier begins so; all with the empty string
 * @property {readonly string[]} languages
 * @property {readonly string[]} appearances
 */

/** @param {Page} page @param {ListedState} state @param {Look & { file: string }} look */
async function takeShot(page, state, { file, ...look }) {
  await page.setViewportSize(WINDOW_SIZES[state.window]);
  await showState(page, state.id, look);
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled', caret: 'hide' });
}

/**
 * Writes `consent--log-in-verified.ja.light.png` and the like. Resolves to whether every state could be shown.
 * @param {string} address of the gallery's server
 * @param {ShotOptions} options
 */
export async function takeShots(address, { folder, only, languages, appearances }) {
  await mkdir(folder, { recursive: true });
  const browser = await launchChromium();
  let taken = 0;
  let failed = 0;
  try {
    const page = await openGallery(browser, address);
    const states = (await listStates(page)).filter(({ id }) => id.startsWith(only));
    for (const state of states) {
      for (const language of languages) {
        for (const appearance of appearances) {
          const name = `${state.id.replaceAll('/', '--')}.${language}.${appearance}.png`;
          try {
            await takeShot(page, state, { language, appearance, file: join(folder, name) });
            taken += 1;
          } catch (error) {
            failed += 1;
            say(error instanceof Error ? error.message : String(error));
          }
        }
      }
    }
    say(`${taken} pictures of ${states.length} states in ${folder}${failed > 0 ? `; ${failed} failed` : ''}`);
  } finally {
    await browser.close();
  }
  return failed === 0 && taken > 0;
}
