// @ts-check
/** A person at the app: the windows, the tray, by Playwright. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../packaging/read-json.js';
import { REPOSITORY } from '../setup/terminal.js';

/**
 * @import { ElectronApplication, Page } from 'playwright-core'
 * @typedef {{ agree: Record<'authenticate' | 'sign', string> }} ConsentTexts
 * @typedef {{ click(): void, label: string, enabled: boolean }} TrayItem
 * @typedef {{ tooltip?: string, items?: readonly TrayItem[] }} SeenTray
 *
 * @typedef {object} TrayMethods as much of Electron's class as is used here
 * @property {(text: string) => void} setToolTip
 * @property {(menu: { items: readonly TrayItem[] } | null) => void} setContextMenu
 */

const PATIENCE = 30_000;
const PIN_FIELD = 'input[type="password"]';

/** @param {string} language @returns {ConsentTexts} */
export function consentTexts(language) {
  const file = join(REPOSITORY, 'renderer', 'locales', language, 'consent.json');
  return /** @type {ConsentTexts} */ (parseJson(readFileSync(file, 'utf8')));
}

/**
 * Notes what the tray is told from now on.
 * @param {ElectronApplication} app
 */
export async function watchTray(app) {
  await app.evaluate((/** @type {unknown} */ electron) => {
    const { Tray } = /** @type {{ Tray: { prototype: TrayMethods } }} */ (electron);
    /** @type {SeenTray} */
    const seen = {};
    Object.assign(globalThis, { seenTray: seen });
    const own = Tray.prototype;
    const real = { setToolTip: Reflect.get(own, 'setToolTip'), setContextMenu: Reflect.get(own, 'setContextMenu') };
    own.setToolTip = function (text) {
      seen.tooltip = text;
      Reflect.apply(real.setToolTip, this, [text]);
    };
    own.setContextMenu = function (menu) {
      if (menu) seen.items = menu.items;
      Reflect.apply(real.setContextMenu, this, [menu]);
    };
  });
}

/** @param {ElectronApplication} app @returns {Promise<{ tooltip: string, labels: string[] }>} */
export async function readTray(app) {
  return app.evaluate(() => {
    const { seenTray } = /** @type {{ seenTray: SeenTray }} */ (/** @type {unknown} */ (globalThis));
    return { tooltip: seenTray.tooltip ?? '', labels: (seenTray.items ?? []).map(({ label }) => label) };
  });
}

/** Presses the last line of the tray's menu. @param {ElectronApplication} app */
export async function quitFromTray(app) {
  const closed = app.waitForEvent('close', { timeout: PATIENCE });
  await app.evaluate(() => {
    const { seenTray } = /** @type {{ seenTray: SeenTray }} */ (/** @type {unknown} */ (globalThis));
    // Not while the answer to this call is on its way.
    setTimeout(() => seenTray.items?.at(-1)?.click(), 100);
  });
  await closed;
}

/**
 * Agrees in the consent window, after it said who asks, and types the PIN.
 * @param {ElectronApplication} app
 * @param {{ readonly origin: string, readonly agree: string, readonly pin: string, readonly picture: string }} request
 */
export async function consent(app, { origin, agree, pin, picture }) {
  const page = await consentPage(app);
  const window = await app.browserWindow(page);
  await window.evaluate((/** @type {{ focus(): void }} */ own) => own.focus());
  await page.getByText(new URL(origin).host).first().waitFor({ timeout: PATIENCE });
  await page.screenshot({ path: picture });
  const button = page.getByRole('button', { name: agree, exact: true });
  await button.and(page.locator('[aria-disabled="false"]')).waitFor({ timeout: PATIENCE });
  await button.click();
  await page.locator(PIN_FIELD).waitFor({ timeout: PATIENCE });
  await page.keyboard.type(pin);
  await page.keyboard.press('Enter');
}

/** @param {ElectronApplication} app @returns {Promise<Page>} */
async function consentPage(app) {
  for (const until = Date.now() + PATIENCE; Date.now() < until;) {
    const page = app.windows().find((one) => one.url().includes('/consent.html') && !one.isClosed());
    if (page) return page;
    await sleep(100);
  }
  throw new Error('no consent window came');
}
