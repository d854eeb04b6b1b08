// @ts-check
/** Everything of others that is in a package of ours, by what the lock file says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMPORT_TABLE } from '../import-table.js';
import { programPackages } from '../packaging/program-files.js';
import { parseJson, readJson } from '../packaging/read-json.js';
import { REPOSITORY } from '../setup/terminal.js';

/** @import { Lock } from '../packaging/program-files.js' */

/**
 * @typedef {object} ShippedPackage
 * @property {string} place folder in `node_modules`
 * @property {string} name
 * @property {string} version
 * @property {string} licence SPDX
 * @property {'program' | 'windows'} part `windows`: bundled into their pages, with no folder of its own
 *
 * @typedef {{ version: string, license?: string }} LockedVersion
 */

/** @returns {Lock} */
export const readLock = () => /** @type {Lock} */ (readJson('package-lock.json'));

/**
 * Packages of npm. For the windows it is what their packages need by the lock file, whether or not the bundle has all of it.
 * @param {Lock} lock @returns {ShippedPackage[]} in the order of names
 */
export function shippedPackages(lock) {
  const program = programPackages(lock);
  const bundled = IMPORT_TABLE.find(({ path }) => path === 'renderer')?.packages ?? [];
  const dependencies = Object.fromEntries(bundled.map((name) => [name, '*']));
  const windows = programPackages({ packages: { ...lock.packages, '': { dependencies } } });
  const places = [...new Set([...program, ...windows])];
  return places
    .map((place) => describe(lock, place, program.includes(place) ? 'program' : 'windows'))
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** @param {Lock} lock @param {string} place @param {ShippedPackage['part']} part @returns {ShippedPackage} */
function describe(lock, place, part) {
  const { version, license } = /** @type {LockedVersion} */ (lock.packages[place]);
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return { place, name, version, licence: license ?? readManifest(place).license ?? 'none named', part };
}

/** @param {string} place @returns {{ license?: string, author?: string | { name?: string } }} the package's own package.json */
export function readManifest(place) {
  const text = readFileSync(join(REPOSITORY, place, 'package.json'), 'utf8');
  return /** @type {{ license?: string, author?: string | { name?: string } }} */ (parseJson(text));
}
