import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIREFOX_EXTENSION_ID, NATIVE_HOST_NAME } from '../../sdk/protocol/index.js';
import { firefoxMissing, startFirefox, type Firefox } from '../support/browsers/firefox.js';
import { OTHER_SITE, SITE, startExtensionFixture, type ExtensionFixture } from '../support/extension-fixture.js';
import { authenticate, call, describeExtension } from '../support/extension-suite.js';

const missing = firefoxMissing();
if (missing !== undefined) console.warn(`skipped: the browser extension in Firefox: ${missing}`);

/** Silence for this many milliseconds means that no answer comes. */
const SILENCE = 1_500;

/** By messages to the page's own window, which the content script hears. */
const EXCHANGE = `
  return new Promise((resolve) => {
    const answers = [];
    const patience = (typeof input === 'object' && input.patience) || ${SILENCE};
    let timer;
    const end = (all) => { clearTimeout(timer); removeEventListener('message', receive); resolve(all); };
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => end([...answers, { gone: true }]), patience); };
    const receive = ({ source, origin, data }) => {
      if (source !== globalThis.self || origin !== self.origin || data.to !== 'page') return;
      answers.push(data);
      wait();
      if (answers.length === count) end(answers);
    };
    addEventListener('message', receive);
    wait();
    for (const message of messages) postMessage({ ...message, to: 'extension' }, self.origin === 'null' ? '*' : self.origin);
  });`;

const MANIFEST = join('.mozilla', 'native-messaging-hosts', `${NATIVE_HOST_NAME}.json`);

async function startWithExtension({ extension, home, site }: ExtensionFixture): Promise<Firefox> {
  const browser = await startFirefox({
    site,
    homeFiles: { [MANIFEST]: readFileSync(join(home, MANIFEST), 'utf8') },
    // Shorter than the tests, so that the event page would end under them if open calls did not keep it.
    preferences: { 'extensions.background.idle.timeout': 1_000 },
  });
  expect(await browser.installExtension(extension)).toBe(FIREFOX_EXTENSION_ID);
  return browser;
}

describe.skipIf(missing !== undefined)('the browser extension in Firefox', () => {
  describeExtension({
    browserName: 'Firefox',
    startFixture: (wake) => startExtensionFixture('firefox', wake),
    startBrowser: startWithExtension,
    exchange: EXCHANGE,
  });
});

describe.skipIf(missing !== undefined)('the content script in Firefox', () => {
  it('hears neither what a frame sends to the page, nor a sandboxed page', async () => {
    const fixture = await startExtensionFixture('firefox', false);
    const client = await fixture.startClient();
    const browser = await startWithExtension(fixture);
    try {
      const page = await browser.newPage();
      const inner = `${fixture.site.origin(OTHER_SITE)}/speaks`;
      await page.goto(`${fixture.site.origin(SITE)}/outer?${encodeURIComponent(inner)}`);
      const listen = `const { count } = input, messages = []; ${EXCHANGE}`;
      expect(await page.evaluate(listen, { count: 1 })).toEqual([{ gone: true }]);

      await page.goto(`${fixture.site.origin(SITE)}/sandboxed`);
      const messages = [{ madoguchi: 1, id: 1, ping: true }, call(2, authenticate())];
      const speak = `const { messages, count } = input; ${EXCHANGE}`;
      expect(await page.evaluate(speak, { messages, count: 1 })).toEqual([{ gone: true }]);
      expect(client.events()).not.toContain('bridge.session.opened');

      // The same page without the sandbox is heard.
      await page.goto(`${fixture.site.origin(SITE)}/`);
      expect(await page.evaluate(speak, { messages, count: 2 })).toMatchObject([
        { ping: true },
        { envelope: { ok: true } },
      ]);
    } finally {
      await browser.close();
      await client.stop();
      await fixture.close();
    }
  });
});
