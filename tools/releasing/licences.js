// @ts-check
/**
 * What is shipped of others and under which licence, with the texts: resources/third-party.txt, which every package has.
 * `node tools/releasing/licences.js` writes it, `--check` says whether it is up to date. A licence that nobody decided on ends both.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY, say } from '../setup/terminal.js';
import { readLock, readManifest, shippedPackages } from './shipped.js';

/** @import { ShippedPackage } from './shipped.js' */

export const REPORT = 'resources/third-party.txt';
/** Each asks for its text and names of authors, and for nothing of the program that it is shipped with. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-][\w.-]*)?$/i;
const RULER = '-'.repeat(100);

/** @param {readonly Pick<ShippedPackage, 'name' | 'version' | 'licence'>[]} packages @returns {string[]} */
export function licenceFaults(packages) {
  return packages.flatMap(({ name, version, licence }) =>
    ALLOWED.includes(licence) ? [] : [`${name}@${version}: ${licence} is not on the list of licences`],
  );
}

/** @param {readonly ShippedPackage[]} packages @returns {string} */
export function licenceReport(packages) {
  const texts = packages.map((one) => ({ ...one, text: licenceText(one) }));
  // One text under the names of all that have the same.
  const byText = groupByText(texts);
  const width = Math.max(...packages.map(({ name, version }) => name.length + version.length + 1));
  return [
    'Madoguchi is shipped with the packages below. Electron and Chromium, where they come along, have files of their own,',
    'and so has Node.js. Written by `npm run licences`.',
    '',
    ...packages.map(({ name, version, licence }) => `${`${name}@${version}`.padEnd(width)}  ${licence}`),
    ...[...byText].flatMap(([text, owners]) => [
      '',
      RULER,
      ...owners.map(({ name, version }) => `${name}@${version}`),
      '',
      text,
    ]),
    '',
  ].join('\n');
}

/** @param {(ShippedPackage & { text: string })[]} texts */
function groupByText(texts) {
  /** @type {Map<string, (ShippedPackage & { text: string })[]>} */
  const groups = new Map();
  for (const one of texts) groups.set(one.text, [...(groups.get(one.text) ?? []), one]);
  return groups;
}

/** @param {ShippedPackage} shipped */
function licenceText({ place, licence }) {
  const folder = join(REPOSITORY, place);
  if (!existsSync(folder)) throw new Error(`${place} is not installed: its licence cannot be read`);
  const files = readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .sort();
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').replaceAll(/\r\n?/g, '\n').trim());
  if (texts.length > 0) return texts.map((text) => text.replaceAll(/[ \t]+$/gm, '')).join('\n\n');
  const { author } = readManifest(place);
  const who = typeof author === 'string' ? author : author?.name;
  return `${licence}. The package brings no text of it along${who === undefined ? '' : `; its author is ${who}`}.`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const packages = shippedPackages(readLock());
  const faults = licenceFaults(packages);
  const path = join(REPOSITORY, REPORT);
  const report = licenceReport(packages);
  if (!process.argv.includes('--check')) writeFileSync(path, report);
  else if (readFileSync(path, 'utf8') !== report) faults.push(`${REPORT} is out of date: npm run licences`);
  for (const fault of faults) say(fault);
  say(`${packages.length} packages, ${faults.length} faults`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
