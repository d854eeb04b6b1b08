import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  BROWSERS,
  inspectForUser,
  inspectIntegration,
  installIntegration,
  removeIntegration,
  type IntegrationOptions,
  type IntegrationReport,
} from '../../../main/node/browser-integration/index.js';

let folder: string;
let host: string;
let own: IntegrationOptions;
let system: IntegrationOptions;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-packaged-'));
  host = join(folder, 'usr', 'lib', 'madoguchi', 'native-host');
  mkdirSync(join(host, '..'), { recursive: true });
  // As a package has it: no file that this program writes.
  writeFileSync(host, '#!/bin/sh\nexec packaged "$@"\n', { mode: 0o755 });
  const common = { platform: 'linux', environment: {}, home: folder, stateDirectory: join(folder, 'state') } as const;
  const situation = { ...common, root: join(folder, 'root'), packagedHost: host };
  own = { browsers: BROWSERS, situation: { ...situation, system: false } };
  system = { browsers: BROWSERS, situation: { ...situation, system: true } };
  return () => rmSync(folder, { recursive: true, force: true });
});

const states = ({ entries }: IntegrationReport<string>): string[] => entries.map(({ state }) => state);
const all = (state: string): string[] => [...BROWSERS, 'launcher'].map(() => state);

describe('the host of a package', () => {
  it('is what the manifests for every user name, and is left as the package has it', () => {
    const before = readFileSync(host, 'utf8');
    installIntegration(system);
    const manifest = join(folder, 'root/etc/opt/chrome/native-messaging-hosts/jp.madoguchi.host.json');
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ path: host });
    expect(states(inspectIntegration(system))).toEqual(all('current'));
    removeIntegration(system);
    expect([existsSync(manifest), readFileSync(host, 'utf8')]).toEqual([false, before]);
  });

  it('is there for a user who has installed nothing, until they do', () => {
    expect(states(inspectForUser(own)).slice(1, 5)).toEqual(BROWSERS.map(() => 'absent'));
    installIntegration(system);
    const shared = inspectForUser(own);
    expect(states(shared).slice(0, 5)).toEqual(all('current'));
    expect(shared.entries[0]?.path).toBe(host);
    installIntegration({ ...own, browsers: ['firefox'] });
    const mixed = inspectForUser(own);
    expect(mixed.entries.find(({ browser }) => browser === 'firefox')?.path).toContain('.mozilla');
    expect(mixed.entries[0]?.path).toBe(join(folder, 'state', 'native-host'));
    expect(states(mixed).slice(0, 5)).toEqual(all('current'));
  });

  it('does not hide a manifest of the user’s own that is wrong, which browsers prefer', () => {
    installIntegration(system);
    installIntegration({ ...own, browsers: ['chrome'], program: '/elsewhere/madoguchi.js' });
    const { entries } = inspectForUser({ ...own, browsers: ['chrome'] });
    expect(entries.map(({ what, state }) => [what, state]).slice(0, 2)).toEqual([
      ['launcher', 'outdated'],
      ['manifest', 'current'],
    ]);
  });
});
