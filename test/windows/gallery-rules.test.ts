import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../main/electron/window-files.js';
import { GALLERY_POLICY } from '../../tools/gallery/serve-folder.js';
import { chromiumMissing } from '../support/chromium.js';
import { axeViolations, bringAxe } from '../support/gallery-axe.js';
import { findLayoutFaults } from '../support/gallery-layout.js';
import { GALLERY_STATES, GallerySession, ZOOMED } from '../support/gallery-session.js';
import { findLostShapes, findMotion, findStructureFaults, unnamedIn } from '../support/gallery-structure.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`The gallery's rules are not tested: ${missing}`);

const FIRST = GALLERY_STATES[0]?.id ?? '';

it('the gallery is served with what the app allows, its own frames apart, and connects to nothing', () => {
  const directives = (policy: string) => policy.split('; ').filter((one) => !/^(frame|connect)-/.test(one));
  expect(directives(GALLERY_POLICY)).toEqual(directives(CONTENT_SECURITY_POLICY));
  expect(GALLERY_POLICY).toContain("connect-src 'none'");
});

it('every state has a name of its own', () => {
  const names = GALLERY_STATES.map(({ id }) => id);
  expect(names.filter((id, place) => names.indexOf(id) !== place)).toEqual([]);
  expect(names.filter((id) => !/^[a-z-]+\/[a-z0-9-]+$/.test(id))).toEqual([]);
});

/** Each rule that the gallery's states are held to finds a page that breaks it. */
describe.skipIf(missing !== undefined)('on a page that was broken on purpose', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
    await bringAxe(gallery.page);
  }, 120_000);
  afterAll(() => gallery.close());

  const layoutFaults = () => gallery.page.evaluate(findLayoutFaults);

  it.each<[string, () => void, RegExp]>([
    [
      'a second heading',
      () => document.querySelector('main')?.append(document.createElement('h1')),
      /^2 main headings/,
    ],
    ['no main part', () => document.querySelector('main')?.setAttribute('role', 'none'), /^0 main landmarks/],
    ['another language', () => document.documentElement.setAttribute('lang', 'en'), /^<html lang> is en/],
    [
      'a description that is not there',
      () => document.querySelector('button')?.setAttribute('aria-describedby', 'nothing'),
      /names nothing/,
    ],
    [
      'a live region that nobody hears',
      () => {
        const region = document.querySelector('main')?.appendChild(document.createElement('p'));
        region?.setAttribute('role', 'status');
        region?.setAttribute('aria-hidden', 'true');
      },
      /^a live region/,
    ],
  ])('finds %s', async (_name, breakPage, expected) => {
    await gallery.show(FIRST);
    await gallery.page.evaluate(`(${breakPage.toString()})()`);
    expect((await gallery.page.evaluate(findStructureFaults, 'ja')).join('\n')).toMatch(expected);
  });

  it('finds what has no name', async () => {
    await gallery.show(FIRST);
    await gallery.page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
    expect(unnamedIn(await gallery.page.locator('body').ariaSnapshot())).toHaveLength(1);
  });

  it('finds a complaint, a request to elsewhere and what the policy stops', async () => {
    await gallery.show(FIRST);
    expect(gallery.takeComplaints()).toEqual([]);
    await gallery.page.evaluate(async () => {
      console.warn('a warning');
      const image = document.body.appendChild(document.createElement('img'));
      image.src = 'https://elsewhere.invalid/picture.png';
      await new Promise((resolve) => (image.onerror = resolve));
      await fetch('/gallery.html').catch(() => undefined);
    });
    const complaints = gallery.takeComplaints().join('\n');
    expect(complaints).toContain('a warning');
    expect(complaints).toMatch(/elsewhere\.invalid.*Content Security Policy/);
    expect(complaints).toMatch(/connect-src 'none'|gallery\.html.*Content Security Policy/);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a page that is too wide', { width: '2000px' }, /^the page scrolls sideways/],
    ['text that is cut', { width: '40px', overflow: 'hidden', whiteSpace: 'nowrap' }, /^cut sideways/],
    ['lines that are cut', { width: '200px', height: '12px', overflow: 'hidden' }, /^cut below/],
    ['a part that scrolls sideways', { width: '40px', overflowX: 'auto', whiteSpace: 'nowrap' }, /^scrolls sideways/],
    [
      'text beside its box',
      { width: '40px', border: '1px solid', whiteSpace: 'nowrap' },
      /^text out of its box sideways/,
    ],
    ['text below its box', { width: '100px', height: '10px', border: '1px solid' }, /^text out of its box:/],
    ['text out of the window', { position: 'absolute', left: '-50px' }, /^text out of the window/],
    ['text over text', { position: 'absolute', top: '0', left: '0', pointerEvents: 'none' }, /^text over text/],
  ])('finds %s', async (_name, style, expected) => {
    await gallery.show(FIRST, {}, ZOOMED);
    expect((await layoutFaults()).filter((fault) => expected.test(fault))).toEqual([]);
    await gallery.page.evaluate((declarations) => {
      for (const text of ['この文は長いので、箱に入りません。この文は長いので、箱に入りません。', '別の文です。']) {
        const element = document.createElement('div');
        element.textContent = text;
        Object.assign(element.style, declarations);
        document.querySelector('main')?.append(element);
      }
    }, style);
    expect((await layoutFaults()).filter((fault) => expected.test(fault))).not.toEqual([]);
  });

  it.each([
    ['color-contrast', (element: HTMLElement) => Object.assign(element.style, { color: '#999', background: '#aaa' })],
    ['button-name', (element: HTMLElement) => element.append(document.createElement('button'))],
    ['label', (element: HTMLElement) => element.append(document.createElement('input'))],
  ] as const)('axe finds %s', async (rule, breakPage) => {
    await gallery.show(FIRST);
    await gallery.page.evaluate(`{
      const element = document.querySelector('main').appendChild(document.createElement('p'));
      element.textContent = '読みにくい文です。';
      (${breakPage.toString()})(element);
    }`);
    expect((await axeViolations(gallery.page)).join('\n')).toContain(`${rule}:`);
  });

  it('finds an icon of the colour of its ground, and a button without an edge', async () => {
    await gallery.page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
    await gallery.show(FIRST, { appearance: 'system' });
    await gallery.page.evaluate(() => {
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      const path = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
      path.setAttribute('d', 'M0 0h9v9z');
      Object.assign(svg.style, { forcedColorAdjust: 'none', stroke: 'none', fill: 'none' });
      const button = document.createElement('button');
      button.append('ボタン');
      button.style.border = '0';
      document.querySelector('main')?.append(svg, button);
    });
    const faults = (await gallery.page.evaluate(findLostShapes)).join('\n');
    expect(faults).toContain('M0 0h9v9z');
    expect(faults).toContain('a button without an edge: ボタン');
  });
});

describe.skipIf(missing !== undefined)('with motion', () => {
  it('finds what moves, where motion is wanted', async () => {
    const gallery = await GallerySession.open({ reducedMotion: 'no-preference' });
    try {
      let moving = 0;
      for (const { id } of GALLERY_STATES.filter(({ id }) => /wait|work|running|loading/.test(id)).slice(0, 12)) {
        await gallery.show(id);
        moving += (await gallery.page.evaluate(findMotion)).length;
      }
      expect(moving).toBeGreaterThan(0);
    } finally {
      await gallery.close();
    }
  }, 120_000);
});
