/** Debian's Chromium with a window of its own, as a person has it; Playwright speaks the DevTools protocol with it. */
import { existsSync } from 'node:fs';
import { chromium as playwright, type Browser, type BrowserContext, type CDPSession, type Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGUMENTS, chromiumMissing as programMissing } from '../chromium.js';
import {
  LOOPBACK_STATE,
  PAGE_TIMEOUT,
  scriptExpression,
  within,
  type BrowserOptions,
  type PermissionSetting,
  type PromptAnswer,
  type TestBrowser,
  type TestPage,
} from './browser.js';
import { privateSystemMissing, startPrivately } from './private-system.js';
import { startXDisplay, xDisplayMissing, type XDisplay } from './x-display.js';

const CONFIGURATION = '/etc/chromium';

/** Pixels on the display where the question's buttons are, in a window that nobody has moved. */
const PROMPT_COLUMNS = { allow: 395, block: 316 } as const;
const PROMPT_TOP = 200;
const PROMPT_BOTTOM = 320;
/** Less than the height of a button. */
const PROMPT_STEP = 20;

export interface Chromium extends TestBrowser {
  /** The tabs of this browser, for what has no method here. */
  readonly context: BrowserContext;
  newPage(): Promise<ChromiumPage>;
  /** Waits for the browser's question about programs on this PC over `page`, and clicks on its button. */
  answerPrompt(page: TestPage, answer: PromptAnswer): Promise<void>;
  /** Sets what `origin` may, as if the person had decided it. */
  setPermission(origin: string, setting: PermissionSetting): Promise<void>;
}

export interface ChromiumPage extends TestPage {
  readonly page: Page;
}

/** Why no Chromium can be used here, naming what to install; undefined where it can. */
export function chromiumMissing(): string | undefined {
  if (!existsSync(CONFIGURATION)) return 'install chromium';
  return programMissing() ?? xDisplayMissing() ?? privateSystemMissing();
}

export async function startChromium(options: BrowserOptions): Promise<Chromium> {
  const display = await startXDisplay();
  const { site } = options;
  const command = [
    CHROMIUM,
    ...CHROMIUM_ARGUMENTS,
    '--no-default-browser-check',
    '--password-store=basic',
    '--remote-debugging-port=0',
    `--ip-address-space-overrides=127.0.0.1:${site.port}=public`,
    'about:blank',
  ];
  const files = { 'policies/managed/madoguchi-test.json': policies(options) };
  const process = startPrivately(command, { site, configuration: { folder: CONFIGURATION, files }, env: display.env });
  const close = async (): Promise<void> => {
    await process.close();
    await display.close();
  };
  try {
    const url = await process.saying(/DevTools listening on (ws:\S+)/);
    return await connect(await playwright.connectOverCDP(url, { timeout: PAGE_TIMEOUT }), display, close);
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function policies({ site, allowedByPolicy = [], deniedByPolicy = [] }: BrowserOptions): string {
  return JSON.stringify({
    CACertificates: [Buffer.from(site.authority.der).toString('base64')],
    LoopbackNetworkAllowedForUrls: allowedByPolicy.map((name) => site.origin(name)),
    LoopbackNetworkBlockedForUrls: deniedByPolicy.map((name) => site.origin(name)),
  });
}

async function connect(browser: Browser, display: XDisplay, closeProcess: () => Promise<void>): Promise<Chromium> {
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('Chromium has no profile');
  const devTools = await browser.newBrowserCDPSession();
  return {
    name: 'chromium',
    version: `chromium ${browser.version()}`,
    context,
    newPage: async () => chromiumPage(await context.newPage()),
    answerPrompt: (page, answer) => answerPrompt(display, page, answer),
    setPermission: (origin, setting) => setPermission(devTools, origin, setting),
    close: async () => {
      await browser.close();
      await closeProcess();
    },
  };
}

/**
 * The question hangs below the address bar and is as high as its text; no protocol can press its buttons. So the mouse goes
 * down the column of the button, clicking, until the answer has been taken. Clicks on text do nothing.
 */
async function answerPrompt(display: XDisplay, page: TestPage, answer: PromptAnswer): Promise<void> {
  await within('the question of Chromium', sweep());

  async function sweep(): Promise<void> {
    for (;;) {
      for (let y = PROMPT_TOP; y < PROMPT_BOTTOM; y += PROMPT_STEP) {
        await display.click(PROMPT_COLUMNS[answer], y);
        // With the answer a page may leave for another.
        const state = await page.evaluate(LOOPBACK_STATE).catch(() => 'gone');
        if (state !== 'prompt') return;
      }
    }
  }
}

async function setPermission(devTools: CDPSession, origin: string, setting: PermissionSetting): Promise<void> {
  await devTools.send('Browser.setPermission', { permission: { name: 'loopback-network' }, setting, origin });
}

function chromiumPage(page: Page): ChromiumPage {
  page.setDefaultTimeout(PAGE_TIMEOUT);
  return {
    page,
    goto: async (url) => {
      await page.goto(url, { waitUntil: 'load' });
    },
    evaluate: async (body, input) => {
      const json = await within('a script', page.evaluate<string>(scriptExpression(body, input)));
      return JSON.parse(json) as unknown;
    },
    url: () => Promise.resolve(page.url()),
    cookies: async () => {
      const cookies = await page.context().cookies(page.url());
      return Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
    },
    close: () => page.close(),
  };
}
