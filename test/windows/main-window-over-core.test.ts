import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Desktop } from '../../main/electron/window-calls/call-context.js';
import { mainCalls } from '../../main/electron/window-calls/main-calls.js';
import type { MainPage } from '../../main/ipc/app.js';
import { TEST_CARD_PINS } from '../../native/virtual-card/index.js';
import { chromiumMissing } from '../support/chromium.js';
import { originRequester } from '../support/origin-requester.js';
import { closeSharedParts, WindowSession, windowTexts, type TextNode } from '../support/window-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: the main window over the core: ${missing}`);

const FIELD = 'input[type="password"]';
const TOPICS = ['common', 'consent', 'card', 'documents', 'history', 'services', 'diagnosis', 'settings', 'welcome'];

/** What the system's dialogs answer, and what was done to the desktop. */
class TestDesktop implements Desktop {
  files: readonly string[] = [];
  savePath: string | undefined;
  readonly copied: string[] = [];
  readonly shown: string[] = [];

  chooseFiles = () => Promise.resolve(this.files);
  chooseSavePath = () => Promise.resolve(this.savePath);
  chooseFolder = () => Promise.resolve(undefined);
  copyText = (text: string) => void this.copied.push(text);
  showInFolder = (path: string) => void this.shown.push(path);
  openInBrowser = () => undefined;
  confirm = () => Promise.resolve(true);
}

