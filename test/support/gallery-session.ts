import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { WINDOW_LANGUAGES, type Appearance, type WindowLanguage } from '../../main/ipc/app.js';
import { packageRoot } from '../../main/node/package-root.js';
import { GALLERY_STATES } from '../../renderer/gallery/states.js';
import { changeLook, launchChromium, openGallery, showState, WINDOW_SIZES } from '../../tools/gallery/gallery-page.js';
import { serveFolder, type ServedFolder } from '../../tools/gallery/serve-folder.js';
import { buildGallery } from '../../tools/renderer-pages.js';

export { GALLERY_STATES, WINDOW_SIZES };

/** Languages whose texts are there; the others are named where they are left out. */
export const LANGUAGES_WITH_TEXTS = WINDOW_LANGUAGES.filter((language) =>
  existsSync(join(packageRoot(), 'renderer', 'locales', language)),
);

/** What `npm test` has built for all files. */
const BUILT = join(packageRoot(), 'dist', 'gallery');
const SOURCES = ['renderer', 'main/ipc', 'resources/locales/documents', 'tools/renderer-pages.js'];

/** Whether what was built is of the sources as they are now. */
function isBuilt(): boolean {
  const page = join(BUILT, 'gallery.html');
  if (!existsSync(page)) return false;
  const built = statSync(page).mtimeMs;
  return SOURCES.every((source) => {
    const path = join(packageRoot(), source);
    const below = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
    return [path, ...below.map((name) => join(path, name))].every((file) => statSync(file).mtimeMs < built);
  });
}

/** 400 % of 1280 by 1024: WCAG 2.2, 1.4.10. */
export const ZOOMED = { width: 320, height: 256 };

/**
 * Whether every state is looked at in every way. Otherwise what costs most is shared out among the states, so that each
 * language and appearance is seen in many of them.
 */
export const WHOLE_GALLERY = process.env['MADOGUCHI_WHOLE_GALLERY'] === '1';

export interface StateLook {
  readonly language?: WindowLanguage;
  readonly appearance?: Appearance;
}

/** The gallery, from the sources as they are now, in one page of a browser that every state is shown in. */
export class GallerySession {
  readonly page: Page;
  /** What the page complained of, or asked for elsewhere, since `takeComplaints` was called last. */
  #complaints: string[] = [];
  readonly #browser: Browser;
  readonly #server: ServedFolder;
  readonly #ownBuild: string | undefined;

  private constructor(parts: { page: Page; browser: Browser; server: ServedFolder; ownBuild: string | undefined }) {
    this.page = parts.page;
    this.#browser = parts.browser;
    this.#server = parts.server;
    this.#ownBuild = parts.ownBuild;
    this.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text());
    });
    this.page.on('pageerror', (error) => this.#complaints.push(String(error)));
    this.page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${parts.server.address}/`)) this.#complaints.push(`request to ${url}`);
    });
    this.page.on('requestfailed', (request) => this.#complaints.push(`failed: ${request.url()}`));
    this.page.on('dialog', (dialog) => {
      this.#complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async open(options: Parameters<typeof openGallery>[2] = {}): Promise<GallerySession> {
    const ownBuild = isBuilt() ? undefined : await mkdtemp(join(tmpdir(), 'madoguchi-gallery-'));
    if (ownBuild !== undefined) await buildGallery(ownBuild);
    const server = await serveFolder(ownBuild ?? BUILT);
    const browser = await launchChromium();
    const page = await openGallery(browser, server.address, options);
    return new GallerySession({ page, browser, server, ownBuild });
  }

  /** Shows a state at its window's size, or at another. */
  async show(
    id: string,
    look: StateLook = {},
    size?: { readonly width: number; readonly height: number },
  ): Promise<void> {
    const state = GALLERY_STATES.find((one) => one.id === id);
    if (!state) throw new Error(`there is no state ${id}`);
    await this.resize(size ?? WINDOW_SIZES[state.window]);
    await showState(this.page, id, look);
  }

  /** Another language or appearance of the state that is shown. */
  async lookAnew(look: StateLook): Promise<void> {
    await changeLook(this.page, look);
  }

  /** Changes the window's size, and waits until the page has been laid out for it. */
  async resize(size: { readonly width: number; readonly height: number }): Promise<void> {
    const { width, height } = this.page.viewportSize() ?? {};
    if (width === size.width && height === size.height) return;
    await this.page.setViewportSize(size);
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  takeComplaints(): readonly string[] {
    return this.#complaints.splice(0);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    if (this.#ownBuild !== undefined) await rm(this.#ownBuild, { recursive: true, force: true });
  }
}
