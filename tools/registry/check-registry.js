import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from '../setup/terminal.js';

/**
 * Asks the product whether it would take a registry, and shows what it says. Throws where it would not.
 * @param {string} registry @param {string} keys
 */
export function checkRegistry(registry, keys) {
  const program = join(REPOSITORY, 'bin/madoguchi.js');
  const { status } = spawnSync(process.execPath, [program, 'registry', 'check', registry, '--keys', keys], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the registry would not be accepted');
}
