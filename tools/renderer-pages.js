// @ts-check
/** How pages of `renderer/` are bundled, for the app and for the gallery alike. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const source = fileURLToPath(new URL('../renderer', import.meta.url));

/**
 * Bundles pages into `folder`, which is emptied first. Everything is a file of its own: the windows' content security policy
 * lets nothing inline run. Each page is bundled by itself, so that none loads what only another needs.
 * @param {string} folder absolute
 * @param {readonly string[]} pages
 */
export async function buildPages(folder, pages) {
  for (const [index, page] of pages.entries()) await buildPage(folder, page, index === 0);
}

/** @param {string} folder @param {string} page @param {boolean} emptyOutDir */
function buildPage(folder, page, emptyOutDir) {
  return build({
    configFile: false,
    root: source,
    base: './',
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir,
      // Of the Electron version in package.json.
      target: 'chrome156',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // From this disk, not over a network.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: {
        input: join(source, `${page}.html`),
        // 'use client' means something to servers only.
        onLog: (level, log, tell) => {
          if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log);
        },
      },
    },
  });
}

/** @param {string} folder absolute */
export const buildGallery = (folder) => buildPages(folder, ['gallery']);
