/**
 * Lint, format and every suite; further arguments go to vitest. All steps run, whatever fails before them.
 * What `tsc -b` says was said by `setup.js`.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, run, say } from './setup/terminal.js';
import { readSummary, SUMMARY_FILE } from './summary-file.js';

/** @param {string} script within node_modules @param {readonly string[]} args */
const runPackage = (script, args) => run(process.execPath, [join(REPOSITORY, 'node_modules', script), ...args]);

/** @type {readonly [name: string, run: () => boolean][]} */
const steps = [
  ['lint', () => runPackage('eslint/bin/eslint.js', ['.'])],
  ['format', () => runPackage('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.'])],
  [
    'tests',
    () =>
      runPackage('vitest/vitest.mjs', [
        'run',
        '--reporter=default',
        '--reporter=./tools/test-summary.js',
        ...process.argv.slice(2),
      ]),
  ],
];

rmSync(SUMMARY_FILE, { force: true });
const broken = steps.flatMap(([name, step]) => {
  say(`\n== ${name}`);
  return step() ? [] : [name];
});

const { passed, failed, skipped } = readSummary() ?? { passed: 0, failed: 0, skipped: 0 };
// A step that breaks counts as one failure, the suites' own failures as themselves.
const total = failed + broken.filter((name) => name !== 'tests' || failed === 0).length;
writeFileSync(SUMMARY_FILE, JSON.stringify({ passed, failed: total, skipped }));
if (broken.length > 0) say(`\nFailed: ${broken.join(', ')}`);
process.exitCode = total === 0 && passed > 0 ? 0 : 1;
