/** Firefox with the extension. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIREFOX_EXTENSION_ID, NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';
import { popupPage, type GovernmentBrowser } from '../government-browser.js';
import type { GovernmentFixture } from '../government-fixture.js';
import { startConnectProxy } from './connect-proxy.js';
import { startFirefox, type Firefox, type FirefoxPage } from './firefox.js';

const MANIFEST = join('.mozilla', 'native-messaging-hosts', `${NATIVE_HOST_NAME}.json`);
const OTHER_ID = 'other@extension.example';

export async function startGovernmentFirefox(fixture: GovernmentFixture): Promise<GovernmentBrowser> {
  const { site, home, extension } = fixture;
  // Hosts can be sent to another address by a file, ports cannot.
  const proxy = await startConnectProxy(site.port);
  const firefox = await startFirefox({
    site,
    homeFiles: { [MANIFEST]: readFileSync(join(home, MANIFEST), 'utf8') },
    preferences: {
      'network.proxy.type': 1,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': proxy.port,
      // Shorter than the tests, so that the event page ends again and again, and what it knows has to outlive it.
      'extensions.background.idle.timeout': 1_000,
    },
  });
  let installed: Promise<string> | undefined;
  return {
    newPage: () => firefox.newPage(),
    openPopup: async () => {
      await (installed ??= firefox.installExtension(extension));
      return openPopup(firefox);
    },
    // Until the popup is opened for the first time, this browser has not seen the extension either.
    plainPage: async () => {
      const page = await firefox.newPage();
      return { page, close: () => page.close() };
    },
    callHostAsOther: () => callHostAsOther(firefox, home),
    close: async () => {
      await firefox.close();
      await proxy.close();
    },
  };
}

async function openPopup(firefox: Firefox) {
  const page = await firefox.newPage();
  await page.goto(`moz-extension://${await hostOf(firefox, FIREFOX_EXTENSION_ID)}/popup.html`);
  return popupPage(page, { click: () => click(firefox, page), answer: undefined });
}

/** A click as a mouse makes it, in the middle of the button. */
async function click({ bidi }: Firefox, page: FirefoxPage): Promise<void> {
  const place = `const { x, y, width, height } = document.getElementById('button').getBoundingClientRect();
    return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };`;
  const at = (await page.evaluate(place)) as { x: number; y: number };
  const move = { type: 'pointerMove', ...at };
  const actions = [move, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }];
  await bidi.send('input.performActions', {
    context: page.context,
    actions: [{ type: 'pointer', id: 'mouse', actions }],
  });
}

/** The host part of an extension's addresses, which is another in every profile. */
async function hostOf({ bidi }: Firefox, id: string): Promise<string> {
  const { contexts } = (await bidi.send('browsingContext.getTree', { 'moz:scope': 'chrome', maxDepth: 0 })) as {
    contexts: { context: string }[];
  };
  const answer = (await bidi.send('script.evaluate', {
    expression: `WebExtensionPolicy.getByID(${JSON.stringify(id)}).mozExtensionHostname`,
    target: { context: contexts[0]?.context },
    awaitPromise: false,
  })) as { result: { value: string } };
  return answer.result.value;
}

/** An extension that somebody else made, which wants the same program of this PC. */
async function callHostAsOther(firefox: Firefox, home: string): Promise<string> {
  const folder = join(home, 'other-extension');
  mkdirSync(folder);
  const browser_specific_settings = { gecko: { id: OTHER_ID } };
  const manifest = { manifest_version: 3, name: 'other', version: '1', permissions: ['nativeMessaging'] };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, browser_specific_settings }));
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>other</title>');
  await firefox.installExtension(folder);
  const page = await firefox.newPage();
  await page.goto(`moz-extension://${await hostOf(firefox, OTHER_ID)}/page.html`);
  const message = `browser.runtime.sendNativeMessage('${NATIVE_HOST_NAME}', {})`;
  const answer = await page.evaluate(`return ${message}.then(JSON.stringify, ({ message }) => message)`);
  await page.close();
  return String(answer);
}
