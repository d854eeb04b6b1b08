import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isGovernmentOrigin } from '../../../main/core/government-sites/government-origin.js';
import { readDigestInfo } from '../../../main/core/government-sites/digest-info.js';
import { DEFAULT_POLICY, type Policy } from '../../../main/core/policy/policy.js';
import { loadMarkerVersions } from '../../../main/node/government-sites/marker-versions.js';
import { openSites } from '../../../main/node/government-sites/index.js';
import { openPersonSettings } from '../../../main/node/settings/index.js';
import { systemClock } from '../../../main/node/system.js';
import { digestInfoHex } from '../../support/government-core.js';

const SITE = 'https://login.tax.go.jp';
const FIREFOX = { kind: 'browser', name: 'Firefox' } as const;

function open(policy: Partial<Policy> = {}) {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-sites-'));
  const log = { event: () => undefined };
  const rules = { ...DEFAULT_POLICY, ...policy };
  const settings = openPersonSettings({
    stateDirectory,
    log,
    policy: { ...rules, registries: [], registryMode: 'add' },
  });
  onTestFinished(() => {
    settings.close();
    rmSync(stateDirectory, { recursive: true, force: true });
  });
  const sites = openSites({ stateDirectory, settings, policy: () => rules, clock: systemClock });
  return { stateDirectory, settings, sites };
}

describe('a site of a government service', () => {
  it.each(['https://www.go.jp', 'https://a.b.c.go.jp', 'https://e-tax.nta.go.jp', 'https://1.go.jp'])(
    'is %s',
    (origin) => expect(isGovernmentOrigin(origin, [])).toBe(true),
  );

  it.each([
    'https://go.jp',
    'https://.go.jp',
    'https://ago.jp',
    'https://www.go.jp.',
    'https://www.go.jp:443',
    'https://www.go.jp:8443',
    'https://www.go.jp.example',
    'https://www.go.jp/',
    'https://www.go.jp@evil.example',
    'https://evil.example#.go.jp',
    'https://-a.go.jp',
    'https://xn--a.go.jp',
    'https://a.xn--a.go.jp',
    'https://www.lg.jp',
    'http://www.go.jp',
    'wss://www.go.jp',
    'https://www.go.jp\n.evil.example',
    'https://[::1]',
  ])('is not %s', (origin) => expect(isGovernmentOrigin(origin, [])).toBe(false));

  it('is what an administrator adds, to the letter and with https: alone', () => {
    const added = ['https://apply.example:8443', 'http://localhost:3000'];
    expect(isGovernmentOrigin('https://apply.example:8443', added)).toBe(true);
    expect(isGovernmentOrigin('https://apply.example', added)).toBe(false);
    expect(isGovernmentOrigin('http://localhost:3000', added)).toBe(false);
  });
});

it('a DigestInfo is read to the last octet', () => {
  for (const algorithm of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
    const der = Buffer.from(digestInfoHex('text', algorithm), 'hex');
    const read = readDigestInfo(der);
    expect(read?.algorithm.replace('-', '').toLowerCase()).toBe(algorithm);
    expect(Buffer.from(read?.der ?? []).equals(der)).toBe(true);
    // Each octet of what comes before the digest counts, as does each length.
    const header = der.length - (read?.digest.length ?? 0);
    for (let index = 0; index < header; index++) {
      const changed = Uint8Array.from(der);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(readDigestInfo(changed)).toBeUndefined();
    }
    for (let length = 0; length < der.length; length++) expect(readDigestInfo(der.subarray(0, length))).toBeUndefined();
  }
});

