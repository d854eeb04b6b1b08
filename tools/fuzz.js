/**
 * Every property with many cases, more than a million together. Usage: node tools/fuzz.js [cases of each, 25000 by default]
 * Little memory on purpose: a case that takes more than half a gigabyte is a finding.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, say } from './setup/terminal.js';

const [cases = '25000'] = process.argv.slice(2);
const tests = join(REPOSITORY, 'test/unit');
// Whatever asks for the number of cases is a property.
const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join(tests, file))
  .filter((file) => readFileSync(file, 'utf8').includes('FUZZ_RUNS'));
say(`${cases} cases for each property in ${files.length} files`);
const { status } = spawnSync(
  process.execPath,
  [join(REPOSITORY, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', ...files],
  {
    cwd: REPOSITORY,
    stdio: 'inherit',
    env: {
      ...process.env,
      MADOGUCHI_FUZZ_RUNS: cases,
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-old-space-size=512`,
    },
  },
);
process.exitCode = status ?? 1;
