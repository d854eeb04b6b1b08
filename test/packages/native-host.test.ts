import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNativeHost } from '../../tools/packaging/native-host.js';
import { pinnedNode } from '../../tools/packaging/node-runtime.js';
import { CHROMIUM_EXTENSION_ID } from '../../sdk/protocol/index.js';
import { REPOSITORY } from '../architecture/repository.js';

const canRun = process.platform === 'linux' && process.arch === 'x64';
if (!canRun) console.log('skipped, the native messaging host as one program: only built on Linux on x64');

const folder = mkdtempSync(join(tmpdir(), 'madoguchi-native-host-test-'));
/** What is inside is the same for every system; here it is put into the Node.js of this one, where it can be run. */
const program = join(folder, 'native-host');
const OURS = `chrome-extension://${CHROMIUM_EXTENSION_ID}/`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

function run(
  file: string,
  parameters: readonly string[],
  input: Buffer,
): { status: number | null; stdout: Buffer; stderr: string } {
  const env = { PATH: process.env['PATH'], HOME: folder, MADOGUCHI_STATE_DIRECTORY: join(folder, 'state') };
  const { status, stdout, stderr } = spawnSync(file, parameters, { env, input, timeout: 30_000 });
  return { status, stdout, stderr: stderr.toString() };
}

describe.skipIf(!canRun)('the native messaging host as one program', () => {
  beforeAll(() => buildNativeHost({ 'linux-x64': program }), 200_000);

  it('answers the extension what the command answers', () => {
    const call = frame({ id: 1, origin: 'https://service.example', call: { method: 'status' } });
    const own = run(program, [OURS, '--parent-window=0'], call);
    const command = run(
      process.execPath,
      [join(REPOSITORY, 'bin/madoguchi.js'), 'native-host', OURS, '--parent-window=0'],
      call,
    );
    expect(own.stdout.length).toBeGreaterThan(4);
    expect(own.stdout.toString('latin1')).toBe(command.stdout.toString('latin1'));
    expect(own.status).toBe(0);
  });

  it.each([
    ['another extension', ['chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/'], 'ERR_ORIGIN_NOT_ALLOWED'],
    ['nobody', [], 'ERR_ORIGIN_NOT_ALLOWED'],
  ])('serves not %s', (_who, parameters, code) => {
    expect(run(program, parameters, frame({}))).toMatchObject({
      status: 1,
      stdout: Buffer.alloc(0),
      stderr: `${code}\n`,
    });
  });

  it.each([
    ['options of Node.js', ['--version', '-e', 'console.log(1)']],
    ['a script', ['/tmp/x.js']],
  ])('is no Node.js to be used as one: %s', (_what, parameters) => {
    const { status, stdout } = run(program, parameters, Buffer.alloc(0));
    expect([status, stdout.toString()]).toEqual([1, '']);
  });

  it('loads no code that the environment names', () => {
    const mark = join(folder, 'mark');
    const script = join(folder, 'other.cjs');
    writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`);
    const env = { NODE_OPTIONS: `--require ${script}`, HOME: folder };
    expect(spawnSync(program, [], { env, input: '', timeout: 30_000 }).status).toBe(1);
    expect(existsSync(mark)).toBe(false);
    spawnSync(process.execPath, ['-e', '0'], { env });
    expect(existsSync(mark)).toBe(true);
  });

  it('runs on one version everywhere', () => {
    expect(pinnedNode('win-x64').version).toBe(pinnedNode('linux-x64').version);
    expect(readFileSync(program).includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1')).toBe(true);
  });
});
