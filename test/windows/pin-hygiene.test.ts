import { randomInt } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARD_PINS } from '../../native/virtual-card/index.js';
import { chromiumMissing } from '../support/chromium.js';
import { descendants, occurrencesInMemory } from '../support/child-processes.js';
import { itemOf } from '../support/signable-items.js';
import { closeSharedParts, WindowSession, windowTexts, type TextNode } from '../support/window-session.js';

const missing = chromiumMissing() ?? (process.getuid?.() === 0 ? undefined : 'root, to read the memory of processes');
if (missing !== undefined) console.warn(`skipped: PIN hygiene of the windows: ${missing}`);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const FIELD = 'input[type="password"]';

/** A letter and a digit are among it, as the card wants. */
function randomText(): string {
  return `A7${Array.from({ length: 14 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
}

/** Everywhere in the browser's processes, as the octets of each encoding that browsers keep text in. */
function copiesInBrowser(text: string): number {
  const encodings = [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')];
  const processes = descendants(process.pid, 'chromium');
  expect(processes.length).toBeGreaterThan(1);
  return processes.reduce(
    (sum, id) => sum + encodings.reduce((inner, bytes) => inner + occurrencesInMemory(id, bytes), 0),
    0,
  );
}

/** The document as it stands, with what its fields hold. */
function documentText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const values = [...document.querySelectorAll('input')].map(({ value }) => value);
    return `${document.documentElement.outerHTML}\n${values.join('\n')}`;
  });
}

describe.skipIf(missing !== undefined)('the signing password in the window', () => {
  const password = randomText();
  let consent: TextNode;
  let pin: TextNode;
  let session: WindowSession;

  beforeAll(async () => {
    consent = await windowTexts('consent');
    pin = await windowTexts('pin');
    session = await WindowSession.start();
  });
  afterEach(async () => {
    for (const page of session.context.pages()) await page.close();
  });
  afterAll(async () => {
    await session.close();
    await closeSharedParts();
  });

  async function agree(page: Page, operation: string): Promise<void> {
    const agreeing = page.getByRole('button', { name: consent.get(`agree.${operation}`), exact: true });
    await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 10_000 }).toBe('false');
    await agreeing.click();
    await page.locator(FIELD).waitFor();
  }

  /** One key at a time, as a person does; the document never holds what was typed. */
  async function type(page: Page, text: string): Promise<void> {
    for (let typed = 1; typed <= text.length; typed += 1) {
      await page.keyboard.press(text[typed - 1] ?? '');
      const held = await documentText(page);
      if (typed > 2) expect(held).not.toContain(text.slice(0, typed));
    }
    expect(await page.locator(FIELD).inputValue()).toBe('•'.repeat(text.length));
  }

  it('is chosen and used without a copy of it in document, messages or the memory of the browser', async () => {
    const marker = randomText();
    let changed: Promise<void> | undefined;
    const changing = await session.openConsent(() => {
      changed = session.client.pinChange.change('signing', new AbortController().signal);
      changed.catch(() => undefined);
    });
    await agree(changing, 'change-pin');
    await changing.keyboard.type(TEST_CARD_PINS.signing);
    await changing.keyboard.press('Enter');
    for (const heading of ['headingNew_signing', 'headingAgain_signing']) {
      await changing.getByRole('heading', { level: 1, name: pin.get(heading), exact: true }).waitFor();
      await type(changing, password);
      await changing.keyboard.press('Enter');
    }
    await changed;

    let signed: Promise<unknown> | undefined;
    const signing = await session.openConsent(() => {
      const items = [itemOf(`${marker}.txt`, new TextEncoder().encode('text'))];
      signed = session.client.operations.sign(
        { operation: 'sign', requester: { kind: 'self' }, items },
        new AbortController().signal,
      );
      signed.catch(() => undefined);
    });
    await agree(signing, 'sign');
    await type(signing, password);
    // While it stands in the field there is the one buffer it is entered into.
    expect(copiesInBrowser(password.slice(0, 12)), 'while it is entered').toBe(1);
    await signing.keyboard.press('Enter');
    expect(await signed).toEqual([{ status: 'signed' }]);
    await signing.getByRole('heading', { level: 1, name: consent.get('done.title'), exact: true }).waitFor();

    expect(await documentText(signing)).not.toContain(password);
    expect(JSON.stringify(session.host.views)).not.toContain(password);
    // The control: what a page may know is found by the same search.
    expect(copiesInBrowser(marker)).toBeGreaterThan(0);
    expect(copiesInBrowser(password), 'afterwards').toBe(0);
  }, 180_000);
});
