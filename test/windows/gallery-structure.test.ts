import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../main/electron/window-files.js';
import { GALLERY_POLICY } from '../../tools/gallery/serve-folder.js';
import { chromiumMissing } from '../support/chromium.js';
import { GALLERY_STATES, GallerySession } from '../support/gallery-session.js';
import { findLostShapes, findMotion, findStructureFaults, unnamedIn } from '../support/gallery-structure.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`The gallery's structure is not tested: ${missing}`);

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

describe.skipIf(missing !== undefined)('for those who hear it', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
  }, 120_000);
  afterAll(() => gallery.close());

  it.each([...GALLERY_STATES])('$id has one heading, one main part, names, a language; asks nobody', async ({ id }) => {
    const { page } = gallery;
    for (const language of ['ja', 'en'] as const) {
      await gallery.show(id, { language });
      expect(await page.evaluate(findStructureFaults, language), language).toEqual([]);
      const snapshot = await page.locator('body').ariaSnapshot();
      expect(unnamedIn(snapshot), snapshot).toEqual([]);
      expect(await page.evaluate(findMotion)).toEqual([]);
    }
    expect(gallery.takeComplaints()).toEqual([]);
  });

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

describe.skipIf(missing !== undefined)('in forced colours', () => {
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open({ forcedColors: 'active', colorScheme: 'dark' });
  }, 120_000);
  afterAll(() => gallery.close());

  it.each([...GALLERY_STATES])('nothing of $id is lost', async ({ id }) => {
    await gallery.show(id, { appearance: 'system' });
    expect(await gallery.page.evaluate(findLostShapes)).toEqual([]);
    await gallery.page.keyboard.press('Tab');
    const outline = await gallery.page.evaluate(() => {
      const focused = document.activeElement;
      return focused && focused !== document.body ? getComputedStyle(focused).outlineStyle : 'nothing to reach';
    });
    expect(outline).not.toBe('none');
  });

  it('finds an icon of the colour of its ground, and a button without an edge', async () => {
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
