import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { madoguchiProcess } from '../support/command-line.js';

it('a client without a terminal says that nobody can be asked', async () => {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-serve-'));
  const env = { MADOGUCHI_STATE_DIRECTORY: stateDirectory };
  const words = ['--language', 'en', '--reader', 'virtual', 'serve'];
  const client = madoguchiProcess(words, { env });
  try {
    await client.says('Every request is refused.');
  } finally {
    client.interrupt();
    await client.exitCode();
    rmSync(stateDirectory, { recursive: true, force: true });
  }
});
