import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryListing } from '../../main/core/history/history.js';
import { madoguchi, TerminalSession } from '../support/command-line.js';

const ORIGIN = 'https://service.example';

let directory: string;
let env: Record<string, string>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-history-'));
  env = { MADOGUCHI_STATE_DIRECTORY: join(directory, 'state') };
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Envelope {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly details: Record<string, unknown> };
}

async function history(...args: readonly string[]): Promise<[number | null, unknown]> {
  const { exitCode, stdout } = await madoguchi(['history', ...args, '--json'], { env });
  const envelope = JSON.parse(stdout) as Envelope;
  return [exitCode, envelope.error?.code ?? envelope.result];
}

async function entries(...args: readonly string[]): Promise<HistoryListing['entries']> {
  const [, result] = await history('list', ...args);
  return (result as HistoryListing).entries;
}

async function logIn(pin: string): Promise<number | null> {
  const args = ['authenticate', '--origin', ORIGIN, '--nonce', 'n'.repeat(44)];
  const options = ['--reader', 'virtual', '--yes', '--pin-stdin', '--json'];
  return (await madoguchi([...args, ...options], { env, input: `${pin}\n` })).exitCode;
}

async function sign(): Promise<string> {
  const file = join(directory, 'secret-contract.txt');
  writeFileSync(file, 'what is in it');
  const args = ['sign', file, '--format', 'cms', '--reader', 'virtual', '--yes', '--pin-stdin'];
  const { exitCode, stderr } = await madoguchi(args, { env, input: 'ABC123\n' });
  expect(stderr).not.toContain('ERR_');
  expect(exitCode).toBe(0);
  return createHash('sha256').update('what is in it').digest('hex');
}

