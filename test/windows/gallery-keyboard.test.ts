import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing } from '../support/chromium.js';
import { findKeyboardFaults } from '../support/gallery-keyboard.js';
import { GALLERY_STATES, GallerySession } from '../support/gallery-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`The gallery is not tested by keyboard: ${missing}`);

interface Asked {
  readonly name: string;
  readonly request: unknown;
}

describe.skipIf(missing !== undefined)('by keyboard alone', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
    await gallery.page.evaluate(() => {
      const calls: unknown[] = [];
      Object.assign(globalThis, { calls });
      addEventListener('gallery:call', (event) => calls.push((event as CustomEvent<unknown>).detail));
    });
  }, 120_000);
  afterAll(() => gallery.close());

  /** What the app was asked when a key was pressed on a button of the bar, and whether the page is still as it was. */
  async function pressOn(place: number, key: string): Promise<{ calls: readonly Asked[]; isSame: boolean }> {
    await gallery.page.evaluate((index) => {
      const here = globalThis as unknown as { calls: unknown[]; before: string };
      here.calls.length = 0;
      document.querySelectorAll<HTMLElement>('main > [role="group"] button')[index]?.focus();
      here.before = document.body.innerHTML;
    }, place);
    await gallery.page.keyboard.press(key);
    return gallery.page.evaluate(() => {
      const { calls, before } = globalThis as unknown as { calls: Asked[]; before: string };
      return { calls, isSame: calls.length === 0 && document.body.innerHTML === before };
    });
  }

  const agreements = (calls: readonly Asked[]): readonly Asked[] =>
    calls.filter(({ name, request }) => name === 'consent.act' && JSON.stringify(request).includes('agree'));

  const consents = GALLERY_STATES.filter(({ window }) => window === 'consent');

  it('Enter agrees to nothing, and Space does', { timeout: 300_000 }, async () => {
    let agreed = 0;
    for (const { id } of consents) {
      await gallery.show(id);
      const count = await gallery.page.locator('main > [role="group"] button').count();
      for (let place = 0; place < count; place += 1) {
        const entered = await pressOn(place, 'Enter');
        expect(agreements(entered.calls), id).toEqual([]);
        if (!entered.isSame) await gallery.show(id);
        if (place === count - 1) agreed += agreements((await pressOn(place, 'Space')).calls).length;
      }
    }
    expect(agreed).toBeGreaterThan(10);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'what Tab does not reach',
      () => {
        const button = document.querySelector('main')?.appendChild(document.createElement('button'));
        button?.append('届かないボタン');
        addEventListener('keydown', (event) => {
          if (event.key === 'Tab' && document.activeElement?.nextElementSibling === button) event.preventDefault();
        });
        button?.before(document.createElement('input'));
      },
      /^Tab does not reach <button> 届かない/,
    ],
    [
      'an order that goes back',
      () => {
        const main = document.querySelector('main');
        for (const top of ['300px', '100px']) {
          const button = document.createElement('button');
          button.append(`上から${top}のボタン`);
          Object.assign(button.style, { position: 'absolute', top, left: '0' });
          main?.append(button);
        }
      },
      /^Tab goes back from <button> 上から300px/,
    ],
    [
      'an order of its own',
      () => {
        const button = document.querySelector('main')?.appendChild(document.createElement('button'));
        button?.append('順番が違うボタン');
        if (button) button.tabIndex = 3;
      },
      /^an order of its own: <button> 順番/,
    ],
    [
      'a focus that cannot be seen',
      () => {
        const button = document.querySelector('main')?.appendChild(document.createElement('button'));
        button?.append('枠の出ないボタン');
        button?.style.setProperty('outline', 'none', 'important');
      },
      /^the focus cannot be seen: <button> 枠/,
    ],
    [
      'what is under something else',
      () => {
        const button = document.querySelector('main')?.appendChild(document.createElement('button'));
        button?.append('隠れたボタン');
        const cover = document.body.appendChild(document.createElement('div'));
        Object.assign(cover.style, { position: 'fixed', inset: '0', zIndex: '9', background: 'Canvas' });
      },
      /^it is out of sight: <button> 隠れた/,
    ],
    [
      'a small target',
      () => {
        const button = document.querySelector('main')?.appendChild(document.createElement('button'));
        button?.append('小');
        Object.assign(button?.style ?? {}, { padding: '0', border: '0', fontSize: '8px' });
      },
      /^smaller than 24 by 24: <button> 小/,
    ],
  ])('finds %s', async (_name, breakPage, expected) => {
    await gallery.show(GALLERY_STATES[0]?.id ?? '');
    await gallery.page.evaluate(breakPage);
    expect((await findKeyboardFaults(gallery.page)).filter((fault) => expected.test(fault))).not.toEqual([]);
  });
});
