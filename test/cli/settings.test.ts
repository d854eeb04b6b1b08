import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SETTING_DEFINITIONS, SETTING_NAMES } from '../../main/core/settings/settings.js';
import { madoguchi, type CommandResult } from '../support/command-line.js';

let directory: string;
let file: string;
let env: Record<string, string>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-settings-'));
  file = join(directory, 'settings.json');
  env = { MADOGUCHI_STATE_DIRECTORY: directory };
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(file, { force: true });
});

const run = (...args: readonly string[]): Promise<CommandResult> => madoguchi(['settings', ...args], { env });

async function json(...args: readonly string[]): Promise<[number | null, unknown]> {
  const { exitCode, stdout } = await run(...args, '--json');
  const envelope = JSON.parse(stdout) as { result?: unknown; error?: { code: string } };
  return [exitCode, envelope.error?.code ?? envelope.result];
}

describe('madoguchi settings', () => {
  it('lists each setting that is shown, with what it takes and who decided', async () => {
    await run('set', 'historyDays', '30');
    const [exitCode, result] = await json('list');
    const { settings } = result as { settings: { name: string }[] };
    expect(exitCode).toBe(0);
    expect(settings.map(({ name }) => name)).toEqual(SETTING_NAMES.filter((name) => SETTING_DEFINITIONS[name].shown));
    expect(settings).toContainEqual({ name: 'historyDays', value: 30, source: 'person', accepted: '0–3650' });
    expect(settings).toContainEqual({ name: 'phoneReader', value: false, source: 'default', accepted: 'true, false' });
    const text = (await run('list', '--language', 'en')).stdout;
    expect(text).toContain('historyDays = 30  [set by you]  Days the history is kept\n');
    expect(text).toContain('developerMode = false  [as shipped]  Developer mode\n');
    expect(text).not.toMatch(/settings\.|firstRunDone|\{\{/);
  });

  it.skipIf(process.platform === 'win32')('believes and writes nothing where others could have', async () => {
    const shared = join(directory, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    writeFileSync(join(shared, 'settings.json'), '{"version":1,"values":{"language":"en","developerMode":true}}');
    const environment = { MADOGUCHI_STATE_DIRECTORY: shared };
    for (const command of ['settings get developerMode', 'settings set update notify', 'sites list', 'virtual-card']) {
      const { exitCode, stdout } = await madoguchi([...command.split(' '), '--json'], { env: environment });
      expect([command, exitCode]).not.toEqual([command, 0]);
      expect(JSON.parse(stdout), command).toMatchObject({ error: { code: 'ERR_INTERNAL_FILE' } });
    }
    expect(readdirSync(shared)).toEqual(['settings.json']);
  });

  it('gets, sets and resets one, or all', async () => {
    expect(await json('get', 'update')).toEqual([0, { name: 'update', value: 'off', source: 'default' }]);
    expect(await json('set', 'update', 'off')).toEqual([0, { name: 'update', value: 'off', source: 'person' }]);
    expect((await run('get', 'update')).stdout).toBe('off\n');
    expect(await json('set', 'keypadShuffle', 'on')).toEqual([
      0,
      { name: 'keypadShuffle', value: true, source: 'person' },
    ]);
    expect(await json('reset', 'update')).toEqual([0, { done: true }]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, values: { keypadShuffle: true } });
    expect(await json('reset')).toEqual([0, { done: true }]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, values: {} });
  });

  it.each([
    ['set', 'historyDays', '3651'],
    ['set', 'historyDays', '1e2'],
    ['set', 'developerMode', 'yes'],
    ['set', 'language', 'fr'],
    ['set', 'nothing', 'true'],
    ['get', '__proto__'],
    ['reset', 'nothing'],
  ])('refuses %s %s %s', async (...args) => {
    const { exitCode, stdout, stderr } = await run(...args.filter((arg) => typeof arg === 'string'), '--json');
    expect([exitCode, stdout]).toEqual([2, expect.stringContaining('ERR_PROTOCOL_MALFORMED')]);
    expect(stderr).toMatch(/この設定に|そのような設定/);
  });

  it('says what a setting takes where a value is refused', async () => {
    const { stderr } = await run('set', 'appearance', 'blue', '--language', 'en');
    expect(stderr).toContain('It takes: system, light, dark, high-contrast');
  });

  it('is loud about a damaged file; only a reset of all begins a new one', async () => {
    const damaged = '{"version":1,';
    writeFileSync(file, damaged, { mode: 0o600 });
    const { exitCode, stdout, stderr } = await run('list', '--language', 'en');
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('cannot be read, so the safe value holds')]);
    expect(stderr).toContain(file);
    expect(await json('get', 'developerMode')).toEqual([
      1,
      { name: 'developerMode', value: false, source: 'default', unreadable: true },
    ]);
    expect(await json('set', 'developerMode', 'true')).toEqual([74, 'ERR_INTERNAL_FILE']);
    expect(await json('reset', 'developerMode')).toEqual([74, 'ERR_INTERNAL_FILE']);
    expect(readFileSync(file, 'utf8')).toBe(damaged);
    expect(await json('reset')).toEqual([0, { done: true }]);
    expect((await run('list')).exitCode).toBe(0);
  });

  it('decide the language of every command, where the command line does not', async () => {
    const none = async (...args: readonly string[]): Promise<string> =>
      (await madoguchi(['sites', 'list', ...args], { env: { ...env, LANG: 'ja_JP.UTF-8' } })).stdout;
    const japanese = await none();
    await run('set', 'language', 'en');
    expect(await none()).toBe('Nothing is decided about any site.\n');
    expect(await none('--language', 'ja')).toBe(japanese);
    await run('set', 'language', 'ja-simple');
    expect(/[ぁ-ん]/.test(await none())).toBe(true);
    writeFileSync(file, '{');
    expect(await none()).toBe(japanese);
  });

  it('do not bring developer mode to a command that was not asked for it', async () => {
    await run('set', 'developerMode', 'true');
    const { exitCode, stdout } = await madoguchi(['card', '--json'], { env });
    expect(exitCode).not.toBe(2);
    expect(stdout).not.toContain('"testCard":true');
  });
});
