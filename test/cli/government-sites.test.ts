import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madoguchi } from '../support/command-line.js';

const SITE = 'https://login.tax.go.jp';

let directory: string;
let env: Record<string, string>;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-government-'));
  env = { MADOGUCHI_STATE_DIRECTORY: directory };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  const { exitCode, stdout } = await madoguchi(['government-sites', ...args, '--json'], { env });
  const envelope = JSON.parse(stdout) as { result?: unknown; error?: { code: string } };
  return [exitCode, envelope.error?.code ?? envelope.result] as const;
}

describe('madoguchi government-sites', () => {
  it('is off as shipped, on when the person says so, and off again', async () => {
    const status = { origins: [], windowsUserAgent: [] };
    expect(await run('status')).toEqual([0, { ...status, setting: { value: false, source: 'default' } }]);
    expect(await run('on')).toEqual([0, { value: true, source: 'person' }]);
    expect(await run('status')).toEqual([0, { ...status, setting: { value: true, source: 'person' } }]);
    expect(await run('off')).toEqual([0, { value: false, source: 'person' }]);
  });

  it('tells one site of Windows, and no site of anything that is no government site', async () => {
    expect(await run('user-agent', SITE, 'on')).toEqual([0, { origin: SITE, windowsUserAgent: true }]);
    expect((await run('user-agent', 'https://service.example', 'on'))[1]).toBe('ERR_ORIGIN_NOT_ALLOWED');
    expect((await run('user-agent', SITE, 'maybe'))[0]).toBe(2);
    expect((await run('status'))[1]).toMatchObject({ windowsUserAgent: [SITE] });
    expect(await run('user-agent', SITE, 'off')).toEqual([0, { origin: SITE, windowsUserAgent: false }]);
  });

  it('resets identifiers', async () => {
    const secret = () => readFileSync(join(directory, 'site-identifiers.key'));
    await run('reset-identifiers');
    const first = secret();
    expect(await run('reset-identifiers')).toEqual([0, { done: true }]);
    expect(secret().equals(first)).toBe(false);
  });

  it.each(['ja', 'en'])('says all of it in words: %s', async (language) => {
    for (const args of [['user-agent', SITE, 'on'], ['status'], ['on'], ['off'], ['reset-identifiers']]) {
      const { exitCode, stdout } = await madoguchi(['government-sites', ...args, '--language', language], { env });
      expect(exitCode).toBe(0);
      expect(stdout).not.toMatch(/governmentSites\.|settings\.|\{\{|undefined/);
      expect(stdout.trim()).not.toBe('');
    }
  });
});
