// @ts-check
/** Compares the fuses in built programs with electron-builder.yml. Usage: node tools/releasing/read-fuses.js PROGRAM… */
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY, say } from '../setup/terminal.js';

/** What a fuse is in the program: characters. */
const STATES = new Map([
  ['0'.charCodeAt(0), false],
  ['1'.charCodeAt(0), true],
]);

/** electron-builder's names begin with a small letter. @param {string} name */
const optionOf = (name) =>
  Object.entries(FuseV1Options).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];

/**
 * @param {string} program Electron's, or the folder of a macOS app
 * @param {Readonly<Record<string, boolean>>} wanted as `electronFuses` says
 * @returns {Promise<string[]>} what differs
 */
export async function fuseFaults(program, wanted) {
  const wire = /** @type {Readonly<Record<string | number, unknown>>} */ (await getCurrentFuseWire(program));
  return Object.entries(wanted).flatMap(([name, state]) => {
    const option = optionOf(name);
    const found = option === undefined ? undefined : STATES.get(Number(wire[option]));
    return found === state ? [] : [`${name} is ${String(found ?? 'not there')}, not ${state}`];
  });
}

/** @returns {Record<string, boolean>} */
export function wantedFuses() {
  const text = readFileSync(join(REPOSITORY, 'electron-builder.yml'), 'utf8');
  return /** @type {{ electronFuses: Record<string, boolean> }} */ (load(text)).electronFuses;
}

const [script = '', ...programs] = process.argv.slice(1);
if (import.meta.url === pathToFileURL(script).href) {
  if (programs.length === 0) throw new Error('usage: node tools/releasing/read-fuses.js PROGRAM…');
  for (const program of programs) {
    const faults = await fuseFaults(program, wantedFuses());
    say(`${program}: ${faults.length === 0 ? 'as configured' : faults.join('; ')}`);
    if (faults.length > 0) process.exitCode = 1;
  }
}
