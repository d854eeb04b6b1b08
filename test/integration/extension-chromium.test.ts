import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { CHROMIUM_EXTENSION_ID } from '../../sdk/protocol/index.js';
import { scriptExpression, type TestPage } from '../support/browsers/browser.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS, chromiumMissing } from '../support/chromium.js';
import { SITE, startExtensionFixture, type ExtensionFixture } from '../support/extension-fixture.js';
import {
  authenticate,
  call,
  describeExtension,
  type Answer,
  type ExtensionBrowser,
} from '../support/extension-suite.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: the browser extension in Chromium: ${missing}`);

/** By a port, as the page has no other way. */
const EXCHANGE = `
  return new Promise((resolve) => {
    const answers = [];
    if (globalThis.chrome?.runtime?.connect === undefined) return resolve([{ gone: true }]);
    const port = chrome.runtime.connect('${CHROMIUM_EXTENSION_ID}', { name: 'madoguchi' });
    globalThis.heldPort = port;
    port.onMessage.addListener((answer) => { answers.push(answer); if (answers.length === count) resolve(answers); });
    port.onDisconnect.addListener(() => { void chrome.runtime.lastError; resolve([...answers, { gone: true }]); });
    for (const message of messages) port.postMessage(message);
  });`;

interface ChromiumWithExtension extends ExtensionBrowser {
  readonly context: BrowserContext;
}

/** Unpacked, as a developer loads it. The profile is the user's usual one, beside which the host's manifest is. */
async function startChromium({ extension, home, env, site }: ExtensionFixture): Promise<ChromiumWithExtension> {
  const context = await chromium.launchPersistentContext(join(home, '.config', 'chromium'), {
    executablePath: CHROMIUM,
    // Playwright's own headless browser has no extensions.
    headless: false,
    ignoreDefaultArgs: ['--disable-extensions'],
    ignoreHTTPSErrors: true,
    env: { ...process.env, ...env },
    args: [
      ...CHROMIUM_ARGUMENTS,
      '--headless=new',
      `--load-extension=${extension}`,
      `--host-resolver-rules=${site.names.map((name) => `MAP ${name} 127.0.0.1`).join(',')}`,
    ],
  });
  return { context, newPage: async () => testPage(await context.newPage()), close: () => context.close() };
}

function testPage(page: Page): TestPage {
  return {
    goto: async (url) => {
      await page.goto(url);
    },
    evaluate: async (body, input) => JSON.parse(await page.evaluate<string>(scriptExpression(body, input))) as unknown,
    url: () => Promise.resolve(page.url()),
    cookies: () => Promise.resolve({}),
    close: () => page.close(),
  };
}

describe.skipIf(missing !== undefined)('the browser extension in Chromium', () => {
  describeExtension({
    browserName: 'Chromium',
    startFixture: (wake) => startExtensionFixture('chrome', wake),
    startBrowser: startChromium,
    exchange: EXCHANGE,
  });
});

describe.skipIf(missing !== undefined)('the browser extension in Chromium, where no client runs', () => {
  it('starts one when a page asks for something, not when it only looks', async () => {
    const fixture = await startExtensionFixture('chrome', true);
    const browser = await startChromium(fixture);
    try {
      const page = await browser.newPage();
      await page.goto(`${fixture.site.origin(SITE)}/`);
      const ask = async (body: object): Promise<Answer | undefined> => {
        const input = { messages: [call(1, body)] };
        return ((await page.evaluate(`const { messages } = input, count = 1; ${EXCHANGE}`, input)) as Answer[])[0];
      };
      expect((await ask({ method: 'status' }))?.envelope?.error?.code).toBe('ERR_PROTOCOL_UNREACHABLE');
      expect(fixture.hasWoken()).toBe(false);
      expect((await ask(authenticate()))?.envelope?.ok).toBe(true);
      expect(fixture.hasWoken()).toBe(true);
    } finally {
      await browser.close();
      await fixture.close();
    }
  });

  it('has the identifier that its public key gives it, no permission for any site, and no origin for a sandboxed page', async () => {
    const fixture = await startExtensionFixture('chrome', false);
    const browser = await startChromium(fixture);
    const client = await fixture.startClient();
    try {
      const page = await browser.newPage();
      await page.goto(`${fixture.site.origin(SITE)}/sandboxed`);
      const input = { messages: [call(1, authenticate())] };
      const [answer] = (await page.evaluate(`const { messages } = input, count = 1; ${EXCHANGE}`, input)) as Answer[];
      expect(answer?.envelope?.error?.code).toBe('ERR_ORIGIN_MISSING');

      const [worker] = browser.context.serviceWorkers();
      expect(new URL(worker?.url() ?? '').host).toBe(CHROMIUM_EXTENSION_ID);
      const manifest = (await worker?.evaluate('chrome.runtime.getManifest()')) as Record<string, unknown>;
      expect(manifest['permissions']).toEqual(['nativeMessaging', 'scripting', 'storage']);
      expect(manifest).not.toHaveProperty('host_permissions');
      expect(manifest).not.toHaveProperty('content_scripts');
    } finally {
      await client.stop();
      await browser.close();
      await fixture.close();
    }
  });
});
