// @ts-check
/** The gallery's page in Debian's Chromium: the same clock, zone, size and stillness every time. */
import { chromium } from 'playwright-core';

/** @import { Browser, BrowserContextOptions, Page } from 'playwright-core' */

/** @typedef {'consent' | 'main'} WindowKind */
/** @typedef {{ readonly id: string, readonly window: WindowKind }} ListedState */
/** @typedef {{ readonly language?: string, readonly appearance?: string }} Look */

/** The moment at which every state is looked at; what the fixtures say lies around it. */
export const GALLERY_TIME = new Date('2026-11-21T12:00:00+09:00');

/** CSS pixels, as the app opens them. @type {Readonly<Record<WindowKind, { width: number, height: number }>>} */
export const WINDOW_SIZES = { consent: { width: 520, height: 760 }, main: { width: 960, height: 680 } };

const CHROMIUM = '/usr/bin/chromium';
const SWITCHES = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** A state takes far less; a machine may be busy. */
const PATIENCE_MILLISECONDS = 30_000;

/**
 * Runs in the page. Only the time of day stands; frames and timers are the browser's own.
 * @param {number} now milliseconds since 1970
 */
function stopClock(now) {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, values, newTarget) => {
      const date = /** @type {unknown} */ (Reflect.construct(target, values.length === 0 ? [now] : values, newTarget));
      return /** @type {Date} */ (date);
    },
    apply: () => new RealDate(now).toString(),
    get: (target, key) => (key === 'now' ? () => now : /** @type {unknown} */ (Reflect.get(target, key))),
  });
}

export const launchChromium = () => chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });

/**
 * Opens the gallery at its index.
 * @param {Browser} browser @param {string} address of the server
 * @param {BrowserContextOptions} [options]
 */
export async function openGallery(browser, address, options = {}) {
  const context = await browser.newContext({
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
    ...options,
  });
  await context.addInitScript(stopClock, GALLERY_TIME.getTime());
  const page = await context.newPage();
  await page.goto(`${address}/gallery.html`);
  await page.waitForFunction(() => document.documentElement.dataset['shown'] !== undefined);
  return page;
}

/** @param {Page} page at the index. @returns {Promise<ListedState[]>} */
export function listStates(page) {
  return page.evaluate(() =>
    [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-state]'))].map(({ dataset }) => ({
      id: dataset['state'] ?? '',
      window: dataset['window'] === 'consent' ? 'consent' : 'main',
    })),
  );
}

/**
 * Shows a state without loading the page again, and waits until nothing changes any more. Rejects where the state fails.
 * @param {Page} page @param {string} id @param {Look} [look]
 */
export async function showState(page, id, { language = 'ja', appearance = 'light' } = {}) {
  const hash = `#${id}?language=${language}&appearance=${appearance}`;
  /** @type {string | undefined} */
  const fault = await page.evaluate(
    ([wanted, patience]) =>
      new Promise((resolve) => {
        const html = document.documentElement;
        /** @type {ReturnType<typeof setTimeout>} */
        const timer = setTimeout(() => end('did not come to rest'), patience);
        /** @param {string | undefined} outcome */
        const end = (outcome) => {
          clearTimeout(timer);
          removeEventListener('gallery:shown', look);
          resolve(outcome);
        };
        const look = () => end(html.dataset['failed']);
        addEventListener('gallery:shown', look);
        if (location.hash === wanted) dispatchEvent(new HashChangeEvent('hashchange'));
        else location.hash = wanted;
      }),
    /** @type {const} */ ([hash, PATIENCE_MILLISECONDS]),
  );
  if (fault !== undefined) throw new Error(`${id}: ${fault}`);
}

/**
 * Changes how the state that is shown is looked at, without showing it again.
 * @param {Page} page @param {Look} look
 */
export async function changeLook(page, { language = 'ja', appearance = 'light' }) {
  await page.evaluate(
    (detail) =>
      new Promise((resolve) => {
        addEventListener('gallery:shown', () => resolve(undefined), { once: true });
        dispatchEvent(new CustomEvent('gallery:look', { detail }));
      }),
    { language, appearance, zoom: '100' },
  );
}