describe('what is told Windows', () => {
  it('is kept for this user alone, and for government sites alone', async () => {
    const { sites, stateDirectory } = open();
    const listener = vi.fn();
    const end = sites.onChange(listener);
    await sites.setWindowsUserAgent(SITE, true);
    await sites.setWindowsUserAgent(SITE, true);
    expect(sites.status().windowsUserAgent).toEqual([SITE]);
    const path = join(stateDirectory, 'government-sites.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(sites.setWindowsUserAgent('https://service.example', true)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_NOT_ALLOWED',
    });
    await expect(sites.setWindowsUserAgent('login.tax.go.jp', true)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_NOT_ALLOWED',
    });
    expect(listener).toHaveBeenCalledTimes(2);
    end();
    await sites.setWindowsUserAgent(SITE, false);
    expect(listener).toHaveBeenCalledTimes(2);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, windowsUserAgent: [] });
  });

  it.each(['{', '{"version":2,"windowsUserAgent":[]}', '{"version":1,"windowsUserAgent":[1]}'])(
    'is nothing while its file is damaged: %s',
    async (text) => {
      const { sites, stateDirectory } = open();
      writeFileSync(join(stateDirectory, 'government-sites.json'), text, { mode: 0o600 });
      expect(() => sites.status()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }) as Error);
      await expect(sites.setWindowsUserAgent(SITE, true)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    },
  );

  it('is not what the extension could not keep to: a site with a port of its own', async () => {
    const { sites } = open({ governmentOrigins: ['https://apply.example:8443'] });
    await expect(sites.setWindowsUserAgent('https://apply.example:8443', true)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_NOT_ALLOWED',
    });
    expect(sites.status().windowsUserAgent).toEqual([]);
  });

  it('is no more what is no government site any more', async () => {
    const added = 'https://apply.example';
    const { sites, settings } = open({ governmentOrigins: [added] });
    await settings.change('governmentSites', true);
    await sites.setWindowsUserAgent(added, true);
    expect(sites.report({ caller: FIREFOX, permission: true }).windowsUserAgent).toEqual([added]);
    await sites.setWindowsUserAgent(added, false);
    expect(sites.report({ caller: FIREFOX, permission: true }).windowsUserAgent).toEqual([]);
  });
});

describe('what the extension hears', () => {
  it('is that it is off, as shipped', () => {
    const { sites } = open({ governmentOrigins: ['https://apply.example'] });
    expect(sites.report({ caller: FIREFOX, permission: true })).toEqual({
      enabled: false,
      forced: false,
      extensionVersion: '24',
      appVersion: '29',
      origins: [],
      windowsUserAgent: [],
    });
  });

  it.each([true, false])('is what an administrator says: %s', async (governmentSites) => {
    const { sites, settings } = open({ governmentSites, governmentOrigins: ['https://apply.example'] });
    const report = sites.report({ caller: FIREFOX, permission: false });
    expect(report).toMatchObject({ enabled: governmentSites, forced: true });
    expect(report.origins).toEqual(governmentSites ? ['https://apply.example'] : []);
    await expect(settings.change('governmentSites', !governmentSites)).rejects.toMatchObject({
      code: 'ERR_POLICY_OPERATION',
    });
    expect(sites.isOn).toBe(governmentSites);
  });

  it('remembers a browser’s page when it only tells of its permission', () => {
    const { sites } = open();
    sites.report({ caller: FIREFOX, permission: true, page: { origin: SITE, marker: 'placed' } });
    sites.report({ caller: FIREFOX, permission: false });
    expect(sites.status().browsers).toMatchObject([
      { name: 'Firefox', permission: false, lastPage: { origin: SITE, marker: 'placed' } },
    ]);
  });

  it('remembers no more names than anybody has browsers', () => {
    const { sites } = open();
    for (let index = 0; index < 100; index++) {
      sites.report({ caller: { kind: 'browser', name: `Browser ${index}` }, permission: true });
    }
    expect(sites.status().browsers).toHaveLength(16);
  });
});

it('the versions in a page are data that comes with the program', () => {
  expect(loadMarkerVersions()).toEqual({ extensionVersion: '24', appVersion: '29' });
  expect(() => loadMarkerVersions('/nowhere.json')).toThrow(
    expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }) as Error,
  );
});
