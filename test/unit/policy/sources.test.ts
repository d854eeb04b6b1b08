import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_POLICY } from '../../../main/core/policy/policy.js';
import { resolvePolicy, type PolicySource } from '../../../main/core/policy/resolve.js';
import {
  managedPreferencesSource,
  parseRegQuery,
  policyFileSource,
  policyFolderSource,
  policyValues,
  systemPolicySources,
  windowsPolicySource,
  type RunReg,
} from '../../../main/node/policy/index.js';
import { POLICY_CASES } from './cases.js';
import { hasPython, plistsOf, regQueryText, type Plist } from './encodings.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const me = process.getuid?.();
const resolve = (source: PolicySource) => resolvePolicy(source.read());
const faults = (source: PolicySource): readonly string[] =>
  resolve(source).problems.map(({ kind, name = '' }) => `${kind} ${name}`);

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** A registry with nothing but these policies. */
function registryWith(values: Readonly<Record<string, unknown>>): RunReg {
  const above = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies';
  return (parameters) => {
    if (parameters.length === 2) return `\r\n${above}\\Microsoft\r\n${above}\\Madoguchi\r\n`;
    return regQueryText(values);
  };
}

const PROFILE = { PayloadUUID: 'x', PayloadVersion: 1, signItems: 5 };
const plists = new Map<unknown, Plist>();
if (hasPython) {
  const all: readonly unknown[] = [...POLICY_CASES.map(({ values }) => values), PROFILE];
  plistsOf(all).forEach((plist, index) => plists.set(all[index], plist));
}

/** With Python in the place of macOS' plutil. */
function managedPreferences(plist: Plist | undefined): PolicySource {
  if (plist === undefined) throw new Error('no such property list');
  const toJson = (bytes: Uint8Array) => (Buffer.from(bytes).equals(plist.bytes) ? plist.json : undefined);
  return managedPreferencesSource({ path: put('managed.plist', plist.bytes), owner: me }, toJson);
}

type Values = Readonly<Record<string, unknown>>;
const SOURCES: readonly (readonly [name: string, skipped: boolean, make: (values: Values) => PolicySource])[] = [
  ['a file', false, (values) => policyFileSource({ path: put('policy.json', JSON.stringify(values)), owner: me })],
  [
    'a folder',
    false,
    (values) => {
      put('10-site.json', JSON.stringify(values));
      return policyFolderSource({ path: folder, owner: me });
    },
  ],
  ['the Windows registry', false, (values) => windowsPolicySource('HKLM', registryWith(values))],
  ['managed preferences', !hasPython, (values) => managedPreferences(plists.get(values))],
];

it('has the cases it should', () => {
  expect(POLICY_CASES.length).toBeGreaterThanOrEqual(40);
});

describe.each(SOURCES)('policies from %s', (_, skipped, make) => {
  it.skipIf(skipped).each(POLICY_CASES)('$title', ({ values, inForce, problems = [] }) => {
    const resolved = resolve(make(values));
    expect(resolved.problems.map(({ kind, name = '' }) => `${kind} ${name}`)).toEqual(problems);
    expect(resolved.problems.some(({ stops }) => stops)).toBe(inForce === undefined);
    if (inForce) expect(resolved.policy).toEqual({ ...NO_POLICY, ...inForce });
    if (inForce) expect(resolved.entries.map(({ name }) => name).sort()).toEqual(Object.keys(values).sort());
  });
});

describe('a folder of policies', () => {
  const source = (): PolicySource => policyFolderSource({ path: folder, owner: me });

  it('counts the last file by name, policy by policy', () => {
    put('20-last.json', '{"signItems":5}');
    put('10-first.json', '{"signItems":9,"historyDays":7}');
    put('.hidden.json', '{"signItems":1}');
    put('30-backup.json~', '{"signItems":2}');
    put('readme.txt', 'none');
    const { policy, entries } = resolve(source());
    expect([policy.signItems, policy.historyDays]).toEqual([5, 7]);
    expect(entries.map(({ source: from }) => from)).toEqual([
      join(folder, '20-last.json'),
      join(folder, '10-first.json'),
    ]);
  });

  it('lets a malformed value of a later file not fall back to a looser one of an earlier', () => {
    put('10.json', '{"unlistedSigning":"allow"}');
    put('20.json', '{"unlistedSigning":"never"}');
    expect(resolve(source()).policy.unlistedSigning).toBe('refuse');
  });

  it('need not be there', () => {
    rmSync(folder, { recursive: true });
    expect(source().read()).toEqual([]);
    expect(policyFileSource({ path: join(folder, 'policy.json'), owner: 0 }).read()).toEqual([]);
  });

  it.each(['', '{', '[]', '{} // none', 'null', '{"signItems":5,"signItems":900}', '\ufeff{}'])(
    'refuses %j',
    (text) => {
      put('10.json', text);
      expect(faults(source())).toEqual(['unreadable ']);
    },
  );

  it('refuses null, which is no value of any policy', () => {
    put('10.json', '{"unlistedSigning":null}');
    expect(resolve(source()).policy.unlistedSigning).toBe('refuse');
  });

  it.skipIf(me === undefined).each([0o666, 0o660, 0o602])('refuses a file others can write to: %o', (mode) => {
    chmodSync(put('10.json', '{}'), mode);
    expect(faults(source())).toEqual(['unreadable ']);
  });

  it.skipIf(me === undefined).each([0o777, 0o770, 0o1777])('refuses a folder others can write to: %o', (mode) => {
    put('10.json', '{}');
    chmodSync(folder, mode);
    expect(faults(source())).toEqual(['unreadable ']);
  });

  it.skipIf(me === undefined)('refuses a folder below one that others can write to', () => {
    const above = join(folder, 'above');
    mkdirSync(join(above, 'managed'), { recursive: true, mode: 0o755 });
    const below = policyFolderSource({ path: join(above, 'managed'), owner: me });
    expect(below.read()).toEqual([]);
    chmodSync(above, 0o777);
    expect(faults(below)).toEqual(['unreadable ']);
  });

  it.skipIf(me === undefined)('refuses what is somebody else’s, also behind a link', () => {
    put('10.json', '{}');
    expect(faults(policyFolderSource({ path: folder, owner: (me ?? 0) + 1 }))).toEqual(['unreadable ']);
    symlinkSync('/dev/zero', join(folder, '20.json'));
    expect(faults(source())).toEqual(['unreadable ']);
  });

  it.skipIf(me === undefined)('takes a link that leads nowhere for rules that it cannot read, not for none', () => {
    const disk = join(folder, 'disk');
    symlinkSync(disk, join(folder, '20.json'));
    expect(faults(source())).toEqual(['unreadable ']);
    const away = join(folder, 'away');
    symlinkSync(disk, away);
    for (const path of [away, join(away, 'policies', 'managed')]) {
      expect(faults(policyFolderSource({ path, owner: me }))).toEqual(['unreadable ']);
      expect(faults(policyFileSource({ path: join(path, 'policy.json'), owner: me }))).toEqual(['unreadable ']);
    }
    // The disk is there, and nothing on it.
    mkdirSync(disk, { mode: 0o755 });
    expect(policyFolderSource({ path: join(away, 'policies', 'managed'), owner: me }).read()).toEqual([]);
  });
});

