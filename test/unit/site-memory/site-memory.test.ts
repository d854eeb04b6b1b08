import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
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
import { ClientError } from '../../../main/core/errors.js';
import { openSiteMemory, type SiteStore } from '../../../main/node/site-memory.js';
import { errorCode } from '../../support/error-code.js';

const ORIGIN = 'https://service.example.go.jp';
const OTHER = 'https://other.example';

let directory: string;
let path: string;
let memory: SiteStore;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'madoguchi-sites-')), 'state');
  path = join(directory, 'sites.json');
  memory = openSiteMemory(directory);
});

afterEach(() => {
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

/** Puts a file in place that this program did not write. */
function putFile(content: string, mode = 0o600): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function fileOf(...sites: readonly object[]): string {
  return JSON.stringify({ version: 1, sites });
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof ClientError ? thrown.code : thrown),
  );

describe('what was decided', () => {
  it('is nothing at first, and asking writes nothing', () => {
    expect(memory.isBlocked(ORIGIN, false)).toBe(false);
    expect(memory.isRemembered(ORIGIN, 'authenticate')).toBe(false);
    expect(memory.list()).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });

  it('outlives the program', async () => {
    await memory.block(ORIGIN, true);
    await memory.remember(OTHER, 'authenticate');
    const later = openSiteMemory(directory);
    expect(later.isBlocked(ORIGIN, true)).toBe(true);
    expect(later.isBlocked(OTHER, false)).toBe(false);
    expect(later.isRemembered(OTHER, 'authenticate')).toBe(true);
    expect(later.isRemembered(OTHER, 'sign')).toBe(false);
    expect(later.list()).toEqual([
      { origin: OTHER, blocked: 'no', remembered: ['authenticate'] },
      { origin: ORIGIN, blocked: 'all', remembered: [] },
    ]);
  });

  it('takes effect at once where another process decides it', async () => {
    const elsewhere = openSiteMemory(directory);
    for (let round = 0; round < 50; round++) {
      await elsewhere.block(ORIGIN, true);
      expect(memory.isBlocked(ORIGIN, true)).toBe(true);
      expect(elsewhere.unblock(ORIGIN)).toBe(true);
      expect(memory.isBlocked(ORIGIN, true)).toBe(false);
    }
  });

  it.each(['toString', '__proto__', 'constructor'])('is nothing about %s', (origin) => {
    expect(memory.isBlocked(origin, false)).toBe(false);
  });
});

describe('a block', () => {
  it('of what anybody could have sent refuses only that', async () => {
    await memory.block(ORIGIN, false);
    expect([memory.isBlocked(ORIGIN, false), memory.isBlocked(ORIGIN, true)]).toEqual([true, false]);
    await memory.block(ORIGIN, true);
    expect([memory.isBlocked(ORIGIN, false), memory.isBlocked(ORIGIN, true)]).toEqual([true, true]);
    // It never makes a whole one smaller.
    await memory.block(ORIGIN, false);
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
  });

  it('forgets what was remembered, and is undone alone', async () => {
    await memory.remember(ORIGIN, 'authenticate');
    await memory.block(ORIGIN, true);
    expect(memory.isRemembered(ORIGIN, 'authenticate')).toBe(false);
    expect(memory.forget(ORIGIN)).toBe(false);
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
    expect(memory.unblock(ORIGIN)).toBe(true);
    expect(memory.unblock(ORIGIN)).toBe(false);
    expect(memory.list()).toEqual([]);
  });

  it('holds in this process even where it cannot be written', async () => {
    writeFileSync(join(directory, '..', 'taken'), '');
    const nowhere = openSiteMemory(join(directory, '..', 'taken', 'state'));
    expect(await codeOf(nowhere.block(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
    // The path is no directory, so nothing can be read either.
    expect(errorCode(() => nowhere.isBlocked(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');

    await memory.block(OTHER, true);
    mkdirSync(`${path}.lock`);
    expect(await codeOf(memory.block(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
    rmSync(`${path}.lock`, { recursive: true });
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
    expect(memory.list().map(({ origin }) => origin)).toEqual([OTHER]);
  });
});

describe('a remembered consent', () => {
  it('is forgotten alone', async () => {
    await memory.remember(ORIGIN, 'authenticate');
    await memory.remember(ORIGIN, 'authenticate');
    expect(memory.list()).toEqual([{ origin: ORIGIN, blocked: 'no', remembered: ['authenticate'] }]);
    await memory.block(ORIGIN, false);
    await memory.remember(ORIGIN, 'authenticate');
    expect(memory.forget(ORIGIN)).toBe(true);
    expect(memory.forget(ORIGIN)).toBe(false);
    expect(memory.isRemembered(ORIGIN, 'authenticate')).toBe(false);
    expect(memory.isBlocked(ORIGIN, false)).toBe(true);
  });
});

describe('the file', () => {
  it('is the owner’s alone, and nothing lies beside it', async () => {
    await memory.block(ORIGIN, true);
    await memory.remember(OTHER, 'authenticate');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(['sites.json']);
  });

  it('holds origins and operations, and nothing else', async () => {
    await memory.block(ORIGIN, true);
    await memory.remember(OTHER, 'authenticate');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 1,
      sites: [
        { origin: ORIGIN, blocked: 'all', remembered: [] },
        { origin: OTHER, blocked: 'no', remembered: ['authenticate'] },
      ],
    });
  });

  it('loses nothing of what several processes decide at once', async () => {
    const dist = join(import.meta.dirname, '../../../dist/main/node/site-memory.js');
    const program = `
      const { openSiteMemory } = await import(process.argv[1]);
      const memory = openSiteMemory(process.argv[2]);
      for (let index = 0; index < 20; index++) await memory.block('https://' + process.argv[3] + index + '.example', true);
    `;
    const children = ['a', 'b', 'c'].map((name) =>
      spawn(process.execPath, ['--input-type=module', '-e', program, dist, directory, name], { stdio: 'inherit' }),
    );
    for (let index = 0; index < 20; index++) await memory.remember(`https://own${index}.example`, 'authenticate');
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(codes.map(([code]) => code as unknown)).toEqual([0, 0, 0]);
    expect(memory.list()).toHaveLength(80);
  });
});

describe('a file that cannot be trusted', () => {
  const site = { origin: ORIGIN, blocked: 'all', remembered: [] };
  it.each([
    ['is empty', ''],
    ['is cut off', fileOf(site).slice(0, -3)],
    ['is no object', '[]'],
    ['is of another version', JSON.stringify({ version: 2, sites: [] })],
    ['has an unknown member', JSON.stringify({ version: 1, sites: [], more: 1 })],
    ['names no origin', fileOf({ ...site, origin: 'service.example.go.jp' })],
    ['names an address', fileOf({ ...site, origin: `${ORIGIN}/` })],
    ['names a site twice', fileOf(site, { ...site, blocked: 'no' })],
    ['blocks in a way nobody knows', fileOf({ ...site, blocked: 'maybe' })],
    ['remembers an operation nobody knows', fileOf({ ...site, remembered: ['signDigest'] })],
    [
      'names too many',
      fileOf(...Array.from({ length: 2_001 }, (_, i) => ({ ...site, origin: `https://s${i}.example` }))),
    ],
    ['is too large', `${fileOf(site)}${' '.repeat(1024 * 1024)}`],
  ])('because it %s lets no site ask, and is not overwritten', async (_, content) => {
    putFile(content);
    expect(errorCode(() => memory.isBlocked(OTHER, true))).toBe('ERR_INTERNAL_FILE');
    expect(errorCode(() => memory.isRemembered(ORIGIN, 'authenticate'))).toBe('ERR_INTERNAL_FILE');
    expect(errorCode(() => memory.list())).toBe('ERR_INTERNAL_FILE');
    expect(errorCode(() => memory.unblock(ORIGIN))).toBe('ERR_INTERNAL_FILE');
    expect(errorCode(() => memory.forget(ORIGIN))).toBe('ERR_INTERNAL_FILE');
    expect(await codeOf(memory.block(OTHER, true))).toBe('ERR_INTERNAL_FILE');
    expect(await codeOf(memory.remember(OTHER, 'authenticate'))).toBe('ERR_INTERNAL_FILE');
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(readdirSync(directory)).toEqual(['sites.json']);
  });

  it('because others can change it lets no site ask', () => {
    putFile(fileOf(), 0o666);
    expect(errorCode(() => memory.isBlocked(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
  });

  it('because it is none lets no site ask', () => {
    mkdirSync(path, { recursive: true });
    expect(errorCode(() => memory.isBlocked(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
    rmSync(path, { recursive: true });
    symlinkSync('/dev/zero', path);
    expect(errorCode(() => memory.isBlocked(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
  });

  it('while the program runs does not bring a blocked site back', async () => {
    await memory.block(ORIGIN, true);
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
    putFile('{}');
    expect(errorCode(() => memory.isBlocked(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
    expect(errorCode(() => memory.isBlocked(OTHER, true))).toBe('ERR_INTERNAL_FILE');
    putFile(fileOf(site));
    expect([memory.isBlocked(ORIGIN, true), memory.isBlocked(OTHER, true)]).toEqual([true, false]);
  });

  it('says which file, for whoever can mend it', () => {
    putFile('{}');
    try {
      memory.list();
      expect.unreachable();
    } catch (thrown) {
      expect((thrown as ClientError).details['reason']).toContain(path);
    }
  });

  it('is begun anew only on purpose', async () => {
    putFile('{}');
    memory.reset();
    expect(memory.list()).toEqual([]);
    await memory.block(ORIGIN, true);
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
  });
});

describe('too many sites', () => {
  const sites = (blocked: string, count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({
      origin: `https://s${index}.example`,
      blocked,
      remembered: blocked === 'no' ? ['authenticate'] : [],
    }));

  it('leave room for a block at the expense of what saves reading', async () => {
    putFile(fileOf(...sites('no', 2_000)));
    expect(await codeOf(memory.remember(ORIGIN, 'authenticate'))).toBe('ERR_INTERNAL_FILE');
    await memory.block(ORIGIN, true);
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
    expect(memory.list()).toHaveLength(2_000);
  });

  it('make no block give way to another, and the new one holds as long as the program runs', async () => {
    putFile(fileOf(...sites('all', 2_000)));
    expect(await codeOf(memory.block(ORIGIN, true))).toBe('ERR_INTERNAL_FILE');
    expect(memory.list()).toHaveLength(2_000);
    expect(memory.isBlocked('https://s0.example', true)).toBe(true);
    expect(memory.isBlocked(ORIGIN, true)).toBe(true);
  });

  it('with the longest names still fit', async () => {
    const label = 'a'.repeat(60);
    const longest = Array.from({ length: 1_999 }, (_, index) => ({
      origin: `https://${String(index).padStart(6, '0')}.${label}.${label}.${label}.${'b'.repeat(49)}:65535`,
      blocked: 'unconfirmed',
      remembered: ['authenticate', 'sign', 'readAttributes'],
    }));
    expect(longest[0]?.origin.length).toBeGreaterThan(250);
    putFile(fileOf(...longest));
    await memory.block(ORIGIN, true);
    expect(memory.list()).toHaveLength(2_000);
    expect(memory.isBlocked(longest[7]?.origin ?? '', false)).toBe(true);
  });
});
