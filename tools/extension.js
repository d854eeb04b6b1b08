// @ts-check
/**
 * Builds the browser extension from `resources/extension` for each browser, unpacked: dist/extension/{chrome,edge,firefox}.
 * `node tools/extension.js [directory]`
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'resources', 'extension');
const icon = join(root, 'resources', 'icons');

/** Pages over https, and over http on this PC for developers: the client decides whether those may ask. */
const PAGES = ['https://*/*', 'http://localhost/*', 'http://127.0.0.1/*'];

/**
 * Asked for only when the person wants the extension on government sites: theirs, and those that an administrator adds by exact
 * origin, which nobody can know in advance. The extension asks for no more than those (`government-sites.js`).
 */
const OPTIONAL_PAGES = ['https://*.go.jp/*', 'https://*/*'];

/**
 * Public, and no secret: it makes the identifier the same everywhere. Nobody holds the private half; a shop signs with its own.
 */
const PUBLIC_KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA480NGCMxGFsMYxJecFH9BkJEEM/c53WVyuuT+DYnFEZP2g8p18fZXOvG93mkOJJD' +
  'DS9aRc3qM3yOi492AvhMzVoAsozNkK0RsG0cKRJin11Bev3lwS2j0wuNUNE7fy3o0tJKpCWjPme+9fAm/+u3Nf4xM/2gwOca91YZ2yMooO/2' +
  'FR9y4VfVcdATFP416wm6trPFCFMymwkyjYwqj/KP+fH1T9ifO+AlXynTwthYPtShtUMMLcLk5FFyF85g3gOOjbVlH/MG+p3LZt6NSfSp29CX' +
  'eWMsarvC6UvhHKG6bMP8J8kC+726JnWHHqBZJYMuNwNTKb0CSjGkFG96prmZNQIDAQAB';

/** Pages speak to the extension directly, so that no permission for any site is needed. */
const CHROMIUM = {
  minimum_chrome_version: '142',
  key: PUBLIC_KEY,
  background: { service_worker: 'background.js', type: 'module' },
  externally_connectable: { matches: [...PAGES, 'http://[::1]/*'] },
};

/** What each browser's manifest has beyond the common one. */
const MANIFESTS = {
  chrome: CHROMIUM,
  edge: CHROMIUM,
  firefox: {
    browser_specific_settings: {
      gecko: {
        id: 'extension@madoguchi.jp',
        // From which the declaration below counts, and senders have an origin.
        strict_min_version: '140.0',
        data_collection_permissions: { required: ['none'] },
      },
    },
    background: { scripts: ['background.js'], type: 'module' },
    content_scripts: [{ matches: PAGES, js: ['relay.js'], run_at: 'document_start', all_frames: false }],
  },
};

/** In every build. */
const FILES = [
  'background.js',
  'broker.js',
  'government-page.js',
  'government-sites.js',
  'government-user-agent.js',
  'popup.css',
  'popup.html',
  'popup.js',
];

/** @typedef {keyof typeof MANIFESTS} ExtensionTarget */

/**
 * Writes one build and answers its folder.
 * @param {ExtensionTarget} target @param {string} directory
 */
export async function buildExtension(target, directory) {
  const folder = join(directory, target);
  /** @type {unknown} */
  const common = JSON.parse(await readFile(join(source, 'manifest.json'), 'utf8'));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of ['_locales', ...FILES, ...(target === 'firefox' ? ['relay.js'] : [])])
    await cp(join(source, file), join(folder, file), { recursive: true });
  await cp(join(icon, 'tray.png'), join(folder, 'icon32.png'));
  await cp(join(icon, 'icon.png'), join(folder, 'icon128.png'));
  const manifest = {
    .../** @type {object} */ (common),
    optional_host_permissions: OPTIONAL_PAGES,
    ...MANIFESTS[target],
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return folder;
}

/** @param {string} directory @returns {Promise<string[]>} The folders, one for each browser. */
export async function buildExtensions(directory) {
  const targets = /** @type {ExtensionTarget[]} */ (Object.keys(MANIFESTS));
  return Promise.all(targets.map((target) => buildExtension(target, directory)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = await buildExtensions(process.argv[2] ?? join(root, 'dist', 'extension'));
  for (const folder of folders) process.stdout.write(`${folder}\n`);
}
