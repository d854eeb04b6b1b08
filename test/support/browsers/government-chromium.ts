/** Chromium with the extension, in a window on a screen, as a person has it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM_EXTENSION_ID, NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../chromium.js';
import type { GovernmentFixture } from '../government-fixture.js';
import { popupPage, type GovernmentBrowser } from '../government-browser.js';
import { scriptExpression, within, type PromptAnswer, type TestPage } from './browser.js';
import { startXDisplay, type XDisplay } from './x-display.js';

/** Pixels on the screen where the buttons of the browser's question are, in a window of this size at the top left. */
const WINDOW = ['--window-position=0,0', '--window-size=1000,700'];
const PROMPT_COLUMNS = { allow: 813, block: 735 } as const;
const PROMPT_TOP = 200;
const PROMPT_BOTTOM = 460;
/** Less than the height of a button. */
const PROMPT_STEP = 20;

const POPUP = `chrome-extension://${CHROMIUM_EXTENSION_ID}/popup.html`;

export async function startGovernmentChromium(fixture: GovernmentFixture): Promise<GovernmentBrowser> {
  const display = await startXDisplay();
  const { extension, home, env, site } = fixture;
  const other = writeOtherExtension(join(home, 'other-extension'));
  const context = await launch(join(home, '.config', 'chromium'), {
    site,
    env: { ...env, ...display.env },
    args: [`--load-extension=${extension},${other}`],
  });
  return {
    newPage: async () => testPage(await context.newPage()),
    openPopup: async () => {
      const page = await context.newPage();
      await page.goto(POPUP);
      return popupPage(testPage(page), {
        click: () => page.click('#button'),
        answer: (answer) => answerQuestion(page, display, answer),
      });
    },
    plainPage: () => withoutExtension(fixture, display),
    callHostAsOther: () => callHostAsOther(context),
    async close() {
      await context.close();
      await display.close();
    },
  };
}

interface Launch {
  readonly site: GovernmentFixture['site'];
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

function launch(profile: string, { site, env, args }: Launch): Promise<BrowserContext> {
  const rules = site.names.map((name) => `MAP ${name} 127.0.0.1:${site.port}`).join(',');
  return chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: false,
    ignoreDefaultArgs: ['--disable-extensions'],
    ignoreHTTPSErrors: true,
    env: { ...process.env, ...env },
    args: [...CHROMIUM_ARGUMENTS, ...WINDOW, `--host-resolver-rules=${rules}`, ...args],
  });
}

/** The same page in a browser that never saw the extension. */
async function withoutExtension({ site, home, env }: GovernmentFixture, display: XDisplay) {
  const context = await launch(join(home, 'plain-profile'), { site, env: { ...env, ...display.env }, args: [] });
  return { page: testPage(await context.newPage()), close: () => context.close() };
}

/**
 * The question hangs in the middle of the window and is as high as its text; no protocol can press its buttons. So the mouse
 * goes down the column of the button, clicking, until the answer has been taken. Clicks on text do nothing.
 */
async function answerQuestion(page: Page, display: XDisplay, answer: PromptAnswer): Promise<void> {
  await within('the question of Chromium', sweep());

  async function sweep(): Promise<void> {
    for (;;) {
      for (let y = PROMPT_TOP; y < PROMPT_BOTTOM; y += PROMPT_STEP) {
        await display.click(PROMPT_COLUMNS[answer], y);
        if ((await page.evaluate('document.body.dataset.state')) !== 'ask') return;
      }
    }
  }
}

/** An extension that somebody else made, which wants the same program of this PC. */
function writeOtherExtension(folder: string): string {
  mkdirSync(folder);
  const background = { service_worker: 'background.js' };
  const manifest = { manifest_version: 3, name: 'other', version: '1', permissions: ['nativeMessaging'], background };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'background.js'), '');
  return folder;
}

async function callHostAsOther(context: BrowserContext): Promise<string> {
  const worker = context.serviceWorkers().find((candidate) => new URL(candidate.url()).host !== CHROMIUM_EXTENSION_ID);
  if (worker === undefined) throw new Error('the other extension does not run');
  const message = `chrome.runtime.sendNativeMessage('${NATIVE_HOST_NAME}', {})`;
  return worker.evaluate<string>(`${message}.then(JSON.stringify, ({ message }) => message)`);
}

function testPage(page: Page): TestPage {
  return {
    goto: async (url) => {
      await page.goto(url);
    },
    evaluate: async (body, input) => {
      const json = await within('a script', page.evaluate<string>(scriptExpression(body, input)));
      return JSON.parse(json) as unknown;
    },
    url: () => Promise.resolve(page.url()),
    cookies: () => Promise.resolve({}),
    close: () => page.close(),
  };
}
