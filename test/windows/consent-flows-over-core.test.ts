import type { BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../main/core/ports.js';
import { validateAuthenticationToken } from '../../sdk/verifier/index.js';
import { TEST_CARD_PINS, TEST_HOLDER } from '../../native/virtual-card/index.js';
import { chromiumMissing } from '../support/chromium.js';
import { originRequester } from '../support/origin-requester.js';
import { Consents } from '../support/window-consents.js';
import { HANDS, startingWith, the } from '../support/window-hand.js';
import { operationsOver } from '../support/window-readers.js';
import { closeSharedParts, WindowSession } from '../support/window-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: consents over the core: ${missing}`);

const ORIGIN = 'https://service.example';
const NONCE = Buffer.alloc(44, 'n').toString('base64');
const LOG_IN = {
  operation: 'authenticate',
  origin: ORIGIN,
  challengeNonce: NONCE,
  requester: originRequester(ORIGIN),
} as const;
const FILES = [
  ['契約書.txt', '甲は乙に壱'],
  ['請求書.txt', '乙は甲に弐'],
  ['invoice\u202Etxt.exe', '丙は丁に参'],
] as const;

const patient = (): AbortSignal => new AbortController().signal;

/** Every way through the consent window, three times: with a mouse, with keys alone, and as assistive technology does. */
describe.skipIf(missing !== undefined).each(HANDS)('a consent by %s', (name) => {
  let session: WindowSession;
  let consents: Consents;

  beforeAll(async () => {
    consents = await Consents.load();
    session = await WindowSession.start();
    await allowClipboard(session.context);
  });
  afterEach(async () => {
    for (const page of session.context.pages()) await page.close();
  });
  afterAll(async () => {
    await session.close();
    if (name === HANDS.at(-1)) await closeSharedParts();
  });

  const files = () =>
    FILES.map(([unverifiedName, text]) =>
      session.client.documents.detached({ unverifiedName, content: new TextEncoder().encode(text), format: 'cms' }),
    );

  it('logs in: who asks, how long, the PIN on keys in another order, what is not taken and why', async () => {
    const { consent, pin } = consents;
    const decisions: Decision[] = [];
    session.host.keypadShuffle = true;
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.authenticate(
        { ...LOG_IN, remembered: 'may-be', onDecision: (decision) => void decisions.push(decision) },
        patient(),
      ),
    );
    await hand.arrives(consent.get('title.authenticate'));
    await hand.reads(ORIGIN);
    await hand.reads(consent.get('time.label'));
    await hand.hears(consent.get('card.ready'));
    const remember = the.checkbox(startingWith(consent.get('remember')));
    await hand.finds(remember, { checked: false, disabled: false });
    await hand.press(remember);
    await hand.finds(remember, { checked: true });
    await consents.agree(hand, 'authenticate');

    await hand.arrives(pin.get('heading'));
    await hand.reads(pin.get('triesLeft_other', { count: 3 }));
    await hand.page.evaluate(() => navigator.clipboard.writeText('1234'));
    await hand.page.keyboard.press('Control+V');
    await hand.hears(pin.get('notice.paste'));
    await hand.page.keyboard.insertText('１');
    await hand.hears(pin.get('notice.full-width'));
    await hand.type('a');
    await hand.hears(pin.get('notice.letter'));
    const submit = the.button(pin.get('submit_authenticate'));
    await hand.finds(submit, { disabled: true });
    await hand.page.getByRole('group', { name: pin.get('keypad.shuffled'), exact: true }).waitFor();
    await hand.press(the.button('9'));
    await hand.hears(pin.get('entered_other', { count: 1, of: 4 }));
    await hand.press(the.button(pin.get('keypad.eraseLast')));
    for (const digit of TEST_CARD_PINS.authentication) await hand.press(the.button(digit));
    await hand.finds(submit, { disabled: false });
    await hand.press(submit);
    const token = await outcome;
    await expect(
      validateAuthenticationToken(token, {
        origin: ORIGIN,
        challengeNonce: NONCE,
        trustAnchors: [(await session.card()).testAuthorities().authentication],
      }),
    ).resolves.toBeDefined();
    expect(decisions).toEqual([{ answer: 'agreed', remember: true }]);
    await consents.finish(hand, 'authenticate');
    session.host.keypadShuffle = false;
  });

  it('asks again after a wrong PIN, with the tries left, and separately before the last', async () => {
    const { consent, pin } = consents;
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.authenticate(LOG_IN, patient()),
    );
    await consents.agree(hand, 'authenticate');
    await consents.enter(hand, '0001', { submit: 'submit_authenticate' });
    await hand.hears(pin.get('reason.incorrect'));
    await hand.reads(pin.get('triesLeft_other', { count: 2 }));
    await consents.enter(hand, '0002', { submit: 'submit_authenticate' });
    await hand.arrives(consent.get('lastTry.title'));
    await hand.reads(consent.get('lastTry.incorrect'));
    const onwards = the.button(consent.get('lastTry.confirm'));
    await hand.finds(onwards, { disabled: false });
    await hand.press(onwards);
    await consents.enter(hand, TEST_CARD_PINS.authentication, { submit: 'submit_authenticate' });
    expect((await outcome).format).toBe('web-eid:1.0');
    await consents.finish(hand, 'authenticate');
  });

  it('signs several files: each with size, value and content, then one password', async () => {
    const { consent, pin } = consents;
    const items = files();
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.sign({ operation: 'sign', requester: { kind: 'self' }, items }, patient()),
    );
    await hand.arrives(consent.get('title.sign'));
    await hand.reads(consent.get('items.title_other', { count: FILES.length }));
    for (const [file] of FILES.slice(0, 2)) await hand.reads(file);
    // The override that would show "exe.txt" is made visible.
    expect(await hand.page.locator('main').innerText()).not.toContain('\u202E');
    const preview = the.button(consent.get('items.preview'), 1);
    await hand.finds(preview, { expanded: false });
    await hand.press(preview);
    await hand.finds(preview, { expanded: true });
    await hand.reads(FILES[1][1]);
    await hand.press(the.button(consent.get('items.technical'), 1));
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(FILES[1][1]));
    await hand.reads(Buffer.from(digest).toString('hex'));
    await consents.agree(hand, 'sign');
    await hand.arrives(pin.get('heading_signing'));
    // No key of a test turns Caps Lock on: the field is told as a keyboard would tell it.
    await hand.page.evaluate(() =>
      document.activeElement?.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'CapsLock', modifierCapsLock: true, bubbles: true }),
      ),
    );
    await hand.hears(pin.get('capsLock'));
    await consents.enter(hand, TEST_CARD_PINS.signing, { heading: 'heading_signing', submit: 'submit_sign' });
    expect(await outcome).toEqual(FILES.map(() => ({ status: 'signed' })));
    expect(items.every(({ result }) => (result?.length ?? 0) > 0)).toBe(true);
    await consents.finish(hand, 'sign');
  });

  it('is left before the signature, and nothing is signed', async () => {
    const items = files();
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.sign({ operation: 'sign', requester: { kind: 'self' }, items }, patient()),
    );
    await consents.agree(hand, 'sign');
    await hand.arrives(consents.pin.get('heading_signing'));
    await hand.type(TEST_CARD_PINS.signing);
    await hand.press(the.button(consents.common.get('cancel')));
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(items.every(({ result }) => result === undefined)).toBe(true);
    await expect.poll(() => session.host.windows.at(-1)).toBe('closed');
  });

  it('asks separately before the signing certificate of a site that nobody lists', async () => {
    const { consent } = consents;
    const [item] = files();
    if (!item) throw new Error('no file');
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.sign(
        { operation: 'sign', requester: originRequester(ORIGIN), separateStep: 'unlisted-signing', items: [item] },
        patient(),
      ),
    );
    await hand.arrives(consent.get('separate.heading'));
    await hand.reads(consent.get('separate.disclosed.site'));
    await hand.reads(ORIGIN);
    const onwards = the.button(consent.get('separate.confirm'));
    await hand.finds(onwards, { disabled: false });
    await hand.press(onwards);
    await hand.arrives(consent.get('title.sign'));
    // A single file is open from the beginning.
    await hand.reads(FILES[0][1]);
    await consents.agree(hand, 'sign');
    await consents.enter(hand, TEST_CARD_PINS.signing, { heading: 'heading_signing', submit: 'submit_sign' });
    expect(await outcome).toEqual([{ status: 'signed' }]);
    await consents.finish(hand, 'sign');
  });

  it('gives attributes: what has to be, and of the rest what was ticked', async () => {
    const { consent } = consents;
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.readAttributes(
        {
          operation: 'readAttributes',
          requester: originRequester(ORIGIN),
          required: ['name'],
          optional: ['address', { ageOver: 20 }],
          unverifiedPurpose: '本人の確認のため',
        },
        patient(),
      ),
    );
    await hand.arrives(consent.get('title.read-attributes_service'));
    await hand.reads('本人の確認のため');
    await hand.finds(the.checkbox(startingWith(consent.get('disclosed.name'))), { checked: true, disabled: true });
    await hand.finds(the.checkbox(startingWith('20')), { checked: false });
    const address = the.checkbox(startingWith(consent.get('disclosed.address')));
    await hand.finds(address, { checked: false, disabled: false });
    await hand.press(address);
    await hand.finds(address, { checked: true });
    await consents.agree(hand, 'read-attributes_service');
    await consents.enter(hand, TEST_CARD_PINS.text, { submit: 'submit_read-attributes' });
    expect(await outcome).toEqual([
      { attribute: 'name', status: 'given', value: TEST_HOLDER.name },
      { attribute: 'address', status: 'given', value: TEST_HOLDER.address },
      { attribute: { ageOver: 20 }, status: 'declined' },
    ]);
    await consents.finish(hand, 'read-attributes_service');
  });

  it('has the reader chosen where two of them hold a card', async () => {
    const { consent } = consents;
    const card = await session.card();
    const { operations, connected } = operationsOver({ 左のリーダー: card, 右のリーダー: card }, session.host);
    const { hand, outcome } = await consents.ask(session, name, () => operations.authenticate(LOG_IN, patient()));
    await hand.arrives(consent.get('readers.title'));
    const choose = the.button(consent.get('readers.choose'));
    await hand.finds(choose, { disabled: true });
    const right = the.radio(/右のリーダー/);
    await hand.finds(right, { checked: false });
    await hand.press(right);
    await hand.finds(right, { checked: true });
    await hand.press(choose);
    await hand.arrives(consent.get('title.authenticate'));
    await consents.agree(hand, 'authenticate');
    await consents.enter(hand, TEST_CARD_PINS.authentication, { submit: 'submit_authenticate' });
    expect((await outcome).format).toBe('web-eid:1.0');
    expect(new Set(connected)).toEqual(new Set(['右のリーダー']));
    await consents.finish(hand, 'authenticate');
  });

  it('is refused for good: the site is to be blocked', async () => {
    const { consent } = consents;
    const decisions: Decision[] = [];
    const { hand, outcome } = await consents.ask(session, name, () =>
      session.client.operations.authenticate(
        { ...LOG_IN, onDecision: (decision) => void decisions.push(decision) },
        patient(),
      ),
    );
    const more = the.button(consent.get('block.title'));
    await hand.finds(more, { expanded: false });
    await hand.press(more);
    const block = the.button(consent.get('block.button'));
    await hand.finds(block, { disabled: false });
    await hand.press(block);
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(decisions).toMatchObject([{ answer: 'refused', block: true }]);
  });
});

/** What is pasted has to be somewhere. */
function allowClipboard(context: BrowserContext): Promise<void> {
  return context.grantPermissions(['clipboard-read', 'clipboard-write']);
}
