import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistoryFiles } from '../../../main/node/history/history-files.js';
import { systemHistoryKey, type SafeStorage } from '../../../main/node/history/system-key.js';
import { logIn, losses, openStore, origins } from './fixture.js';

let state: string;
let folder: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-history-'));
  folder = join(state, 'history');
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

const store = () => openStore({ files: openHistoryFiles(folder) });

describe('the folder', () => {
  it('is not even made where nothing was recorded', async () => {
    expect((await store().list()).entries).toEqual([]);
    expect(await store().expire()).toBe(0);
    expect(await store().erase({ kind: 'day', day: '2026-11-21' })).toBe(0);
    expect(existsSync(folder)).toBe(false);
  });

  it('and every file in it are the user’s alone', async () => {
    await store().record(logIn('https://a.example'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).length).toBe(4);
  });

  it.each([
    ['the folder', () => chmodSync(folder, 0o755)],
    ['the key file', () => chmodSync(join(folder, 'key'), 0o640)],
  ])('is refused while others may open %s', async (_what, open) => {
    await store().record(logIn('https://a.example'));
    open();
    const refused = { code: 'ERR_INTERNAL_FILE', details: { reason: 'history-not-private' } };
    await expect(store().list()).rejects.toMatchObject(refused);
    await expect(store().record(logIn('https://b.example'))).rejects.toMatchObject(refused);
  });

  it('is refused as a link to another place', async () => {
    mkdirSync(join(state, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(state, 'elsewhere'), folder);
    await expect(store().record(logIn('https://a.example'))).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    expect(readdirSync(join(state, 'elsewhere'))).toEqual([]);
  });

  it('follows no link in it, and names what it cannot read', async () => {
    await store().record(logIn('https://a.example'));
    const target = join(state, 'target');
    writeFileSync(target, 'keep me');
    const [day = ''] = readdirSync(folder).filter((name) => name.endsWith('.day'));
    const other = `2026-11-21.${'1'.repeat(32)}.day`;
    symlinkSync(target, join(folder, other));
    symlinkSync(target, join(folder, 'index.0123456789abcdef.new'));
    mkdirSync(join(folder, '2026-11-21.folder'));
    chmodSync(join(folder, day), 0o644);
    expect(await losses(store())).toEqual(['foreign-file 1', 'foreign-file 1', 'unreadable 1', 'unreadable 1']);
    chmodSync(join(folder, day), 0o600);
    expect(await origins(store())).toEqual(['https://a.example']);
    expect(await store().erase({ kind: 'all' })).toBe(1);
    expect(statSync(target).size).toBe('keep me'.length);
    expect(readdirSync(folder).sort()).toEqual([other, '2026-11-21.folder', 'index.0123456789abcdef.new'].sort());
  });
});

const PROGRAM = `
  import { openHistory } from ${JSON.stringify(join(import.meta.dirname, '../../../dist/main/node/history/index.js'))};
  const [stateDirectory, name, count] = process.argv.slice(1);
  const history = openHistory({
    stateDirectory,
    clock: { now: () => new Date() },
    keeping: () => ({ record: true, keepDays: 90 }),
    log: { event: (event) => process.stderr.write(event) },
  });
  for (let index = 0; index < Number(count); index += 1) {
    const requester = {
      kind: 'origin', origin: \`https://\${name}-\${index}.example\`, route: 'loopback', confirmed: true,
      standing: { level: 'unlisted' }, caller: { kind: 'unknown' },
    };
    const consent = { operation: 'authenticate', requester, pinRole: 'authentication', disclosed: [], items: [] };
    await history.record({ consent, outcome: { status: 'done' }, testCard: true });
  }
  await history.close();
`;

it('keeps everything that several programs record at once, from the first on', async () => {
  const run = async (name: string): Promise<number | null> => {
    const args = ['--input-type=module', '-e', PROGRAM, state, name, '15'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  };
  expect(await Promise.all(['p', 'q', 'r', 's'].map(run))).toEqual([0, 0, 0, 0]);
  const all = await origins(store());
  expect(new Set(all).size).toBe(60);
  expect(await losses(store())).toEqual([]);
}, 60_000);

it('leaves entries whole however its programs are killed', async () => {
  let recorded = 0;
  for (let round = 0; round < 6; round += 1) {
    const args = ['--input-type=module', '-e', PROGRAM, state, `round-${String(round)}`, '10000'];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    while ((await origins(store())).filter((origin) => origin.includes(`round-${String(round)}-`)).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    const after = await origins(store());
    expect(after.length).toBeGreaterThan(recorded);
    recorded = after.length;
    const told = await losses(store());
    expect(told.every((loss) => loss.startsWith('incomplete'))).toBe(true);
  }
}, 60_000);

describe('the system’s key store', () => {
  const storage = (overrides: Partial<SafeStorage> = {}): SafeStorage => ({
    isAsyncEncryptionAvailable: async () => true,
    encryptStringAsync: async (text) => Buffer.from(`sealed ${text}`),
    decryptStringAsync: async (bytes) => {
      const text = bytes.toString('utf8');
      if (!text.startsWith('sealed ')) throw new Error('not ours');
      return { result: text.slice(7), shouldReEncrypt: true };
    },
    getSelectedStorageBackend: () => 'gnome_libsecret',
    ...overrides,
  });

  it('wraps and unwraps', async () => {
    const port = await systemHistoryKey(storage(), 'linux');
    const key = new Uint8Array(32).fill(7);
    const wrapped = (await port?.wrap(key)) ?? new Uint8Array();
    expect(await port?.unwrap(wrapped)).toEqual({ key: Buffer.from(key), stale: true });
    await expect(port?.unwrap(Buffer.from('other'))).rejects.toMatchObject({
      details: { reason: 'history-key-missing' },
    });
  });

  it.each<[string, Partial<SafeStorage>, NodeJS.Platform, boolean]>([
    ['basic_text protects nothing', { getSelectedStorageBackend: () => 'basic_text' }, 'linux', false],
    ['unknown is nothing yet', { getSelectedStorageBackend: () => 'unknown' }, 'linux', false],
    ['kwallet6 protects', { getSelectedStorageBackend: () => 'kwallet6' }, 'linux', true],
    ['Windows has one', { getSelectedStorageBackend: () => 'unknown' }, 'win32', true],
    ['there may be none', { isAsyncEncryptionAvailable: async () => false }, 'darwin', false],
    ['asking may fail', { isAsyncEncryptionAvailable: () => Promise.reject(new Error('no')) }, 'darwin', false],
  ])('%s', async (_what, overrides, platform, expected) => {
    expect((await systemHistoryKey(storage(overrides), platform)) !== undefined).toBe(expected);
  });
});
