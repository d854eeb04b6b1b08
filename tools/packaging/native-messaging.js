// @ts-check
/** The manifests by which browsers find the native messaging host, as `madoguchi browser-integration` writes them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../setup/terminal.js';
import { parseJson } from './read-json.js';

/**
 * @typedef {'chrome' | 'chromium' | 'edge' | 'firefox'} Browser
 * @typedef {{ readonly path: string, readonly text: string }} Manifest `path`: where it belongs on Linux
 */

/**
 * @param {string} program what the manifests name
 * @returns {Record<Browser, Manifest>}
 */
export function nativeMessagingManifests(program) {
  const root = mkdtempSync(join(tmpdir(), 'madoguchi-manifests-'));
  try {
    const command = ['browser-integration', 'install', '--system', '--root', root, '--json'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(REPOSITORY, 'bin', 'madoguchi.js'), ...command],
      { encoding: 'utf8', env: { ...process.env, MADOGUCHI_STATE_DIRECTORY: join(root, 'state') } },
    );
    if (status !== 0) throw new Error(`madoguchi browser-integration failed:\n${stdout}${stderr}`);
    const report = /** @type {{ result: { entries: { what: string, browser?: Browser, path: string }[] } }} */ (
      parseJson(stdout)
    );
    const manifests = report.result.entries.flatMap(({ what, browser, path }) => {
      if (what !== 'manifest' || browser === undefined) return [];
      const manifest = /** @type {object} */ (parseJson(readFileSync(join(root, path), 'utf8')));
      const text = `${JSON.stringify({ ...manifest, path: program }, undefined, 2)}\n`;
      return [/** @type {const} */ ([browser, { path, text }])];
    });
    return /** @type {Record<Browser, Manifest>} */ (Object.fromEntries(manifests));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
