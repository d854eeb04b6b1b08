import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRegistrySource, type RegistryFile } from '../../../main/core/registry/registry-source.js';
import { servicesCalls } from '../../../main/electron/window-calls/services-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import type { JudgedAddress, ServicesFound, ShownRegistry, ShownSites } from '../../../main/ipc/services.js';
import { nodeJose } from '../../../main/node/jose.js';
import { openSiteMemory, type SiteStore } from '../../../main/node/site-memory.js';
import { systemClock } from '../../../main/node/system.js';
import type { RegistryService } from '../../../sdk/protocol/index.js';
import { serviceEntry, signingKey, signRegistry, type SigningKey } from '../../support/signed-registry.js';

const BANK = 'https://www.bank.example';
const JAPANESE = 'https://xn--wgv71a119e.example';

let key: SigningKey;
let directory: string;
let sites: SiteStore;
let pushes: string[];

beforeAll(async () => {
  key = await signingKey();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-window-'));
  sites = openSiteMemory(directory);
  pushes = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type FileParts = Pick<RegistryFile, 'kind'> & { readonly services?: readonly RegistryService[]; readonly jws?: string };

async function registryFile({ kind, services = [], jws }: FileParts): Promise<RegistryFile> {
  const signed = jws ?? (await signRegistry(key, { services: [...services] }));
  return {
    kind,
    name: `/etc/\u202E${kind}.jws`,
    trust: { keys: [key.jwk], loopbackOrigins: false },
    read: () => Promise.resolve(signed),
  };
}

/** The main window over registries made of `files`, the one that counts first before the others. */
async function openWindow(...files: readonly FileParts[]): Promise<ServeCall> {
  const environment = { jose: nodeJose, clock: systemClock, log: { event: () => undefined } };
  const source = await openRegistrySource(environment, await Promise.all(files.map(registryFile)));
  const client = { registry: () => Promise.resolve(source), sites };
  return serveCalls('main', servicesCalls({ client, push: (name) => void pushes.push(name) }));
}

async function answer<Answer>(calling: Promise<CallResult<unknown>>): Promise<Answer> {
  const result = await calling;
  if (!result.ok) throw new Error(result.error.code);
  return result.result as Answer;
}

async function code(calling: Promise<CallResult<unknown>>): Promise<string> {
  const result = await calling;
  return result.ok ? 'answered' : result.error.code;
}

const find = (call: ServeCall, text = '', page = 0): Promise<ServicesFound> =>
  answer(call('services.find', { text, page }));
const listSites = (call: ServeCall): Promise<ShownSites> => answer(call('services.sites', undefined));

describe('services as the window sees them', () => {
  it('say who, where, and whether their requests can be signed', async () => {
    const one = serviceEntry({ id: 'one', origins: [BANK], keys: [key.jwk] });
    const two = serviceEntry({ id: 'two', origins: [JAPANESE], operations: ['authenticate'] });
    const found = await find(await openWindow({ kind: 'shipped', services: [one, two] }));
    expect(found).toMatchObject({ found: 2, total: 2, page: 0, pages: 1 });
    expect(found.services).toMatchObject([
      { name: one.name, operator: one.operator, origins: [{ origin: BANK }], signs: true, registry: 'shipped' },
      {
        origins: [{ origin: JAPANESE, unicodeOrigin: 'https://日本語.example' }],
        operations: ['authenticate'],
        signs: false,
      },
    ]);
    expect(JSON.stringify(found)).not.toContain(key.jwk.kid);
    expect(structuredClone(found)).toEqual(found);
  });

  it('are those that count: an origin belongs to the first registry that lists it', async () => {
    const own = serviceEntry({ id: 'own', name: { ja: '管理者の', en: 'own' }, origins: [BANK] });
    const shipped = serviceEntry({ id: 'shipped', origins: [BANK, 'https://other.example'] });
    const hidden = serviceEntry({ id: 'hidden', origins: [JAPANESE] });
    const call = await openWindow(
      { kind: 'administrator', services: [own, serviceEntry({ id: 'more', origins: [JAPANESE] })] },
      { kind: 'shipped', services: [shipped, hidden] },
    );
    const { services } = await find(call);
    expect(services.map(({ registry, origins }) => [registry, origins.map(({ origin }) => origin)])).toEqual([
      ['administrator', [BANK]],
      ['administrator', [JAPANESE]],
      ['shipped', ['https://other.example']],
    ]);
  });

  it('of a registry that is refused are none', async () => {
    const stranger = await signRegistry(await signingKey(), { services: [serviceEntry({ id: 'a', origins: [BANK] })] });
    const call = await openWindow({ kind: 'administrator', jws: stranger });
    expect((await find(call)).total).toBe(0);
    expect(await answer<readonly ShownRegistry[]>(call('services.registries', undefined))).toEqual([
      { kind: 'administrator', shownName: '/etc/<U+202E>administrator.jws', fault: 'signature' },
    ]);
  });

  it('cannot hide what they are called', async () => {
    const name = { ja: '\u202E確認済み\n偽', en: 'a\u200Bb' };
    const call = await openWindow({ kind: 'shipped', services: [serviceEntry({ id: 'a', name, origins: [BANK] })] });
    expect((await find(call)).services[0]?.name).toEqual({ ja: '<U+202E>確認済み\ufffd偽', en: 'a<U+200B>b' });
  });

  it('are found by name, operator and address, whatever the width and case', async () => {
    const tax = serviceEntry({
      id: 'tax',
      name: { ja: 'ｅ－Ｔａｘ見本', en: 'Sample Tax' },
      origins: ['https://tax.example'],
    });
    const japanese = serviceEntry({ id: 'japanese', origins: [JAPANESE] });
    const call = await openWindow({ kind: 'shipped', services: [tax, japanese] });
    const ids = async (text: string) => (await find(call, text)).services.map(({ origins }) => origins[0]?.origin);
    expect(await ids('e-tax')).toEqual(['https://tax.example']);
    expect(await ids('  SAMPLE　tax ')).toEqual(['https://tax.example']);
    expect(await ids('日本語')).toEqual([JAPANESE]);
    expect(await ids('xn--wgv')).toEqual([JAPANESE]);
    expect(await ids('試験運営者 tax')).toEqual(['https://tax.example']);
    expect(await ids('.*')).toEqual([]);
  });

  it('come a page at a time: two thousand are quick, and a page behind the last is the last', async () => {
    const services = Array.from({ length: 2_000 }, (_, index) =>
      serviceEntry({ id: `s${index}`, origins: [`https://service-${index}.example`] }),
    );
    const call = await openWindow({ kind: 'shipped', services });
    const since = performance.now();
    const last = await find(call, '', 9_999);
    expect(last).toMatchObject({ page: 99, pages: 100, found: 2_000 });
    expect(last.services).toHaveLength(20);
    expect(last.services.at(-1)?.origins[0]?.origin).toBe('https://service-1999.example');
    expect((await find(call, 'service-1999')).found).toBe(1);
    // A hundred times what it takes.
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});

describe('what the person decided', () => {
  it('is listed with the names of the sites, and undone one by one', async () => {
    const service = serviceEntry({ id: 'bank', origins: [BANK] });
    const call = await openWindow({ kind: 'shipped', services: [service] });
    await sites.remember(BANK, 'authenticate');
    await sites.block('https://ads.example', true);
    await sites.block(JAPANESE, false);
    expect(await listSites(call)).toEqual({
      status: 'readable',
      sites: [
        { origin: 'https://ads.example', blocked: 'all', remembered: [] },
        { origin: BANK, blocked: 'no', remembered: ['authenticate'], name: service.name },
        { origin: JAPANESE, unicodeOrigin: 'https://日本語.example', blocked: 'unconfirmed', remembered: [] },
      ],
    });
    expect(await answer(call('services.unblock', { origin: 'https://ads.example' }))).toEqual({ done: true });
    expect(await answer(call('services.unblock', { origin: 'https://ads.example' }))).toEqual({ done: false });
    expect(await answer(call('services.forget', { origin: BANK }))).toEqual({ done: true });
    expect(sites.isBlocked('https://ads.example', true)).toBe(false);
    expect(sites.isRemembered(BANK, 'authenticate')).toBe(false);
    expect(sites.isBlocked(JAPANESE, false)).toBe(true);
    expect(pushes).toEqual(['services.changed', 'services.changed', 'services.changed']);
  });

  it('can be a new block, which holds at once', async () => {
    const call = await openWindow();
    expect(await answer(call('services.block', { origin: BANK }))).toEqual({ done: true });
    expect(sites.isBlocked(BANK, true)).toBe(true);
    expect(await answer(call('services.judgeAddress', { address: BANK }))).toMatchObject({ blocked: true });
  });

  it('is not guessed where its file is damaged, and begins anew only when told', async () => {
    const call = await openWindow();
    await sites.block(BANK, true);
    writeFileSync(join(directory, 'sites.json'), '{', { mode: 0o600 });
    expect(await listSites(call)).toEqual({ status: 'unusable' });
    expect(await code(call('services.unblock', { origin: BANK }))).toBe('ERR_INTERNAL_FILE');
    expect(await code(call('services.block', { origin: JAPANESE }))).toBe('ERR_INTERNAL_FILE');
    expect(readFileSync(join(directory, 'sites.json'), 'utf8')).toBe('{');
    expect(await answer(call('services.resetSites', undefined))).toEqual({ done: true });
    expect(await listSites(call)).toEqual({ status: 'readable', sites: [] });
  });
});

describe('an address a person enters', () => {
  const addresses: readonly (readonly [string, string])[] = [
    ['https://www.bank.example', BANK],
    [' https://www.bank.example/login?next=%2F#top ', BANK],
    ['www.bank.example', BANK],
    ['WWW.BANK.EXAMPLE/path', BANK],
    ['https://www.bank.example:443/', BANK],
    ['www.bank.example:8443', 'https://www.bank.example:8443'],
    ['https://日本語.example/', JAPANESE],
    ['ｗｗｗ．bank．example', BANK],
    ['http://localhost:3000', 'http://localhost:3000'],
  ];
  it.each(addresses)('%s is a site', async (address, origin) => {
    const judged = await answer<JudgedAddress>((await openWindow())('services.judgeAddress', { address }));
    expect(judged).toMatchObject({ status: 'site', origin, blocked: false });
  });

  const notAddresses = [
    '',
    ' ',
    'https://',
    'https://www.bank.example@evil.example',
    'www.bank.example@evil.example',
    'file:///etc/passwd',
    'madoguchi://open',
    'javascript://www.bank.example/%0aalert(1)',
    'data:text/html,x',
    'https://a b.example',
    'https://*.example',
  ];
  it.each(notAddresses)('%j is none', async (address) => {
    const judged = await answer<JudgedAddress>((await openWindow())('services.judgeAddress', { address }));
    expect(judged).toEqual({ status: 'no-address' });
  });

  it('of a registered service comes with its name', async () => {
    const service = serviceEntry({ id: 'bank', origins: [BANK] });
    const call = await openWindow({ kind: 'shipped', services: [service] });
    expect(await answer(call('services.judgeAddress', { address: BANK }))).toMatchObject({ name: service.name });
  });
});

describe('a page that something else controls', () => {
  const hostile: readonly (readonly [string, unknown, string])[] = [
    ['services.block', { origin: 'https://www.bank.example/' }, 'ERR_ORIGIN_NOT_ALLOWED'],
    ['services.block', { origin: 'https://WWW.bank.example' }, 'ERR_ORIGIN_NOT_ALLOWED'],
    ['services.block', { origin: 'null' }, 'ERR_ORIGIN_MISSING'],
    ['services.unblock', { origin: 'file://' }, 'ERR_ORIGIN_NOT_ALLOWED'],
    ['services.forget', { origin: 'https://*' }, 'ERR_ORIGIN_NOT_ALLOWED'],
    ['services.block', { origin: `https://${'a'.repeat(400)}` }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.block', { origin: BANK, confirmed: false }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.resetSites', { all: true }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.find', { text: 'x'.repeat(201), page: 0 }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.find', { text: '', page: -1 }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.find', { text: '', page: 0.5 }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.find', { text: '', page: Infinity }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.judgeAddress', { address: 'x'.repeat(2_049) }, 'ERR_PROTOCOL_MALFORMED'],
    ['services.remember', { origin: BANK }, 'ERR_PROTOCOL_MALFORMED'],
  ];
  it.each(hostile)('changes nothing with %s %j', async (name, request, expected) => {
    const call = await openWindow();
    expect(await code(call(name, request))).toBe(expected);
    expect(existsSync(join(directory, 'sites.json'))).toBe(false);
    expect(pushes).toEqual([]);
  });
});
