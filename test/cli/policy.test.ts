import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICY_NAMES } from '../../main/core/policy/definitions.js';
import { TEST_CARD_PINS } from '../../native/virtual-card/index.js';
import { madoguchi } from '../support/command-line.js';

const PROGRAM = join(import.meta.dirname, '../../bin/madoguchi.js');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-policy-command-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const env = (): Record<string, string> => ({ MADOGUCHI_STATE_DIRECTORY: join(folder, 'state') });

/**
 * Puts policies where administrators do, in a view of /etc that nobody else has and that ends with the program.
 * `$1` is the file of the policy, `$2` who owns it.
 */
const UNDER_POLICY = `
set -e
mount -t tmpfs none "$LAYERS" && mkdir "$LAYERS/upper" "$LAYERS/work"
mount -t overlay none -o "lowerdir=/etc,upperdir=$LAYERS/upper,workdir=$LAYERS/work" /etc
umask 022
mkdir -p /etc/madoguchi/policies/managed
cp "$1" /etc/madoguchi/policies/managed/50-site.json
chmod "$2" /etc/madoguchi/policies/managed/50-site.json
shift 2
exec "$@"
`;

function underPolicy(policy: string, args: readonly string[], { mode = '644', input = '' } = {}) {
  const file = join(folder, 'policy.json');
  writeFileSync(file, policy);
  const layers = mkdtempSync(join(folder, 'layers-'));
  const command = ['-m', 'sh', '-c', UNDER_POLICY, 'sh', file, mode, process.execPath, PROGRAM, ...args];
  const environment = { ...process.env, LANG: 'C.UTF-8', ...env(), LAYERS: layers };
  return spawnSync('unshare', command, { encoding: 'utf8', env: environment, input });
}

const canMount =
  process.platform === 'linux' &&
  process.geteuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

interface Shown {
  readonly usable: boolean;
  readonly policies: readonly { readonly name: string; readonly value?: unknown; readonly source: string }[];
  readonly problems: readonly object[];
}

const shown = (stdout: string): Shown => (JSON.parse(stdout) as { result: Shown }).result;

