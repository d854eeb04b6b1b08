import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judgeRegistry } from '../../../main/core/registry/judge-registry.js';
import { openClientRules, type ClientRules } from '../../../main/node/client-rules.js';
import { nodeJose } from '../../../main/node/jose.js';
import { packageRoot } from '../../../main/node/package-root.js';
import { NO_POLICY_FILE } from '../../../main/node/policy/index.js';
import { checkRegistryFile, openServiceRegistry } from '../../../main/node/service-registry.js';
import { systemClock } from '../../../main/node/system.js';
import { registryClaimsSchema, type RegistryClaims, type SignatureJwk } from '../../../sdk/protocol/index.js';
import {
  serviceEntry,
  signingKey,
  signRegistry,
  type RegistryParts,
  type SigningKey,
} from '../../support/signed-registry.js';
import { recordingLog } from '../bridge/fakes.js';

const LOCAL = 'http://localhost:3000';
const ONE = 'https://one.example';
const E_TAX = 'https://www.e-tax.nta.go.jp';

let key: SigningKey;
let folder: string;
let file: string;
let keysFile: string;
let opened: ClientRules[];

beforeAll(async () => {
  key = await signingKey();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-registry-'));
  file = join(folder, 'registry.jws');
  keysFile = join(folder, 'keys.json');
  writeFileSync(keysFile, JSON.stringify({ keys: [key.jwk] }));
  opened = [];
});
afterEach(() => {
  for (const rules of opened) rules.close();
  rmSync(folder, { recursive: true, force: true });
});

const stateDirectory = () => join(folder, 'state');
async function write(parts: RegistryParts, signer = key): Promise<void> {
  writeFileSync(file, `${await signRegistry(signer, parts)}\n`);
}

/** The registries of a client with these rules. */
async function registryWith(policy: object, options: { developerMode?: boolean; developer?: boolean } = {}) {
  const policyFile = join(folder, 'policy.json');
  writeFileSync(policyFile, JSON.stringify(policy));
  const rules = openClientRules({
    developerMode: options.developerMode ?? false,
    policyFile,
    ...(options.developer === true && { developerRegistry: { file, keysFile } }),
    stateDirectory: stateDirectory(),
    log: recordingLog(),
  });
  opened.push(rules);
  return rules.registry();
}

describe('the registries of a client', () => {
  it('are the shipped one where nothing is said', async () => {
    const source = await registryWith({});
    expect(source.status().map(({ kind }) => kind)).toEqual(['shipped']);
    expect(source.registry.serviceOf(E_TAX)?.operator.ja).toBe('国税庁');
    expect(source.registry.lookAlikeOf('https://www.e-tax.nta.go.jp.example')?.origin).toBe(E_TAX);
  });

  it('are the administrator’s besides the shipped one, or in its place', async () => {
    await write({ services: [serviceEntry({ id: 'one', origins: [ONE] })] });
    const registries = [{ file, keys: [key.jwk] }];
    const added = await registryWith({ registries });
    expect(added.registry.serviceOf(ONE)?.id).toBe('one');
    expect(added.registry.serviceOf(E_TAX)?.id).toBe('e-tax.nta.go.jp');
    const alone = await registryWith({ registries, registryMode: 'replace' });
    expect(alone.registry.serviceOf(ONE)?.id).toBe('one');
    expect(alone.registry.serviceOf(E_TAX)).toBeUndefined();
    expect((await registryWith({ registryMode: 'replace' })).status()).toEqual([]);
  });

  it('keep what was in force in the state directory, for this person only', async () => {
    await write({ version: 3, services: [serviceEntry({ id: 'one', origins: [ONE] })] });
    const policy = { registries: [{ file, keys: [key.jwk] }] };
    await registryWith(policy);
    expect(readdirSync(stateDirectory())).toHaveLength(2);
    for (const name of readdirSync(stateDirectory())) {
      if (process.platform !== 'win32') expect(statSync(join(stateDirectory(), name)).mode & 0o077).toBe(0);
    }
    await write({ version: 2, services: [] });
    const source = await registryWith(policy);
    expect(source.registry.serviceOf(ONE)?.id).toBe('one');
    expect(source.notices().map(({ problem }) => problem.fault)).toEqual(['rollback']);
    rmSync(file);
    const without = await registryWith(policy);
    expect(without.registry.serviceOf(ONE)?.id).toBe('one');
    expect(without.notices().map(({ problem }) => problem.fault)).toEqual(['unreadable']);
  });

  it('go on where what was kept is damaged', async () => {
    await write({ services: [serviceEntry({ id: 'one', origins: [ONE] })] });
    const policy = { registries: [{ file, keys: [key.jwk] }] };
    await registryWith(policy);
    for (const name of readdirSync(stateDirectory())) writeFileSync(join(stateDirectory(), name), '{"version":');
    const source = await registryWith(policy);
    expect(source.registry.serviceOf(ONE)?.id).toBe('one');
    expect(source.notices()).toEqual([]);
  });

  it('may list no http origin in an administrator’s', async () => {
    await write({ services: [serviceEntry({ id: 'local', origins: [LOCAL] })] });
    const source = await registryWith({ registries: [{ file, keys: [key.jwk] }] }, { developerMode: true });
    expect(source.registry.serviceOf(LOCAL)).toBeUndefined();
  });
});

