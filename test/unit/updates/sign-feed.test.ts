import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { judgeFeed } from '../../../main/core/updates/judge-feed.js';
import { nodeJose } from '../../../main/node/jose.js';
import type { SignatureJwk } from '../../../sdk/protocol/index.js';

const folder = mkdtempSync(join(tmpdir(), 'madoguchi-sign-feed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const tool = (name: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../../tools', name), ...args], { encoding: 'utf8' });

it('signs what the product takes, with what the files really are', async () => {
  expect(tool('registry.js', 'create-key', at('private.jwk'), at('keys.json')).status).toBe(0);
  writeFileSync(at('madoguchi.msi'), 'a package');
  const packages = [
    { platform: 'win32', architecture: 'x64', kind: 'msi', url: 'https://a.example/x', file: at('madoguchi.msi') },
  ];
  const releases = [{ version: '1.3.0', channel: 'stable', packages }];
  writeFileSync(at('feed.json'), JSON.stringify({ edition: 3, releases }));
  const { status, stderr, stdout } = tool('updates.js', 'sign', at('private.jwk'), at('feed.json'), at('feed.jws'));
  expect(`${stdout}${stderr}`).toBe('');
  expect(status).toBe(0);
  const { keys } = JSON.parse(readFileSync(at('keys.json'), 'utf8')) as { keys: SignatureJwk[] };
  const environment = { jose: nodeJose, clock: { now: () => new Date() }, keys };
  const sha256 = createHash('sha256').update('a package').digest('hex');
  expect(await judgeFeed(environment, readFileSync(at('feed.jws'), 'utf8').trim(), undefined)).toMatchObject({
    claims: { edition: 3, releases: [{ rollout: 100, packages: [{ size: 9, sha256 }] }] },
  });
  writeFileSync(at('wrong.json'), JSON.stringify({ edition: 0, releases }));
  expect(tool('updates.js', 'sign', at('private.jwk'), at('wrong.json'), at('wrong.jws')).status).toBe(1);
});
