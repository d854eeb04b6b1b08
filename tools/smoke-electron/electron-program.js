// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Electron's own program, unfused as npm installs it. Never fetched here: the package's entry would do that.
 * @param {string} repository @returns {{ readonly program: string } | { readonly missing: string }}
 */
export function findElectron(repository) {
  const folder = join(repository, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile))
    return { missing: 'Electron’s program is not installed: node node_modules/electron/install.js' };
  const program = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? { program } : { missing: `${program} is not there` };
}

/**
 * What is said and answered where the app cannot be started.
 * @param {string} reason @param {string | undefined} demand `CI_ELECTRON`
 * @returns {{ readonly line: string, readonly exitCode: number }}
 */
export function skipped(reason, demand) {
  return demand === 'required'
    ? { line: `failed, the app in Electron: ${reason} (CI_ELECTRON=required)`, exitCode: 1 }
    : { line: `skipped, the app in Electron: ${reason}`, exitCode: 0 };
}