describe('madoguchi history', () => {
  it('is empty at first, and makes nothing', async () => {
    expect(await history('list')).toEqual([
      0,
      { entries: [], losses: [], keptDays: 90, protection: 'key-file', expiryHeldBack: false },
    ]);
    expect(await history('verify')).toEqual([0, expect.objectContaining({ whole: true, entries: 0 })]);
    expect(existsSync(join(directory, 'state', 'history'))).toBe(false);
  });

  it('has what the commands used the card for, done or not', async () => {
    expect(await logIn('1234')).toBe(0);
    expect(await logIn('9999')).toBe(4);
    expect(await logIn('1234')).toBe(0);
    const digest = await sign();
    const [signed, , failed, first] = await entries();
    expect(signed).toMatchObject({
      operation: 'sign',
      requester: { kind: 'self' },
      items: [{ format: 'cms', algorithm: 'SHA-256', digest }],
      result: { status: 'done' },
      testCard: true,
    });
    expect(failed?.result).toEqual({ status: 'failed', code: 'ERR_PIN_INCORRECT' });
    expect(first).toMatchObject({ operation: 'authenticate', result: { status: 'done' } });
    expect(await entries('--limit', '2')).toHaveLength(2);
    expect(await entries('--day', '2001-01-01')).toEqual([]);
    expect(await entries('--site', 'https://other.example/path')).toEqual([]);
    expect(JSON.stringify(await entries())).not.toMatch(/secret-contract|what is in it|1234|ABC123/);
  });

  it('does not open a dialog’s worth of entries for reading the card without a PIN', async () => {
    const before = (await entries()).length;
    await madoguchi(['card', 'status', '--reader', 'virtual'], { env });
    expect(await entries()).toHaveLength(before);
  });

  it.each(['ja', 'en'])('says in %s what is kept and for how long', async (language) => {
    const { exitCode, stdout } = await madoguchi(['history', 'list', '--language', language], { env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(language === 'ja' ? /90日間残します/ : /kept for 90 days/);
    expect(stdout).toMatch(language === 'ja' ? /あなただけが読めるファイル/ : /a file that only you can read/);
    expect(stdout).toContain('ERR_PIN_INCORRECT');
    // A text that is missing shows its key, and a value that is missing its name.
    expect(stdout).not.toMatch(/history\.|consent\.|\{\{|undefined/);
    expect(/[ぁ-ん]/.test(stdout)).toBe(language === 'ja');
  });

  it('is exported to a new file that only the user can read', async () => {
    const csv = join(directory, 'history.csv');
    expect(await history('export', csv)).toEqual([
      0,
      expect.objectContaining({ file: csv, format: 'csv', entries: 4 }),
    ]);
    expect(statSync(csv).mode & 0o777).toBe(0o600);
    const text = readFileSync(csv, 'utf8');
    expect(text.startsWith('\u{feff}id,at,')).toBe(true);
    expect(text.trimEnd().split('\r\n')).toHaveLength(5);
    expect(await history('export', csv)).toEqual([74, 'ERR_INTERNAL_FILE']);
    const { stdout } = await madoguchi(['history', 'export', '-', '--format', 'json'], { env });
    expect((JSON.parse(stdout) as HistoryListing).entries).toEqual(await entries());
    expect(await history('export', '-')).toEqual([2, 'ERR_PROTOCOL_MALFORMED']);
  });

  it('erases one entry, after asking', async () => {
    const [newest] = await entries();
    const id = newest?.id ?? '';
    expect(await history('erase', '--entry', id)).toEqual([2, 'ERR_PROTOCOL_MALFORMED']);
    for (const [answer, exitCode] of [
      ['no', 5],
      ['yes', 0],
    ] as const) {
      const terminal = new TerminalSession(['history', 'erase', '--entry', id, '--language', 'en'], { env });
      await terminal.answer('Type yes to erase it', answer);
      expect(await terminal.exitCode()).toBe(exitCode);
    }
    expect((await entries()).map((entry) => entry.id)).not.toContain(id);
    expect(await history('erase', '--entry', id, '--yes')).toEqual([1, { kind: 'entry', id, erased: 0, done: false }]);
  });

  it.each([[[]], [['--all', '--day', '2026-11-21']], [['--day', '2026-02-30']], [['--entry', '../x']]])(
    'erases nothing with %j',
    async (args) => {
      const before = await entries();
      expect((await history('erase', '--yes', ...args))[0]).toBe(2);
      expect(await entries()).toEqual(before);
    },
  );

  it('verifies, and names what was changed', async () => {
    expect(await history('verify')).toEqual([0, expect.objectContaining({ whole: true, entries: 3, erased: 1 })]);
    const folder = join(directory, 'state', 'history');
    const [day = ''] = readdirSync(folder).filter((name) => name.endsWith('.day'));
    appendFileSync(join(folder, day), 'E 99 forged\n');
    expect(await history('verify')).toEqual([1, expect.objectContaining({ whole: false, entries: 3 })]);
    const { stdout } = await madoguchi(['history', 'verify', '--language', 'en'], { env });
    expect(stdout).toContain('1 entry whose writing was interrupted');
  });

  it('erases a day and everything', async () => {
    const day = (await entries())[0]?.day ?? '';
    expect(await history('erase', '--day', day, '--yes')).toEqual([0, { kind: 'day', day, erased: 1, done: true }]);
    expect(await history('erase', '--day', day, '--yes')).toEqual([1, { kind: 'day', day, erased: 0, done: false }]);
    expect(await history('erase', '--all', '--yes')).toEqual([0, { kind: 'all', erased: 0, done: true }]);
    expect(readdirSync(join(directory, 'state', 'history'))).toEqual([]);
    expect(await history('verify')).toEqual([0, expect.objectContaining({ whole: true, entries: 0 })]);
  });

  it('records nothing where the person wants none', async () => {
    expect((await madoguchi(['settings', 'set', 'historyDays', '0'], { env })).exitCode).toBe(0);
    expect(await logIn('1234')).toBe(0);
    expect(await history('list')).toEqual([0, expect.objectContaining({ entries: [], keptDays: 0 })]);
  });
});
