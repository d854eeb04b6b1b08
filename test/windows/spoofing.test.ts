import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsentStart } from '../../main/ipc/consent.js';
import { packageRoot } from '../../main/node/package-root.js';
import { chromiumMissing } from '../support/chromium.js';
import { GALLERY_STATES, GallerySession } from '../support/gallery-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.log(`Spoofing is not tested in a browser: ${missing}`);

/** Every text of the app in Japanese, values taken out: what is left must be all that stands outside of quotes. */
function ownTexts(): readonly RegExp[] {
  const folder = join(packageRoot(), 'renderer', 'locales', 'ja');
  const files = readdirSync(folder).map((file) => join(folder, file));
  files.push(join(packageRoot(), 'resources', 'locales', 'documents', 'ja.json'));
  return files.flatMap((file) => leaves(JSON.parse(readFileSync(file, 'utf8')))).map(pattern);
}

function leaves(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  return Object.values(node as object).flatMap(leaves);
}

function pattern(text: string): RegExp {
  const parts = text.split(/\{\{\w+\}\}/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^\\s*${parts.join('[^\\n]{0,200}?')}\\s*$`, 'u');
}

interface Seen {
  /** The largest text of the page, and the size of the next. */
  readonly largest: string;
  readonly buttons: readonly string[];
  /** Whether anything foreign reaches out of the page's own column, or over what is beside it. */
  readonly overflowing: readonly string[];
}

/** Runs in the page. */
function look(): Seen {
  const shown = [...document.querySelectorAll<HTMLElement>('main *, footer *')].filter(
    (element) =>
      element.checkVisibility() &&
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()),
  );
  const size = (element: HTMLElement): number => Number.parseFloat(getComputedStyle(element).fontSize);
  const most = Math.max(...shown.map(size));
  return {
    largest: shown
      .filter((element) => size(element) === most)
      .map(({ textContent }) => textContent)
      .join('\n'),
    buttons: [...document.querySelectorAll('button, [role=button], a[href]')].map(({ textContent }) =>
      textContent.trim(),
    ),
    overflowing: [...document.querySelectorAll<HTMLElement>('bdi, blockquote')]
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return left < 0 || right > document.documentElement.clientWidth + 1;
      })
      .map(({ textContent }) => textContent.slice(0, 40)),
  };
}

const hostile = GALLERY_STATES.filter(({ id }) => id.startsWith('consent/hostile-'));

describe.skipIf(missing !== undefined)('an asker that tries to pass for another', () => {
  const own = ownTexts();
  let gallery: GallerySession;

  beforeAll(async () => {
    gallery = await GallerySession.open();
  }, 120_000);
  afterAll(() => gallery.close());

  it('has states to be tried with', () => {
    expect(hostile.length).toBeGreaterThan(10);
  });

  it.each(hostile)(
    '$id: the whole address is the largest text, and every button is the app’s',
    async ({ id, answers }) => {
      await gallery.show(id);
      const seen = await gallery.page.evaluate(look);
      const start = answers['consent.start']?.(undefined) as ConsentStart;
      const { requester } = start.consent;
      if (requester.kind === 'origin') {
        expect(seen.largest).toContain(requester.unicodeOrigin ?? requester.origin);
        // The form that cannot be mistaken is on the page, whole.
        expect(await gallery.page.locator('main').innerText()).toContain(requester.origin);
      }
      for (const button of seen.buttons) {
        expect(
          own.some((text) => text.test(button)),
          `"${button}" is no text of the app`,
        ).toBe(true);
      }
      expect(seen.overflowing).toEqual([]);
    },
  );

  it('would be seen: a button with words of its own, a text that is larger', async () => {
    await gallery.show('consent/hostile-purpose');
    await gallery.page.evaluate(() => {
      const button = document.createElement('button');
      button.textContent = '［ 同意する ］';
      const large = document.createElement('p');
      large.textContent = 'https://www.nta.go.jp';
      large.style.fontSize = '40px';
      document.querySelector('main')?.append(button, large);
    });
    const seen = await gallery.page.evaluate(look);
    expect(seen.largest).toBe('https://www.nta.go.jp');
    expect(seen.buttons.every((button) => own.some((text) => text.test(button)))).toBe(false);
  });

  it('has no words of its own outside quotes: what is isolated is quoted, and nothing else holds it', async () => {
    await gallery.show('consent/hostile-purpose');
    const outside = await gallery.page.evaluate(() => {
      const copy = document.querySelector('main')?.cloneNode(true) as HTMLElement;
      for (const quoted of copy.querySelectorAll('bdi, blockquote')) quoted.remove();
      return copy.textContent;
    });
    expect(outside).not.toContain('［ 同意する ］');
    expect(await gallery.page.locator('main').innerText()).toContain('［ 同意する ］');
  });
});
