import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AuthenticateOperation } from '../../main/core/signing/operations.js';
import { loadCardProfile } from '../../main/node/card-profiles.js';
import { ARMING_MILLISECONDS } from '../../main/core/consent-window/consent-window.js';
import type { AuthenticationToken } from '../../sdk/protocol/index.js';
import { TEST_CARD_PINS } from '../../native/virtual-card/index.js';
import { chromiumMissing } from '../support/chromium.js';
import { itemOf } from '../support/signable-items.js';
import { originRequester } from '../support/origin-requester.js';
import { takeHand } from '../support/window-hand.js';
import {
  closeSharedParts,
  WindowSession,
  windowTexts,
  type TextNode,
  type WindowSessionOptions,
} from '../support/window-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: windows over the core: ${missing}`);

const ORIGIN = 'https://service.example';
const NONCE = Buffer.alloc(44, 'n').toString('base64');
const FIELD = 'input[type="password"]';

let consent: TextNode;
let session: WindowSession;

beforeAll(async () => {
  consent = await windowTexts('consent');
});
afterEach(() => session.close());
afterAll(closeSharedParts);

function logIn(overrides: Partial<AuthenticateOperation> = {}): AuthenticateOperation {
  return {
    operation: 'authenticate',
    origin: ORIGIN,
    challengeNonce: NONCE,
    requester: originRequester(ORIGIN),
    ...overrides,
  };
}

interface Asked<Result> {
  readonly page: Page;
  readonly outcome: Promise<Result>;
  readonly gone: AbortController;
}

async function start(options: WindowSessionOptions = {}): Promise<WindowSession> {
  session = await WindowSession.start(options);
  return session;
}

/** A site asks to log in; its window is open and has the keyboard. */
async function askLogIn(overrides: Partial<AuthenticateOperation> = {}): Promise<Asked<AuthenticationToken>> {
  const gone = new AbortController();
  let outcome: Promise<AuthenticationToken> | undefined;
  const page = await session.openConsent(() => {
    outcome = session.client.operations.authenticate(logIn(overrides), gone.signal);
    outcome.catch(() => undefined);
  });
  if (!outcome) throw new Error('nothing was asked');
  return { page, outcome, gone };
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

async function agree(page: Page, what = 'authenticate'): Promise<void> {
  const agreeing = button(page, consent.get(`agree.${what}`));
  await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 5_000 }).toBe('false');
  await agreeing.click();
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.textContent)) === name) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

async function enterPin(page: Page, digits: string): Promise<void> {
  await page.locator(FIELD).waitFor();
  await page.keyboard.type(digits);
  await page.keyboard.press('Enter');
}

describe.skipIf(missing !== undefined)('a log-in in the window', () => {
  it('is not agreed to with Enter', async () => {
    await start();
    const { page, outcome } = await askLogIn();
    const agreeing = button(page, consent.get('agree.authenticate'));
    await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 5_000 }).toBe('false');
    // The heading has the focus, where no key answers anything; the way to agreeing is by Tab, past refusing.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await tabTo(page, consent.get('refuse'));
    await page.keyboard.press('Tab');
    expect(await agreeing.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await sleep(300);
    expect(session.host.conversation?.view.stage.kind).toBe('consent');
    await page.keyboard.press('Space');
    await enterPin(page, TEST_CARD_PINS.authentication);
    expect((await outcome).format).toBe('web-eid:1.0');
  });

  it('waits before it can be agreed to, from the focus on, and again after a loss of it', async () => {
    await start();
    const { page, outcome } = await askLogIn();
    const { conversation } = session.host;
    if (!conversation) throw new Error('nothing is asked');
    const agreeing = button(page, consent.get('agree.authenticate'));
    await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 5_000 }).toBe('false');
    conversation.events.focused(false);
    await expect.poll(() => agreeing.getAttribute('aria-disabled')).toBe('true');
    await agreeing.click({ force: true });
    // A key meant for the window before refuses nothing either.
    await button(page, consent.get('refuse')).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await sleep(200);
    expect(session.host.conversation?.view.stage.kind).toBe('consent');
    conversation.events.focused(true);
    const since = performance.now();
    await agreeing.click({ force: true });
    expect(session.host.conversation?.view.stage.kind).toBe('consent');
    await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 5_000 }).toBe('false');
    expect(performance.now() - since).toBeGreaterThan(ARMING_MILLISECONDS - 50);
    await button(page, consent.get('refuse')).click();
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
  });

  it('takes no answer but of the window: a page script that calls at once is too early', async () => {
    await start();
    const { page, outcome } = await askLogIn();
    const taken = await page.evaluate(async () => {
      const { madoguchi } = globalThis as unknown as {
        madoguchi: { consent: { act(action: unknown): Promise<{ ok: boolean; result?: boolean }> } };
      };
      const answers = [];
      for (let question = 0; question < 5; question += 1) {
        answers.push(await madoguchi.consent.act({ kind: 'agree', question, withheld: [], remember: false }));
        answers.push(await madoguchi.consent.act({ kind: 'confirm', question }));
      }
      return answers.map(({ ok, result }) => ok && result === true);
    });
    expect(taken.every((one) => !one)).toBe(true);
    await button(page, consent.get('refuse')).click();
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
  });

  it('closes without a word when the page goes away', async () => {
    await start();
    const { page, outcome, gone } = await askLogIn();
    await agree(page);
    await page.locator(FIELD).waitFor();
    gone.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(session.host.windows).toEqual(['opened', 'closed']);
  });

  it.each(['blocked-63c0', 'blocked-6984'] as const)(
    'says why a card cannot be used, to the person alone (%s)',
    async (profile) => {
      await start({ profile: loadCardProfile(profile) });
      const { page, outcome } = await askLogIn();
      await heading(page, consent.get('unusable.title'));
      await page.getByText(consent.get('unusable.private')).waitFor();
      await page.getByRole('button').last().click();
      await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    },
  );
});

describe.skipIf(missing !== undefined)('very many files in the window', () => {
  const COUNT = 200;

  it('are all listed, found by a search in the page and read by screen readers before they can be agreed to', async () => {
    await start();
    const items = Array.from({ length: COUNT }, (_, index) =>
      itemOf(`file-${index}.txt`, new TextEncoder().encode(`text ${index}`)),
    );
    const gone = new AbortController();
    let outcome: Promise<unknown> | undefined;
    const page = await session.openConsent(() => {
      outcome = session.client.operations.sign({ operation: 'sign', requester: { kind: 'self' }, items }, gone.signal);
      outcome.catch(() => undefined);
    });
    const agreeing = button(page, consent.get('agree.sign'));
    await expect.poll(() => agreeing.getAttribute('aria-disabled'), { timeout: 10_000 }).toBe('false');
    expect(
      await page
        .getByRole('region', { name: consent.get('items.list') })
        .getByRole('listitem')
        .count(),
    ).toBe(COUNT);
    // Never seen until now, and laid out only near to what is seen.
    expect(
      await page.evaluate(
        (name) => Reflect.apply(Reflect.get(globalThis, 'find') as never, globalThis, [name]),
        `file-${COUNT - 1}.txt`,
      ),
    ).toBe(true);
    const found = await page.evaluate(
      () => getSelection()?.anchorNode?.parentElement?.getBoundingClientRect().height ?? 0,
    );
    expect(found).toBeGreaterThan(0);
    const hand = await takeHand('accessibility tree', page);
    const last = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`text ${COUNT - 1}`));
    await hand.reads(`file-${COUNT - 1}.txt`);
    await hand.reads(Buffer.from(last).toString('hex'));
    gone.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });
});
