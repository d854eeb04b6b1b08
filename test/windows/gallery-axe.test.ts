import axe, { type AxeResults, type RunOptions } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing } from '../support/chromium.js';
import { GALLERY_STATES, GallerySession, WHOLE_GALLERY, type StateLook } from '../support/gallery-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`The gallery is not checked by axe: ${missing}`);

const OPTIONS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

/** What differs between appearances. */
const CONTRAST: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] }, resultTypes: ['violations'] };

/** Every state by every rule; then, each in its turn, what another look can change. */
const OTHER_LOOKS: readonly (StateLook & { readonly options: RunOptions })[] = [
  { appearance: 'dark', options: CONTRAST },
  { appearance: 'high-contrast', options: CONTRAST },
  { language: 'en', options: OPTIONS },
];

describe.skipIf(missing !== undefined)('axe finds nothing', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
    // As text: the page's policy lets nothing be evaluated there.
    await gallery.page.addInitScript({ content: axe.source });
    await gallery.page.reload();
  }, 120_000);
  afterAll(() => gallery.close());

  /** `rule: what it is about`, one for each element. */
  async function violations(options = OPTIONS): Promise<readonly string[]> {
    const { violations: found } = await gallery.page.evaluate(
      (given) => (globalThis as unknown as { axe: { run(of: RunOptions): Promise<AxeResults> } }).axe.run(given),
      options,
    );
    return found.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html}`));
  }

  it.each(GALLERY_STATES.map(({ id }, index) => ({ id, index })))(
    'in $id, light and in another look',
    { timeout: 180_000 },
    async ({ id, index }) => {
      await gallery.show(id);
      const found = [...(await violations())];
      for (const [turn, { options, ...look }] of OTHER_LOOKS.entries()) {
        if (!WHOLE_GALLERY && index % OTHER_LOOKS.length !== turn) continue;
        await gallery.lookAnew(look);
        for (const violation of await violations(options)) found.push(`${JSON.stringify(look)} ${violation}`);
      }
      expect(found).toEqual([]);
    },
  );

  it.each([
    ['color-contrast', (element: HTMLElement) => Object.assign(element.style, { color: '#999', background: '#aaa' })],
    ['button-name', (element: HTMLElement) => element.append(document.createElement('button'))],
    ['label', (element: HTMLElement) => element.append(document.createElement('input'))],
  ] as const)('but finds %s where it is', async (rule, breakPage) => {
    await gallery.show(GALLERY_STATES[0]?.id ?? '');
    await gallery.page.evaluate(`{
      const element = document.querySelector('main').appendChild(document.createElement('p'));
      element.textContent = '読みにくい文です。';
      (${breakPage.toString()})(element);
    }`);
    expect((await violations()).join('\n')).toContain(`${rule}:`);
  });
});
