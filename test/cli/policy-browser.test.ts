import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madoguchi } from '../support/command-line.js';

const CHROMIUM = '/usr/bin/chromium';
const ASK = join(import.meta.dirname, '../support/loopback-permission.mjs');

/** In a view of /etc of its own. `$1` is the file of the policy, the rest a program. */
const UNDER_POLICY = `
set -e
mount -t tmpfs none "$LAYERS" && mkdir "$LAYERS/upper" "$LAYERS/work"
mount -t overlay none -o "lowerdir=/etc,upperdir=$LAYERS/upper,workdir=$LAYERS/work" /etc
mkdir -p /etc/chromium/policies/managed
cp "$1" /etc/chromium/policies/managed/madoguchi.json
shift
exec "$@"
`;

const canRun =
  process.platform === 'linux' &&
  process.geteuid?.() === 0 &&
  existsSync(CHROMIUM) &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-policy-browser-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a real Chromium lets pages of these addresses do under a policy. */
function permissions(policy: string, addresses: readonly string[]): unknown {
  const file = join(folder, 'policy.json');
  writeFileSync(file, policy);
  const env = { ...process.env, LAYERS: mkdtempSync(join(folder, 'layers-')) };
  const command = ['-m', 'sh', '-c', UNDER_POLICY, 'sh', file, process.execPath, ASK, CHROMIUM, ...addresses];
  const { stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env, timeout: 50_000 });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(!canRun)('policies of browsers, in a real Chromium,', () => {
  it('let the sites that are listed reach loopback without a question, and no others', async () => {
    const sites = ['https://one.example', 'https://two.example:8443'];
    const command = ['policy', 'browser', '--format', 'json', '--browser', 'chromium', '--origin', ...sites];
    const { stdout } = await madoguchi(command, { env: { MADOGUCHI_STATE_DIRECTORY: join(folder, 'state') } });
    const others = ['https://two.example', 'https://sub.one.example', 'https://other.example', 'http://one.example'];
    const expected = ['granted', 'granted', 'prompt', 'prompt', 'prompt', 'denied'];
    expect(permissions(stdout, [...sites, ...others])).toEqual(expected);
  });

  it('would be ignored in the forms that are refused here', () => {
    const policy = '{"LoopbackNetworkAllowedForUrls":["https://*.example","http://plain.example"]}';
    expect(permissions(policy, ['https://one.example', 'http://plain.example'])).toEqual(['prompt', 'denied']);
  });
});
