import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import { loadPolicy, NO_POLICY_FILE, systemPolicyPlace } from '../../../main/node/policy/index.js';
import { errorCode } from '../../support/error-code.js';
import { signingKey } from '../../support/signed-registry.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-policy-'));
  path = join(folder, 'policy.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(policy: unknown): void {
  writeFileSync(path, typeof policy === 'string' ? policy : JSON.stringify(policy), { mode: 0o600 });
}

/** Without a look at whose file it is. */
const load = () => loadPolicy({ path, owner: undefined });

describe('a policy file', () => {
  it('need not be there', () => {
    expect(load()).toEqual(NO_POLICY_FILE);
    expect(load()).toMatchObject(DEFAULT_POLICY);
    expect(loadPolicy({ path: join(folder, 'no-such-folder', 'policy.json'), owner: 0 })).toEqual(NO_POLICY_FILE);
  });

  it('leaves what it does not say as it is', () => {
    write({ unlistedSigning: 'refuse' });
    expect(load()).toEqual({ ...NO_POLICY_FILE, unlistedSigning: 'refuse' });
    write({});
    expect(load()).toEqual(NO_POLICY_FILE);
  });

  it('says what it says', async () => {
    const { jwk } = await signingKey();
    const policy = {
      allowedOrigins: ['https://one.example', 'http://localhost:3000'],
      unlistedSigning: 'allow',
      requesterKeys: 'allow',
      rememberedConsent: 'refuse',
      signItems: 1_000,
      rawDigestOrigins: ['https://one.example'],
      registries: [{ file: join(folder, 'registry.jws'), keys: [jwk] }],
      registryMode: 'replace',
    };
    write(policy);
    expect(load()).toEqual({ ...NO_POLICY_FILE, ...policy });
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a comment', '{} // none'],
    ['no object', '[]'],
    ['a member nobody knows', { allowedOrigin: ['https://one.example'] }],
    ['a registry without keys', { registries: [{ file: '/registry.jws', keys: [] }] }],
    ['a registry at a relative path', { registries: [{ file: 'registry.jws', keys: [] }] }],
  ])('that holds %s stops the program', (_, policy) => {
    write(policy);
    expect(errorCode(load)).toBe('ERR_INTERNAL_FILE');
  });

  it.each<[string, object, object]>([
    ['a value nobody knows', { unlistedSigning: 'sometimes' }, { unlistedSigning: 'refuse' }],
    ['an origin with a path', { allowedOrigins: ['https://one.example/'] }, { allowedOrigins: [] }],
    ['a pattern for an origin', { allowedOrigins: ['https://*.example'] }, { allowedOrigins: [] }],
    ['one origin in place of a list', { allowedOrigins: 'https://one.example' }, { allowedOrigins: [] }],
    ['no items at all', { signItems: 0 }, { signItems: 1 }],
    ['more items than the contract has', { signItems: 1_001 }, { signItems: 1 }],
    ['half an item', { signItems: 1.5 }, { signItems: 1 }],
    ['an origin with a path for digests', { rawDigestOrigins: ['https://one.example/'] }, { rawDigestOrigins: [] }],
    ['a pattern for digests', { rawDigestOrigins: ['https://*.example'] }, { rawDigestOrigins: [] }],
    ['a yes in place of origins for digests', { rawDigestOrigins: true }, { rawDigestOrigins: [] }],
    ['null', { unlistedSigning: null }, { unlistedSigning: 'refuse' }],
  ])('that holds %s loosens nothing', (_, policy, careful) => {
    write(policy);
    expect(load()).toEqual({ ...NO_POLICY_FILE, ...careful });
  });

  it('with a private key in it stops the program', async () => {
    const { jwk } = await signingKey();
    write({ registries: [{ file: '/registry.jws', keys: [{ ...jwk, d: 'AAAA' }] }] });
    expect(errorCode(load)).toBe('ERR_INTERNAL_FILE');
  });

  it('that cannot be a file of rules stops the program', () => {
    mkdirSync(path);
    expect(errorCode(load)).toBe('ERR_INTERNAL_FILE');
    rmSync(path, { recursive: true });
    write(' '.repeat(2 * 1024 * 1024));
    expect(errorCode(load)).toBe('ERR_INTERNAL_FILE');
  });
});

describe.skipIf(process.getuid === undefined)('whose policy file it is', () => {
  const me = process.getuid?.() ?? -1;
  const loadMine = () => loadPolicy({ path, owner: me });

  beforeEach(() => {
    write({ unlistedSigning: 'refuse' });
  });

  it('is asked, and the administrator’s is taken', () => {
    expect(loadMine().unlistedSigning).toBe('refuse');
    expect(errorCode(() => loadPolicy({ path, owner: me + 1 }))).toBe('ERR_INTERNAL_FILE');
  });

  it.each([0o666, 0o660, 0o620, 0o602])('does not count if others can write to it: %o', (mode) => {
    chmodSync(path, mode);
    expect(errorCode(loadMine)).toBe('ERR_INTERNAL_FILE');
  });

  it.each([0o777, 0o775, 0o1777])('does not count if others can write to its folder: %o', (mode) => {
    chmodSync(folder, mode);
    expect(errorCode(loadMine)).toBe('ERR_INTERNAL_FILE');
  });

  it('is that of the file behind a link', () => {
    const link = join(folder, 'link.json');
    symlinkSync(path, link);
    expect(loadPolicy({ path: link, owner: me }).unlistedSigning).toBe('refuse');
    chmodSync(path, 0o666);
    expect(errorCode(() => loadPolicy({ path: link, owner: me }))).toBe('ERR_INTERNAL_FILE');
  });

  it.skipIf(me !== 0)('is not somebody else’s', () => {
    chownSync(path, 12_345, 0);
    expect(errorCode(loadMine)).toBe('ERR_INTERNAL_FILE');
    chownSync(path, 0, 0);
    chownSync(folder, 12_345, 0);
    expect(errorCode(loadMine)).toBe('ERR_INTERNAL_FILE');
  });
});

it('lies where only administrators can write', () => {
  expect(systemPolicyPlace({}, 'linux')).toEqual({ path: '/etc/madoguchi/policy.json', owner: 0 });
  expect(systemPolicyPlace({}, 'darwin')).toMatchObject({ owner: 0 });
  expect(systemPolicyPlace({ ProgramData: 'D:\\Data' }, 'win32').path).toContain('D:\\Data');
});