describe('the Windows registry', () => {
  const values = (...lines: readonly string[]) => {
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Madoguchi';
    const read = parseRegQuery([key, ...lines].join('\r\n'), key);
    return read && policyValues(read);
  };

  it('takes lists in each form that installers write', () => {
    const list = ['https://one.example', 'https://two.example'];
    for (const line of [
      'allowedOrigins    REG_MULTI_SZ    https://one.example\\0https://two.example',
      'ALLOWEDORIGINS    REG_SZ    https://one.example;https://two.example',
      'allowedOrigins    REG_SZ    https://one.example, https://two.example',
      'allowedOrigins    REG_SZ    ["https://one.example","https://two.example"]',
    ]) {
      expect(values(`    ${line}`)).toEqual({ allowedOrigins: list });
    }
    expect(values('    ports    REG_DWORD    0xc350')).toEqual({ ports: [50_000] });
    expect(values('    ports    REG_SZ    50000')).toEqual({ ports: [50_000] });
  });

  it('takes no name twice, nothing that is not ASCII, and nothing of another type', () => {
    const { policy } = resolvePolicy([
      {
        status: 'read',
        source: 'x',
        unverifiedValues: values(
          '    unlistedSigning    REG_SZ    allow',
          '    UnlistedSigning    REG_SZ    allow',
          '    requesterKeys    REG_EXPAND_SZ    allow',
          '    rememberedConsent    REG_SZ    \x83\x65allow',
          '    developerMode    REG_BINARY    01',
        ),
      },
    ]);
    expect(policy).toMatchObject({ unlistedSigning: 'refuse', requesterKeys: 'refuse', rememberedConsent: 'refuse' });
    expect(policy.developerMode).toBe(false);
  });

  it('is absent only where the key above says so', () => {
    const above = 'HKEY_CURRENT_USER\\SOFTWARE\\Policies';
    const listing = (listed: string | undefined, own: string | undefined): PolicySource =>
      windowsPolicySource('HKCU', (parameters) => (parameters.length === 2 ? listed : own));
    expect(listing(`\r\n${above}\\Microsoft\r\n`, undefined).read()).toEqual([]);
    expect(faults(listing(undefined, undefined))).toEqual(['unreadable ']);
    expect(faults(listing(`${above}\\madoguchi\r\n`, undefined))).toEqual(['unreadable ']);
    expect(faults(listing(`${above}\\Madoguchi\r\n`, 'nonsense'))).toEqual(['unreadable ']);
    expect(faults(listing(`${above}\\Madoguchi\r\n`, regQueryText({}, 'HKEY_CURRENT_USER')))).toEqual([]);
  });
});

describe('managed preferences', () => {
  it.skipIf(!hasPython)('leave out what describes the profile', () => {
    expect(resolve(managedPreferences(plists.get(PROFILE))).policy.signItems).toBe(5);
  });

  it('that are no property list are not absent', () => {
    const path = put('m.plist', 'nonsense');
    expect(faults(managedPreferencesSource({ path, owner: me }, () => undefined))).toEqual(['unreadable ']);
  });
});

it('are where only administrators can write, what counts most last', () => {
  const names = (platform: NodeJS.Platform) => systemPolicySources({}, platform).map(({ name }) => name);
  expect(names('linux')).toEqual(['/etc/madoguchi/policy.json', '/etc/madoguchi/policies/managed']);
  expect(names('darwin').at(-1)).toBe('/Library/Managed Preferences/jp.madoguchi.desktop.plist');
  expect(names('win32').slice(1)).toEqual([
    'HKCU\\SOFTWARE\\Policies\\Madoguchi',
    'HKLM\\SOFTWARE\\Policies\\Madoguchi',
  ]);
});