describe('madoguchi policy show', () => {
  it('lists every policy, in both languages', async () => {
    const { stdout, exitCode } = await madoguchi(['policy', 'show', '--json'], { env: env() });
    expect(exitCode).toBe(0);
    expect(shown(stdout).policies.map(({ name }) => name)).toEqual(POLICY_NAMES);
    for (const language of ['ja', 'en']) {
      const text = (await madoguchi(['policy', 'show', '--language', language], { env: env() })).stdout;
      expect(text).not.toMatch(/policy\.|\{\{/);
      expect(text.trimEnd().split('\n')).toHaveLength(POLICY_NAMES.length);
    }
  });

  it.skipIf(!canMount)('says value, source and lock of what an administrator decided', () => {
    const policy = JSON.stringify({ historyDays: 7, unlistedSigning: 'refuse', proxy: 'direct' });
    const { stdout, status } = underPolicy(policy, ['policy', 'show', '--json']);
    const source = '/etc/madoguchi/policies/managed/50-site.json';
    expect(status).toBe(0);
    expect(shown(stdout).policies).toContainEqual({
      name: 'historyDays',
      value: 7,
      source,
      locked: true,
      setting: 'historyDays',
    });
    expect(shown(stdout).policies).toContainEqual({
      name: 'proxy',
      value: 'direct',
      source,
      locked: true,
    });
    const { stdout: text } = underPolicy(policy, ['policy', 'show', '--language', 'en']);
    expect(text).toContain(`historyDays = 7  [administrator: ${source}, locks the setting]\n`);
    expect(text).toContain('requesterKeys = "refuse"  [as shipped]\n');
    const settings = underPolicy(policy, ['settings', 'list', '--json']);
    expect(settings.stdout).toContain(`"value":7,"source":"administrator","lockedBy":"${source}"`);
  });

  it.skipIf(!canMount)('says what is wrong, and the program does not start where nothing certain is known', () => {
    const malformed = underPolicy('{"signItems":"many"}', ['policy', 'show', '--language', 'en']);
    expect(malformed.status).toBe(1);
    expect(malformed.stdout).toContain('signItems = 1  [administrator:');
    expect(malformed.stdout).toContain('signItems has a wrong value: not a whole number from 1 to 1000');
    for (const [policy, mode] of [
      ['{"signItem":5}', '644'],
      ['{', '644'],
      ['{}', '666'],
    ] as const) {
      const broken = underPolicy(policy, ['policy', 'show', '--json'], { mode });
      expect(broken.status).toBe(1);
      expect(shown(broken.stdout).usable).toBe(false);
      const settings = underPolicy(policy, ['settings', 'list', '--json'], { mode });
      expect(settings.stdout).toContain('"code":"ERR_INTERNAL_FILE"');
    }
  });

  it.skipIf(!canMount)('forbids reports of the diagnosis', () => {
    const report = join(folder, 'report.txt');
    const args = ['diagnose', '--reader', 'virtual', '--report', report, '--json'];
    expect(underPolicy('{"diagnosisExport":"refuse"}', args).stdout).toContain('"rule":"diagnosis-export"');
    expect(readdirSync(folder)).not.toContain('report.txt');
  });
});

it.skipIf(!canMount)(
  'a signature is stamped by the administrator’s authority, where its format takes a time stamp',
  () => {
    const file = join(folder, 'a.txt');
    writeFileSync(file, 'a');
    const sign = (format: string): string => {
      const args = ['sign', file, '--format', format, '--reader', 'virtual', '--yes', '--pin-stdin', '--json'];
      const policy = '{"timeStampAuthority":"http://127.0.0.1:1/tsa"}';
      return underPolicy(policy, args, { input: `${TEST_CARD_PINS.signing}\n` }).stdout;
    };
    expect(sign('cades')).toContain('"code":"ERR_SIGN_TIME_STAMP"');
    expect(sign('jws')).toContain('"ok":true');
  },
);

describe('madoguchi update', () => {
  const STATE = /"status":"(\w+)"/;
  const status = (stdout: string) => STATE.exec(stdout)?.[1];

  it('says in both languages that this build names nobody to ask', async () => {
    const asked = await madoguchi(['update', 'check', '--json'], { env: env() });
    expect([status(asked.stdout), asked.exitCode]).toEqual(['unconfigured', 1]);
    for (const language of ['ja', 'en']) {
      for (const command of ['check', 'download']) {
        const { stdout, exitCode } = await madoguchi(['update', command, '--language', language], { env: env() });
        expect(exitCode).toBe(1);
        expect(stdout).not.toMatch(/update\.|\{\{/);
      }
    }
  });

  it.skipIf(!canMount)('still works where the administrator demands a newer version, and nothing else does', () => {
    const policy = JSON.stringify({ minimumVersion: '60000.0.0' });
    expect(status(underPolicy(policy, ['update', 'check', '--json']).stdout)).toBe('unconfigured');
    const readers = underPolicy(policy, ['readers', '--reader', 'virtual', '--language', 'en']);
    expect(readers.status).toBe(6);
    expect(readers.stderr).toContain('version 60000.0.0 or newer');
    const older = JSON.stringify({ minimumVersion: '0.0.1' });
    expect(underPolicy(older, ['readers', '--reader', 'virtual', '--json']).status).toBe(0);
    const malformed = underPolicy('{"minimumVersion":"soon"}', ['readers', '--reader', 'virtual', '--json']);
    expect(malformed.stdout).toContain('"rule":"minimum-version"');
  });
});

describe('madoguchi policy browser', () => {
  it('writes what the browser reads', async () => {
    const args = ['policy', 'browser', '--format', 'json', '--origin', 'https://one.example'];
    const chromium = await madoguchi([...args, '--browser', 'chromium'], { env: env() });
    expect(JSON.parse(chromium.stdout)).toMatchObject({ LoopbackNetworkAllowedForUrls: ['https://one.example'] });
    const firefox = await madoguchi([...args, '--browser', 'firefox'], { env: env() });
    expect(JSON.parse(firefox.stdout)).toMatchObject({
      policies: { LocalNetworkAccess: { SkipDomains: ['one.example'] } },
    });
  });

  it.skipIf(!canMount)('takes the sites from allowedOrigins', () => {
    const policy = '{"allowedOrigins":["https://portal.example","http://localhost:3000"]}';
    const { stdout } = underPolicy(policy, ['policy', 'browser', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ LoopbackNetworkAllowedForUrls: ['https://portal.example'] });
  });

  it('writes templates to a folder, and nothing over what is there', async () => {
    const out = join(folder, 'templates');
    const args = ['policy', 'browser', '--format', 'admx', '--browser', 'edge', '--origin', 'https://one.example'];
    expect((await madoguchi(args, { env: env() })).exitCode).toBe(2);
    expect((await madoguchi([...args, '--out', out], { env: env() })).exitCode).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['en-US', 'ja-JP', 'madoguchi-edge.admx']);
    expect(readFileSync(join(out, 'madoguchi-edge.admx'), 'utf8')).toContain('Microsoft\\Edge');
    const again = await madoguchi([...args, '--out', out, '--json'], { env: env() });
    expect(again.stdout).toContain('ERR_INTERNAL_FILE');
  });

  it('refuses what a browser would take and ignore, and says why', async () => {
    const args = ['policy', 'browser', '--format', 'json', '--origin', 'https://*.example', '--json'];
    const { stdout, exitCode } = await madoguchi(args, { env: env() });
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('browsers ignore https://*.name without a word');
  });
});