describe.skipIf(missing !== undefined)('the main window over the core', () => {
  const texts = new Map<string, TextNode>();
  let session: WindowSession;
  let desktop: TestDesktop;
  let ended = new AbortController();
  let page: Page;
  let folder: string;

  const text = (topic: string, key: string, values?: Readonly<Record<string, string | number>>): string =>
    texts.get(topic)?.get(key, values) ?? '';
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  beforeAll(async () => {
    for (const topic of TOPICS) texts.set(topic, await windowTexts(topic));
    session = await WindowSession.start({ app: { developerMode: false } });
    folder = await mkdtemp(join(tmpdir(), 'madoguchi-files-'));
  });
  beforeEach(async () => {
    ended.abort();
    for (const open of session.context.pages()) await open.close();
    desktop = new TestDesktop();
    ended = new AbortController();
    const { client, host } = session;
    host.serveMain(mainCalls({ client, desktop, language: () => 'ja', push: host.push, signal: ended.signal }));
    page = await host.open(session.context, 'main');
    await page.setViewportSize({ width: 960, height: 680 });
    await page.locator('main h1').waitFor();
  });
  afterAll(async () => {
    ended.abort();
    await session.close();
    await closeSharedParts();
    await rm(folder, { recursive: true, force: true });
  });

  async function show(name: MainPage): Promise<void> {
    await page
      .getByRole('navigation')
      .getByRole('button', { name: text('common', `page.${name}`), exact: true })
      .click();
    await page
      .getByRole('navigation')
      .locator('[aria-current="page"]', { hasText: text('common', `page.${name}`) })
      .waitFor();
  }

  /** The consent window that a page's own action opens, agreed to, with the PINs entered. */
  async function goThroughConsent(act: () => Promise<void>, operation: string, pins: readonly string[]): Promise<void> {
    const asked = session.host.nextConversation();
    await act();
    const { events } = await asked;
    const consentPage = await session.host.open(session.context, 'consent');
    events.focused(true);
    const agreeing = consentPage.getByRole('button', { name: text('consent', `agree.${operation}`), exact: true });
    await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 10_000 }).toBe('false');
    await agreeing.click();
    for (const [index, pin] of pins.entries()) {
      const before = session.host.conversation?.view.question;
      await consentPage.locator(FIELD).waitFor();
      await consentPage.keyboard.type(pin);
      await consentPage.keyboard.press('Enter');
      if (index < pins.length - 1) {
        await expect.poll(() => session.host.conversation?.view.question, { timeout: 5_000 }).not.toBe(before);
        await consentPage.locator('h1').waitFor();
      }
    }
    await consentPage
      .getByRole('heading', { level: 1, name: text('consent', 'done.title'), exact: true })
      .waitFor({ timeout: 20_000 });
    await consentPage.close();
  }

  it('tells what is on the card, and changes a PIN', async () => {
    await show('card');
    await page.getByText(text('common', 'certificate.authentication'), { exact: true }).first().waitFor();
    expect(await page.locator('main').innerText()).toContain(text('common', 'certificate.signing'));
    const name = text('common', 'pinName.profile');
    await goThroughConsent(
      () => page.getByRole('button', { name: text('card', 'pins.changeNamed', { name }) }).click(),
      'change-pin',
      [TEST_CARD_PINS.text, '7318', '7318'],
    );
    await page
      .getByText(text('card', 'pins.changed', { name }))
      .first()
      .waitFor();
  });

  it('signs files that were chosen, and checks one that was received', async () => {
    const file = join(folder, '契約書.txt');
    await writeFile(file, '甲は乙に\n');
    desktop.files = [file];
    await show('documents');
    await button(text('documents', 'chooseFiles')).first().click();
    await page.getByText('契約書.txt').first().waitFor();
    await page.getByRole('radio', { name: new RegExp(`^${text('documents', 'purpose.other.label')}`) }).check();
    await goThroughConsent(() => button(text('documents', 'start_other', { count: 1 })).click(), 'sign', [
      TEST_CARD_PINS.signing,
    ]);
    await page.getByRole('heading', { name: text('documents', 'results.title') }).waitFor();
    const signature = (await readdir(folder)).find((name) => name.endsWith('.p7s'));
    if (signature === undefined) throw new Error('no signature was written');
    execFileSync(
      'openssl',
      [
        ...['cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-in', join(folder, signature)],
        ...['-content', file, '-out', join(folder, 'out')],
      ],
      { stdio: 'pipe' },
    );
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe('甲は乙に\n');

    desktop.files = [join(folder, signature)];
    await page.getByRole('tab', { name: text('documents', 'tab.check') }).click();
    await button(text('documents', 'chooseFiles')).last().click();
    await page.getByText(text('documents', 'report.oneSignature'), { exact: true }).first().waitFor();
    expect(await page.locator('main').innerText()).toContain(signature);
  });

  it('has it in the history, exports and erases it, and blocks the site', async () => {
    const origin = 'https://service.example';
    const asked = session.host.nextConversation();
    const outcome = session.client.operations
      .authenticate(
        {
          operation: 'authenticate',
          origin,
          challengeNonce: Buffer.alloc(44, 'n').toString('base64'),
          requester: originRequester(origin),
        },
        new AbortController().signal,
      )
      .catch((thrown: unknown) => thrown);
    const { events } = await asked;
    await expect
      .poll(
        () => events.act({ kind: 'refuse', question: session.host.conversation?.view.question ?? 0, block: false }),
        { timeout: 10_000 },
      )
      .toBe(true);
    await outcome;

    await show('history');
    await page.locator('main bdi', { hasText: origin }).first().waitFor();
    desktop.savePath = join(folder, 'history.csv');
    await page.getByRole('button', { name: /CSV/ }).first().click();
    await expect.poll(() => readFile(join(folder, 'history.csv'), 'utf8').catch(() => '')).toContain(origin);

    const { entries } = await session.client.history.list();
    expect(entries.map(({ operation }) => operation)).toContain('authenticate');
    await button(text('history', 'file.eraseAll')).click();
    await button(text('history', 'erase.agree')).click();
    await page.getByText(text('history', 'erase.done.all')).first().waitFor();
    expect((await session.client.history.list()).entries).toEqual([]);
  });

  it('blocks a site by its address', async () => {
    await show('services');
    await page.getByRole('tab', { name: text('services', 'tab.sites') }).click();
    await page.getByLabel(text('services', 'block.address')).fill('https://unwanted.example/page?x');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.getByRole('dialog').innerText()).toContain('https://unwanted.example');
    await page.getByRole('dialog').getByRole('button').last().click();
    await page.getByText(text('services', 'block.done')).first().waitFor();
    expect(session.client.sites.isBlocked('https://unwanted.example', true)).toBe(true);
  });

  it('finds out what is wrong, layer by layer, and makes a report', async () => {
    await show('diagnosis');
    await button(text('diagnosis', 'start')).click();
    await page.getByRole('heading', { name: text('diagnosis', 'report.title') }).waitFor({ timeout: 20_000 });
    await page
      .getByRole('button', { name: text('common', 'copy') })
      .last()
      .click();
    await expect.poll(() => desktop.copied.length).toBe(1);
    expect(desktop.copied[0]).not.toContain(session.stateDirectory);
  });

  it('keeps a setting at once', async () => {
    await show('settings');
    await page.getByText(text('settings', 'startWithSystem.label')).first().waitFor();
    const shuffle = page.getByRole('checkbox', { name: new RegExp(text('settings', 'keypadShuffle.label')) });
    await shuffle.click();
    await expect.poll(() => session.client.settings.read().settings.keypadShuffle.value).toBe(true);
  });

  it('shows a newcomer how it works, up to a signature', async () => {
    await show('welcome');
    await page.getByRole('heading', { level: 1, name: text('welcome', 'about.title') }).waitFor();
    await button(text('welcome', 'next')).click();
    await page.getByRole('heading', { level: 1, name: text('welcome', 'card.title') }).waitFor();
    await button(text('welcome', 'next')).click();
    await page.getByRole('heading', { level: 1, name: text('welcome', 'try.title') }).waitFor();
    await goThroughConsent(() => button(text('welcome', 'try.start')).click(), 'sign', [TEST_CARD_PINS.signing]);
    await page.locator('main [role=status]').first().waitFor();
  });

  it('is gone through by keyboard alone: every page by Tab and Enter, with the focus on its heading', async () => {
    for (const name of ['documents', 'history', 'services', 'diagnosis', 'settings', 'card'] as const) {
      const target = page
        .getByRole('navigation')
        .getByRole('button', { name: text('common', `page.${name}`), exact: true });
      await page.locator('body').press('Tab');
      for (let tabs = 0; tabs < 60; tabs += 1) {
        if (await target.evaluate((element) => element === document.activeElement)) break;
        await page.keyboard.press(tabs < 30 ? 'Tab' : 'Shift+Tab');
      }
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), { timeout: 5_000 }).toBe('H1');
    }
  });
});
