// @ts-check
/**
 * Bundles the windows into dist/renderer, their preload script into dist/main/electron/preload.cjs and, with `--gallery`,
 * the gallery of all their states into dist/gallery.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildGallery, buildPages } from './renderer-pages.js';

const root = fileURLToPath(new URL('..', import.meta.url));

function buildPreload() {
  return build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      outDir: join(root, 'dist', 'main', 'electron'),
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      lib: { entry: join(root, 'main', 'electron', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
      // All that a sandboxed preload script can require.
      rolldownOptions: { external: ['electron'] },
    },
  });
}

await buildPages(join(root, 'dist', 'renderer'), ['consent', 'main']);
await buildPreload();
if (process.argv.includes('--gallery')) await buildGallery(join(root, 'dist', 'gallery'));
