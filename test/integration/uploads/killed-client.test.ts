import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openUploadStore } from '../../../main/node/uploads.js';

const STORE = fileURLToPath(new URL('../../../dist/main/node/uploads.js', import.meta.url));
const BYTES = 8 * 1024 * 1024;

/** Keeps one whole upload, and another that is still arriving. */
const PROGRAM = `
import { openUploadStore } from ${JSON.stringify(STORE)};
const store = openUploadStore(process.argv[1]);
const block = new Uint8Array(1024 * 1024).fill(7);
const whole = await store.create();
for (let count = 0; count < ${BYTES / 2 ** 20}; count++) await whole.write(block);
const content = await whole.finish();
const arriving = await store.create();
await arriving.write(block);
process.stdout.write('there ' + content.source.size);
setInterval(() => arriving.write(block.subarray(0, 1)), 10);
`;

let state: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-killed-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(state, { recursive: true, force: true });
});

/** Files of the state directory that the program has open, as the system names them. */
function openFiles(program: ChildProcess): string[] {
  const folder = `/proc/${program.pid}/fd`;
  return readdirSync(folder)
    .map((number) => readlinkSync(join(folder, number)))
    .filter((path) => path.startsWith(state));
}

it('a client that is killed while it holds uploads leaves nothing of them', async () => {
  const program = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = program;
  const [said] = (await once(program.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe(`there ${BYTES}`);
  const directory = join(state, 'uploads');
  const named = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  if (process.platform !== 'win32') expect(named).toBe(0);
  // Open and without a name: the system takes the room back with the program.
  if (process.platform === 'linux') {
    expect(openFiles(program).map((path) => path.endsWith(' (deleted)'))).toEqual([true, true]);
  }
  program.kill('SIGKILL');
  await once(program, 'exit');
  openUploadStore(state);
  expect(readdirSync(directory)).toEqual([]);
});
