import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

/** @import { Reply } from './http.js' */

/** @type {Record<string, string | undefined>} */
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** @param {URL} folder @param {string} prefix @returns {Promise<[string, Reply][]>} */
async function loadFolder(folder, prefix) {
  const names = (await readdir(folder)).filter((name) => TYPES[extname(name)] !== undefined);
  return Promise.all(
    names.map(async (name) => {
      const body = await readFile(new URL(name, folder));
      return /** @type {[string, Reply]} */ ([`${prefix}${name}`, { body, type: TYPES[extname(name)] ?? '' }]);
    }),
  );
}

/**
 * Everything the page loads, by path. Read once: what is not in here does not exist, whatever the path says.
 * The browser's part of the SDK is plain modules without dependencies; a bundler would do as well.
 * @returns {Promise<Map<string, Reply>>}
 */
export async function loadAssets() {
  const sdk = new URL('.', import.meta.resolve('madoguchi/browser'));
  const files = await Promise.all([
    loadFolder(new URL('./public/', import.meta.url), '/'),
    loadFolder(sdk, '/madoguchi/'),
  ]);
  return new Map(files.flat());
}