describe('a developer’s own registry', () => {
  it('counts in developer mode, before the others, and is not remembered', async () => {
    const mode = { developerMode: true, developer: true };
    await write({ version: 5, services: [serviceEntry({ id: 'local', origins: [LOCAL, E_TAX] })] });
    const source = await registryWith({}, mode);
    expect(source.registry.serviceOf(LOCAL)?.id).toBe('local');
    expect(source.registry.serviceOf(E_TAX)?.id).toBe('local');
    await write({ version: 1, services: [serviceEntry({ id: 'again', origins: [LOCAL] })] });
    expect((await registryWith({}, mode)).registry.serviceOf(LOCAL)?.id).toBe('again');
  });

  it('counts nowhere else', async () => {
    await write({ services: [serviceEntry({ id: 'local', origins: [LOCAL] })] });
    await expect(registryWith({}, { developer: true })).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
  });

  it('needs keys that can be read', async () => {
    await write({ services: [] });
    for (const keys of ['', '{}', '{"keys":[]}', JSON.stringify({ keys: [{ ...key.jwk, d: 'AAAA' }] })]) {
      writeFileSync(keysFile, keys);
      const attempt = registryWith({}, { developerMode: true, developer: true });
      await expect(attempt).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    }
  });
});

describe('checking a registry', () => {
  it('says what it lists, or what is wrong', async () => {
    await write({ services: [serviceEntry({ id: 'local', origins: [LOCAL] })] });
    expect(await checkRegistryFile({ file, keysFile })).toMatchObject({ claims: { services: [{ id: 'local' }] } });
    await write({}, await signingKey());
    expect(await checkRegistryFile({ file, keysFile })).toMatchObject({ fault: 'signature' });
    rmSync(file);
    await expect(checkRegistryFile({ file, keysFile })).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it('puts nothing in force', async () => {
    await write({ services: [] });
    await checkRegistryFile({ file, keysFile });
    expect(readdirSync(folder).sort()).toEqual(['keys.json', 'registry.jws']);
  });
});

describe('the shipped registry', () => {
  const shipped = (name: string): string =>
    readFileSync(join(packageRoot(), 'resources', 'service-registry', name), 'utf8').trimEnd();
  const { keys } = JSON.parse(shipped('keys.json')) as { keys: SignatureJwk[] };
  const source = JSON.parse(shipped('registry.json')) as Record<string, unknown>;
  const payload = (): Record<string, unknown> =>
    JSON.parse(Buffer.from(shipped('registry.jws').split('.')[1] ?? '', 'base64url').toString()) as never;

  it('is registry.json, signed with a key of keys.json', async () => {
    const { iat } = payload() as { iat: number };
    const clock = { ...systemClock, now: () => new Date(iat * 1_000) };
    const judged = await judgeRegistry({ jose: nodeJose, clock }, shipped('registry.jws'), {
      keys,
      loopbackOrigins: false,
    });
    const { iat: issued, exp, ...content } = payload() as unknown as RegistryClaims;
    expect(judged).toEqual({ claims: registryClaimsSchema.parse({ ...source, iat: issued, exp }) });
    expect(content).toEqual(source);
  });

  it('is in force, today and for the time a release is used', async () => {
    const log = recordingLog();
    const inForce = await openServiceRegistry({
      policy: NO_POLICY_FILE,
      stateDirectory: stateDirectory(),
      log,
    });
    expect(inForce.notices()).toEqual([]);
    expect(inForce.status()[0]?.inForce?.version).toBe(source['version']);
  });

  it('comes without a private key', () => {
    for (const name of ['keys.json', 'registry.json', 'registry.jws']) {
      expect(`${shipped(name)}${JSON.stringify(payload())}`).not.toMatch(/"(d|p|q|dp|dq|qi|k)":/);
    }
  });
});
