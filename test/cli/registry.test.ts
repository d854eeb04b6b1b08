import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madoguchi } from '../support/command-line.js';
import { serviceEntry, signingKey, signRegistry, type SigningKey } from '../support/signed-registry.js';

const ROOT = join(import.meta.dirname, '../..');
const SHIPPED = join(ROOT, 'resources', 'service-registry');

let folder: string;
let key: SigningKey;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-registry-command-'));
  key = await signingKey();
  const services = [serviceEntry({ id: 'local', origins: ['http://localhost:3000'] })];
  writeFileSync(at('registry.jws'), await signRegistry(key, { services }));
  writeFileSync(at('stranger.jws'), await signRegistry(await signingKey(), { services }));
  writeFileSync(at('keys.json'), JSON.stringify({ keys: [key.jwk] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ exitCode: number | null; stderr: string; answer: never }> {
  const env = { MADOGUCHI_STATE_DIRECTORY: at('state') };
  const { exitCode, stdout, stderr } = await madoguchi([...args, '--json'], { env });
  return { exitCode, stderr, answer: JSON.parse(stdout) as never };
}

describe('madoguchi registry', () => {
  it('shows what is in force', async () => {
    const { exitCode, answer } = await run('registry', 'show');
    const { version } = JSON.parse(readFileSync(join(SHIPPED, 'registry.json'), 'utf8')) as { version: number };
    expect(exitCode).toBe(0);
    expect(answer).toMatchObject({ result: [{ kind: 'shipped', inForce: { version }, problem: null }] });
  });

  it('accepts a registry, and says whom it is good for', async () => {
    const { exitCode, answer } = await run('registry', 'check', at('registry.jws'), '--keys', at('keys.json'));
    expect(exitCode).toBe(0);
    expect(answer).toMatchObject({ result: { accepted: true, services: [{ id: 'local' }], developerModeOnly: true } });
  });

  it('refuses a registry with an exit code', async () => {
    const { exitCode, answer } = await run('registry', 'check', at('stranger.jws'), '--keys', at('keys.json'));
    expect(exitCode).toBe(1);
    expect(answer).toMatchObject({ result: { accepted: false, fault: 'signature' } });
    expect((await run('registry', 'check', at('missing.jws'), '--keys', at('keys.json'))).exitCode).toBe(74);
  });
});

describe('madoguchi serve --registry', () => {
  const OWN = (): string[] => ['--registry', at('registry.jws'), '--registry-keys', at('keys.json')];

  it.each([
    ['outside developer mode', () => ['serve', ...OWN()]],
    ['without keys', () => ['serve', '--developer-mode', ...OWN().slice(0, 2)]],
    ['without a registry', () => ['serve', '--developer-mode', ...OWN().slice(2)]],
  ])('is wrong usage %s', async (_, args) => {
    const { exitCode, answer } = await run(...args());
    expect(exitCode).toBe(2);
    expect(answer).toMatchObject({ error: { code: 'ERR_PROTOCOL_MALFORMED' } });
  });
});

describe('tools/registry.js', () => {
  const tool = (...args: string[]): number | null =>
    spawnSync(process.execPath, [join(ROOT, 'tools', 'registry.js'), ...args], { stdio: 'ignore' }).status;

  it('makes a key and signs what the client then accepts', async () => {
    expect(tool('create-key', at('private.jwk'), at('public.json'))).toBe(0);
    expect(readFileSync(at('public.json'), 'utf8')).not.toContain('"d"');
    const source = join(SHIPPED, 'registry.json');
    expect(tool('sign', at('private.jwk'), source, at('public.json'), at('signed.jws'), '30')).toBe(0);
    expect(tool('check', at('signed.jws'), at('public.json'))).toBe(0);
    expect((await run('registry', 'check', at('signed.jws'), '--keys', at('public.json'))).exitCode).toBe(0);
  });

  it('keeps nothing that the client would not accept', () => {
    writeFileSync(at('bad.json'), JSON.stringify({ version: 0, services: [], verifiers: [] }));
    tool('create-key', at('another.jwk'), at('another.json'));
    expect(tool('sign', at('another.jwk'), at('bad.json'), at('another.json'), at('bad.jws'))).toBe(1);
    expect(() => readFileSync(at('bad.jws'))).toThrow();
    expect(() => readFileSync(at('bad.jws.unchecked'))).toThrow();
  });

  it('overwrites no key, and puts no private one into the repository', () => {
    writeFileSync(at('precious.jwk'), 'precious');
    expect(tool('create-key', at('precious.jwk'), at('other.json'))).toBe(1);
    expect(readFileSync(at('precious.jwk'), 'utf8')).toBe('precious');
    expect(tool('create-key', join(SHIPPED, 'private.jwk'), at('other.json'))).toBe(1);
    expect(() => readFileSync(join(SHIPPED, 'private.jwk'))).toThrow();
  });
});
