// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../setup/terminal.js';

/** A file of this repository. @param {string} path from its root @returns {unknown} */
export function readJson(path) {
  return parseJson(readFileSync(join(REPOSITORY, path), 'utf8'));
}

/** @param {string} text @returns {unknown} */
export function parseJson(text) {
  return /** @type {unknown} */ (JSON.parse(text));
}

/** @returns {string} that of the sources */
export function readVersion() {
  return /** @type {{ version: string }} */ (readJson('package.json')).version;
}
