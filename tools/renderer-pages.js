// @ts-check
/** How pages of `renderer/` are bundled, for the app and for the gallery alike. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const source = fileURLToPath(new URL('../renderer', import.meta.url));

/**
 * Bundles pages into `folder`, which is emptied first. Everything is a file of its own: the windows' content security policy
 * lets nothing inline run.
 * @param {string} folder absolute
 * @param {readonly string[]} pages
 */
export function buildPages(folder, pages) {
  return build({
    configFile: false,
    root: source,
    base: './',
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: true,
      // Of the Electron version in package.json.
      target: 'chrome156',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // From this disk, not over a network.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: {
        input: pages.map((page) => join(source, `${page}.html`)),
        // 'use client' means something to servers only.
        onwarn: (warning, warn) => void (warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning)),
      },
    },
  });
}

/** @param {string} folder absolute */
export const buildGallery = (folder) => buildPages(folder, ['gallery']);
