import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM_EXTENSION_ID } from '../../sdk/protocol/index.js';
import { madoguchi } from '../support/command-line.js';

const EXTENSION = `chrome-extension://${CHROMIUM_EXTENSION_ID}/`;

let env: Record<string, string>;
beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), 'madoguchi-commands-'));
  env = { HOME: home, XDG_CONFIG_HOME: '', MADOGUCHI_STATE_DIRECTORY: join(home, 'state') };
  return () => rmSync(home, { recursive: true, force: true });
});

describe('madoguchi native-host', () => {
  it('ends with its input, and prints nothing that is no frame', async () => {
    const ended = await madoguchi(['native-host', EXTENSION, '--parent-window=1'], { env });
    expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it.each([
    ['what is no frame', 'GET / HTTP/1.1\r\n\r\n'],
    ['half a frame', '\x10\0\0\0{"id"'],
  ])('ends with an exit code for %s', async (_what, input) => {
    expect(await madoguchi(['native-host', EXTENSION], { env, input })).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('is not for another extension', async () => {
    const other = `chrome-extension://${'a'.repeat(32)}/`;
    expect(await madoguchi(['native-host', other], { env })).toMatchObject({ exitCode: 6, stdout: '' });
  });
});

describe('madoguchi browser-integration', () => {
  const integration = async (...args: readonly string[]): Promise<{ exitCode: number | null; states: string[] }> => {
    const { exitCode, stdout } = await madoguchi(['--json', 'browser-integration', ...args], { env });
    const { result } = JSON.parse(stdout) as { result?: { entries: { state: string }[] } };
    return { exitCode, states: (result?.entries ?? []).map(({ state }) => state) };
  };

  it('installs, says so, and removes', async () => {
    const firefox = ['--browser', 'firefox'];
    expect(await integration('status', ...firefox)).toMatchObject({ exitCode: 1 });
    const wake = ['--wake', process.execPath, '--', 'madoguchi.js', 'serve', '--developer-mode'];
    expect(await integration('install', ...firefox, ...wake)).toEqual({
      exitCode: 0,
      states: ['written', 'written', 'written'],
    });
    expect(await integration('status', ...firefox)).toEqual({ exitCode: 0, states: ['current', 'current', 'current'] });
    expect(await integration('status')).toMatchObject({ exitCode: 1 });
    expect(await integration('remove')).toMatchObject({ exitCode: 0 });
    expect(await integration('status', ...firefox)).toEqual({ exitCode: 1, states: ['absent', 'absent', 'absent'] });
  });

  it.each([
    ['a root without --system', ['install', '--root', '/tmp/x']],
    ['a relative program', ['install', '--wake', 'madoguchi']],
    ['arguments without a program', ['install', '--', 'serve']],
    ['a program for everybody', ['install', '--system', '--root', '/tmp/x', '--wake', '/bin/true']],
    ['an unknown browser', ['install', '--browser', 'netscape']],
  ])('refuses %s', async (_what, args) => {
    expect(await integration(...args)).toEqual({ exitCode: 2, states: [] });
  });
});
