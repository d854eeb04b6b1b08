import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile, replaceFileSync } from '../../../main/node/replace-file.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe.each<[string, (...given: Parameters<typeof replaceFile>) => Promise<void>]>([
  ['replaceFile', replaceFile],
  [
    'replaceFileSync',
    (...given) =>
      new Promise((resolve) => {
        replaceFileSync(...given);
        resolve();
      }),
  ],
])('%s', (_name, replace) => {
  let directory = '';
  let path = '';

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-replace-'));
    path = join(directory, 'file');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('makes a file that only this user can read, and leaves nothing beside it', async () => {
    await replace(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  it('replaces one that others could read, bytes as they are', async () => {
    writeFileSync(path, 'old and longer');
    chmodSync(path, 0o666);
    await replace(path, Uint8Array.of(0, 255, 10));
    expect([...readFileSync(path)]).toEqual([0, 255, 10]);
    expect(modeOf(path)).toBe(0o600);
  });

  it('gives other permissions whatever the mask', async () => {
    const mask = process.umask(0o077);
    try {
      await replace(path, 'for everybody', { mode: 0o755 });
    } finally {
      process.umask(mask);
    }
    expect(modeOf(path)).toBe(0o755);
  });

  it('replaces a link and leaves alone where it leads', async () => {
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, 'of somebody else');
    symlinkSync(elsewhere, path);
    await replace(path, 'new');
    expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody else');
    expect(lstatSync(path).isFile()).toBe(true);
  });

  it('takes the longest name there is', async () => {
    const longest = join(directory, 'n'.repeat(255));
    await replace(longest, 'new');
    expect(existsSync(longest)).toBe(true);
  });

  it('leaves what was there where it fails, and nothing else', async () => {
    mkdirSync(join(path, 'full'), { recursive: true });
    await expect(replace(path, 'new')).rejects.toMatchObject({ syscall: 'rename' });
    expect(readdirSync(directory)).toEqual(['file']);
    await expect(replace(join(directory, 'nowhere', 'file'), 'new')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
