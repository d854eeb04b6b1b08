/** Every property with many cases. Usage: node tools/fuzz.js [cases, 100000 by default] */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from './setup/terminal.js';

const [cases = '100000'] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [join(REPOSITORY, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', 'property'],
  { cwd: REPOSITORY, stdio: 'inherit', env: { ...process.env, MADOGUCHI_FUZZ_RUNS: cases } },
);
process.exitCode = status ?? 1;
