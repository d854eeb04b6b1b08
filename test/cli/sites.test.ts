import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSiteMemory } from '../../main/node/site-memory.js';
import { madoguchi } from '../support/command-line.js';
import { AUTHENTICATE, ORIGIN, OTHER_ORIGIN } from '../unit/bridge/fakes.js';
import { exchange } from '../unit/bridge/harness.js';

let directory: string;
let env: Record<string, string>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-sites-'));
  env = { MADOGUCHI_STATE_DIRECTORY: directory };
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function sites(...args: readonly string[]): Promise<[number | null, unknown]> {
  const { exitCode, stdout } = await madoguchi(['sites', ...args, '--json'], { env });
  const envelope = JSON.parse(stdout) as { result?: unknown; error?: { code: string } };
  return [exitCode, envelope.error?.code ?? envelope.result];
}

describe('madoguchi sites', () => {
  beforeEach(() => {
    rmSync(join(directory, 'sites.json'), { force: true });
  });

  it('blocks, lists and unblocks', async () => {
    expect(await sites('list')).toEqual([0, []]);
    expect(await sites('block', ORIGIN)).toEqual([0, { origin: ORIGIN, done: true }]);
    expect(await sites('list')).toEqual([0, [{ origin: ORIGIN, blocked: 'all', remembered: [] }]]);
    expect(await sites('unblock', ORIGIN)).toEqual([0, { origin: ORIGIN, done: true }]);
    expect(await sites('unblock', ORIGIN)).toEqual([1, { origin: ORIGIN, done: false }]);
    expect(await sites('list')).toEqual([0, []]);
  });

  it('forgets a remembered consent and leaves a block', async () => {
    await openSiteMemory(directory).remember(ORIGIN, 'authenticate');
    await openSiteMemory(directory).block(OTHER_ORIGIN, false);
    expect(await sites('forget', OTHER_ORIGIN)).toEqual([1, { origin: OTHER_ORIGIN, done: false }]);
    expect(await sites('forget', ORIGIN)).toEqual([0, { origin: ORIGIN, done: true }]);
    expect(await sites('list')).toEqual([0, [{ origin: OTHER_ORIGIN, blocked: 'unconfirmed', remembered: [] }]]);
  });

  it('takes an address as a person copies it, and says what of it counts', async () => {
    const [, result] = await sites('block', 'https://例え.jp/login?next=https://other.example#x');
    expect(result).toEqual({ origin: 'https://xn--r8jz45g.jp', done: true });
    const text = (await madoguchi(['sites', 'list'], { env })).stdout;
    expect(text).toBe('https://xn--r8jz45g.jp (https://例え.jp)  ブロック中\n');
  });

  it.each(['service.example', 'ftp://service.example', 'file:///etc/passwd', 'https://a@b.example', ''])(
    'refuses %j',
    async (value) => {
      expect((await madoguchi(['sites', 'block', value], { env })).exitCode).toBe(2);
    },
  );

  it('speaks both languages', async () => {
    for (const language of ['ja', 'en']) {
      const run = async (...args: readonly string[]): Promise<string> =>
        (await madoguchi(['sites', ...args, '--language', language], { env })).stdout;
      await openSiteMemory(directory).remember(OTHER_ORIGIN, 'authenticate');
      const texts = [
        await run('block', ORIGIN),
        await run('list'),
        await run('unblock', ORIGIN),
        await run('unblock', ORIGIN),
        await run('forget', OTHER_ORIGIN),
        await run('forget', OTHER_ORIGIN),
        await run('list'),
        await run('reset'),
      ];
      expect(new Set(texts).size).toBe(texts.length);
      // A text that is missing shows its key.
      expect(texts.join('')).not.toContain('sites.');
      expect(/[ぁ-ん]/.test(texts.join(''))).toBe(language === 'ja');
    }
  });

  it('is loud about a damaged file, and so is serve; only reset begins a new one', async () => {
    writeFileSync(join(directory, 'sites.json'), '{"version":1,');
    expect(await sites('list')).toEqual([74, 'ERR_INTERNAL_FILE']);
    expect(await sites('block', ORIGIN)).toEqual([74, 'ERR_INTERNAL_FILE']);
    const serve = await madoguchi(['serve', '--reader', 'virtual', '--json'], { env });
    expect([serve.exitCode, serve.stdout]).toEqual([74, expect.stringContaining('ERR_INTERNAL_FILE')]);
    expect(serve.stderr).toContain('sites.json');
    expect(await sites('reset')).toEqual([0, { done: true }]);
    expect(await sites('list')).toEqual([0, []]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('a running serve', () => {
  it('heeds at once what the command line decides', async () => {
    const program = join(import.meta.dirname, '../../bin/madoguchi.js');
    const args = ['serve', '--reader', 'virtual', '--approve-all', '--json', '--port', String(await freePort())];
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { port } = (JSON.parse(line.toString()) as { result: { port: number } }).result;
      const ask = async (origin: string): Promise<string> => {
        const body = JSON.stringify(AUTHENTICATE);
        const headers = { Origin: origin };
        const answer = await exchange(port, { method: 'POST', target: '/v1/sessions', body, headers });
        return answer.code;
      };
      expect(await ask(ORIGIN)).toBe('none');
      await sites('block', ORIGIN);
      expect(await ask(ORIGIN)).toBe('ERR_USER_BLOCKED');
      expect(await ask(OTHER_ORIGIN)).toBe('none');
      await sites('unblock', ORIGIN);
      expect(await ask(ORIGIN)).toBe('none');
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});
