// @ts-check
/** Whether a tag is that of these sources, and the changelog knows it. Usage: node tools/releasing/check-tag.js v1.2.3 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVersion } from '../packaging/read-json.js';
import { REPOSITORY, say } from '../setup/terminal.js';

/**
 * @param {string} tag @param {{ readonly version: string, readonly changelog: string }} sources
 * @returns {string | undefined} what is wrong
 */
export function judgeTag(tag, { version, changelog }) {
  if (tag !== `v${version}`) return `the tag is ${tag}, and package.json says ${version}`;
  const heading = `## [${version}]`;
  const known = changelog.split('\n').some((line) => line === heading || line.startsWith(`${heading} - `));
  return known ? undefined : `CHANGELOG.md has no heading "${heading}"`;
}

const [program = '', tag = ''] = process.argv.slice(1);
if (import.meta.url === pathToFileURL(program).href) {
  const changelog = readFileSync(join(REPOSITORY, 'CHANGELOG.md'), 'utf8');
  const fault = judgeTag(tag, { version: readVersion(), changelog });
  if (fault !== undefined) say(fault);
  process.exitCode = fault === undefined ? 0 : 1;
}
