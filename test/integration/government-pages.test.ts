import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { historyFacts } from '../../main/core/history/history-entry.js';
import type { Policy } from '../../main/core/policy/policy.js';
import type { CardConnection, CardReaders } from '../../main/core/ports.js';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { openVirtualCard, TEST_HOLDER, virtualCardReaders, type VirtualCard } from '../../native/virtual-card/index.js';
import { commandSummary } from '../support/core-client.js';
import type { Person } from '../support/fake-interaction.js';
import {
  answerOf,
  base64OfHex,
  detailOf,
  digestInfoHex,
  governmentCore,
  logInRequest,
  OTHER_SITE,
  READ_ATTRIBUTES,
  signRequest,
  SITE,
  type GovernmentCore,
  type GovernmentCoreOptions,
} from '../support/government-core.js';
import { asker } from '../unit/bridge/fakes.js';

/** The government sites' own page protocol over bridge, core and virtual card. What counts is what the card saw. */
let root: string;
let card: VirtualCard;
let directory: string;
let opened: GovernmentCore | undefined;

const LOG_IN: Person = { decide: () => 'agreed', pins: ['1234'] };
const SIGN: Person = { decide: () => 'agreed', pins: ['ABC123'] };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'madoguchi-government-'));
  card = await openVirtualCard({ stateDirectory: join(root, 'card') });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  card.clearLog();
  directory = mkdtempSync(join(root, 'state-'));
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** With the mode on. */
async function open(person: Person, options: Partial<GovernmentCoreOptions> = {}): Promise<GovernmentCore> {
  await opened?.close();
  opened = governmentCore({ card, person, directory, ...options });
  await opened.settings.change('governmentSites', true);
  return opened;
}

function certificateOf(detail: Readonly<Record<string, unknown>>): X509Certificate {
  const { certificate } = detail;
  // Without padding, as those sites have it.
  expect(certificate).toMatch(/^[A-Za-z0-9+/]+$/);
  return new X509Certificate(Buffer.from(certificate as string, 'base64'));
}

function expectSigned(detail: Readonly<Record<string, unknown>>, signature: unknown, text: string, hash = 'sha256') {
  expect(signature).toMatch(/^[A-Za-z0-9+/]{342}==$/);
  const value = Buffer.from(signature as string, 'base64');
  expect(verify(hash, Buffer.from(text), certificateOf(detail).publicKey, value)).toBe(true);
}

/** Nothing but free reads, if anything. */
function expectUnused(): void {
  expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
}

function expectUntouched({ core }: GovernmentCore): void {
  expect(card.log).toEqual([]);
  expect(core.interaction.dialogs).toEqual([]);
}

describe('what a page gets', () => {
  it.each(['sha256', 'sha384', 'sha512'] as const)('logs in with %s, by the authentication key', async (hash) => {
    const { ask, core, ended } = await open(LOG_IN);
    const detail = detailOf(await ask(logInRequest('challenge', hash)));
    expect(Object.keys(detail)).toEqual(['mode', 'result', 'uuid', 'signature', 'certificate', 'combination_code']);
    expect(detail).toMatchObject({ mode: '01', result: '0' });
    expect(detail['uuid']).toMatch(/^[0-9a-f]{32}$/);
    expect(detail['combination_code']).toMatch(/^[0-9a-f]{64}$/);
    expectSigned(detail, detail['signature'], 'challenge', hash);
    const [dialog] = core.interaction.dialogs;
    expect(dialog?.consent).toMatchObject({
      operation: 'authenticate',
      governmentPage: 'go-jp',
      requester: { origin: SITE, route: 'extension', confirmed: true },
      disclosed: ['serial-number', 'site-identifier'],
      items: [{ kind: 'digest', name: '', digest: createHash(hash).update('challenge').digest('hex') }],
    });
    expect(dialog?.consent.remembered).toBeUndefined();
    const [facts] = ended.map(historyFacts);
    expect(facts).toMatchObject({ governmentPage: true, result: { status: 'done' }, requester: { origin: SITE } });
    expect(facts?.disclosed).toContain('site-identifier');
  });

  it.each([1, 20])('has %i values signed with one PIN, without a separate step', async (count) => {
    const { ask, core } = await open(SIGN);
    const texts = Array.from({ length: count }, (_, index) => `document ${index}`);
    const detail = detailOf(await ask(signRequest(texts)));
    const signatures = detail['signature'] as readonly string[];
    expect(signatures).toHaveLength(count);
    texts.forEach((text, index) => expectSigned(detail, signatures[index], text));
    expect(detail['uuid'] ?? detail['combination_code']).toBeUndefined();
    const [dialog] = core.interaction.dialogs;
    expect(dialog?.separateStepAsked).toBe(false);
    expect(dialog?.consent.items.map(({ name }) => name)).toEqual(texts.map((_, index) => String(index + 1)));
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: count });
  });

  it('answers one value with one', async () => {
    const { ask } = await open(SIGN);
    const digest = base64OfHex(digestInfoHex('alone'));
    const detail = detailOf(await ask({ mode: '02', service_id: '01', digest }));
    expectSigned(detail, detail['signature'], 'alone');
  });

  it('gets the four attributes, and never the My Number', async () => {
    const { ask, core } = await open(LOG_IN);
    const detail = detailOf(await ask(READ_ATTRIBUTES));
    const text = (name: string) => Buffer.from(detail[name] as string, 'hex').toString('utf8');
    expect(['name', 'sex', 'address', 'birthday'].map(text)).toEqual([
      TEST_HOLDER.name,
      TEST_HOLDER.sex,
      TEST_HOLDER.address,
      TEST_HOLDER.birthDate,
    ]);
    expect(detail['name']).toMatch(/^[0-9a-f]+$/);
    expect(core.interaction.dialogs[0]?.consent.attributes?.map(({ required }) => required)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    expect(card.log.filter(({ application, fileId }) => application === 'text' && fileId === 1)).toEqual([]);
  });

  it('may have members that nobody knows', async () => {
    const { ask } = await open(LOG_IN);
    expect(detailOf(await ask({ ...logInRequest('x'), version: 3, extra: { a: [1] } }))['result']).toBe('0');
  });
});

describe('refused before consent: no dialog and not one APDU', () => {
  const valid = digestInfoHex('x');
  const withDigest = (hex: string): object => ({ mode: '01', service_id: '01', digest: base64OfHex(hex) });

  it.each<[string, string]>([
    ['another domain', 'https://example.com'],
    ['a domain that begins so', 'https://go.jp.example'],
    ['a domain that ends so', 'https://evilgo.jp'],
    ['the suffix itself', 'https://go.jp'],
    ['another suffix of Japan', 'https://www.tax.co.jp'],
    ['an encoded label', 'https://xn--fiqs8s.go.jp'],
    ['a dot at the end', 'https://login.tax.go.jp.'],
    ['an empty label', 'https://login..go.jp'],
    ['an underscore', 'https://_a.go.jp'],
    ['another port', 'https://login.tax.go.jp:8443'],
    ['http:', 'http://login.tax.go.jp'],
    ['a user', 'https://user@login.tax.go.jp'],
    ['an upper-case name', 'https://LOGIN.tax.go.jp'],
    ['a path', 'https://login.tax.go.jp/'],
    ['no origin', 'null'],
    ['the extension itself', 'chrome-extension://jookiaoicdnbmkpebimjhjhjcphohcki'],
  ])('from %s', async (_what, origin) => {
    const stage = await open(LOG_IN);
    expect(await stage.ask(logInRequest('relayed from a site that may ask'), origin)).toMatchObject({
      code: expect.stringMatching(/^ERR_ORIGIN_/) as string,
    });
    expectUntouched(stage);
  });

  it.each<[string, unknown]>([
    ['a megabyte', JSON.stringify({ ...logInRequest('x'), more: 'a'.repeat(1024 * 1024) })],
    ['a little too much', JSON.stringify({ ...logInRequest('x'), more: 'a'.repeat(65_536) })],
    ['nothing', ''],
    ['no JSON', 'launchApp'],
    ['JSON with something behind it', `${JSON.stringify(logInRequest('x'))}}`],
    ['a text', '"01"'],
    ['a list', JSON.stringify([logInRequest('x')])],
    ['null', 'null'],
    ['deep nesting', `${'['.repeat(60)}${']'.repeat(60)}`],
    ['no mode', { service_id: '01', digest: base64OfHex(valid) }],
    ['a number as the mode', { ...logInRequest('x'), mode: 1 }],
    ['another mode', { ...logInRequest('x'), mode: '03' }],
    ['the mode that closes', { ...logInRequest('x'), mode: '05' }],
    ['another service', { ...logInRequest('x'), service_id: '02' }],
    ['a number as the digest', { ...logInRequest('x'), digest: 1 }],
    ['an object as the digest', { ...logInRequest('x'), digest: { length: 1, 0: 'x' } }],
    ['a list of digests to log in with', { ...logInRequest('x'), digest: [base64OfHex(valid)] }],
    ['a list in a list', { mode: '02', service_id: '01', digest: [[base64OfHex(valid)]] }],
    ['a member twice', `{"mode":"01","mode":"01","service_id":"01","digest":"${base64OfHex(valid)}"}`],
    ['a member twice, escaped', `{"mode":"01","\\u006dode":"01","service_id":"01","digest":"${base64OfHex(valid)}"}`],
    ['a prototype', `{"__proto__":{"mode":"01"},"service_id":"01","digest":"${base64OfHex(valid)}"}`],
    ['a prototype besides', `{"__proto__":{},"mode":"01","service_id":"01","digest":"${base64OfHex(valid)}"}`],
    ['a constructor', `{"constructor":{},"mode":"01","service_id":"01","digest":"${base64OfHex(valid)}"}`],
    ['no value to sign', { mode: '02', service_id: '01', digest: [] }],
    ['21 values to sign', signRequest(Array.from({ length: 21 }, (_, index) => `${index}`))],
    ['one value of two that is none', { mode: '02', service_id: '01', digest: [base64OfHex(valid), 'AAAA'] }],
    ['a bare digest', withDigest(valid.slice(-64))],
    ['octets behind the DigestInfo', withDigest(`${valid}00`)],
    ['octets before it', withDigest(`00${valid}`)],
    ['a digest too short', withDigest(valid.slice(0, -2))],
    ['MD5', withDigest(`3020300c06082a864886f70d020505000410${'00'.repeat(16)}`)],
    ['SHA-224', withDigest(`302d300d06096086480165030402040500041c${'00'.repeat(28)}`)],
    ['SHA-256 with the length of SHA-1', withDigest(`3025300d060960864801650304020105000414${'00'.repeat(20)}`)],
    ['a length in BER', withDigest(valid.replace(/^3031/, '308131'))],
    ['an indefinite length', withDigest(`${valid.replace(/^3031/, '3080')}0000`)],
    ['no NULL', withDigest(`302f300b0609608648016503040201${valid.slice(34)}`)],
    ['another parameter', withDigest(valid.replace('020105000420', '020104000420'))],
    ['base64 without padding', { ...logInRequest('x'), digest: base64OfHex(`${valid}00`).replace(/=+$/, '') }],
    ['base64 for addresses', { mode: '01', service_id: '01', digest: 'MDEwDQYJYIZIAWUDBAIBBQAEI_-_' }],
    ['SHA-1', logInRequest('x', 'sha1')],
  ])('%s', async (_what, request) => {
    const stage = await open({ decide: () => 'agreed', pins: ['1234', 'ABC123'] });
    expect(await stage.ask(request)).toMatchObject({
      code: expect.stringMatching(/^ERR_(?:PROTOCOL_(?:MALFORMED|BODY_TOO_LARGE)|POLICY_OPERATION)$/) as string,
    });
    expectUntouched(stage);
  });

  it('while the mode is off, which it is as shipped', async () => {
    opened = governmentCore({ card, person: LOG_IN, directory });
    expect(await opened.ask(logInRequest('x'))).toEqual({ code: 'ERR_POLICY_OPERATION' });
    expectUntouched(opened);
  });

  it.each(['loopback', 'redirect'] as const)('by %s', async (route) => {
    const stage = await open(LOG_IN);
    const opening = await stage.bridge.governmentPages.open(asker(SITE, { route }), JSON.stringify(logInRequest('x')));
    expect(opening).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_ROUTE' } });
    const contract = await stage.bridge.openSession(asker(SITE, { route: 'loopback' }), logInRequest('x'));
    expect(contract).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_MALFORMED' } });
    expectUntouched(stage);
  });

  it.each<[string, Partial<Policy>, object]>([
    ['everything is to be encrypted', { requireEncryption: true }, logInRequest('x')],
    ['only listed sites may sign', { unlistedSigning: 'refuse' }, signRequest(['x'])],
    ['one item at a time', { signItems: 1 }, signRequest(['x', 'y'])],
    ['the site is blocked', { blockedOrigins: [SITE] }, logInRequest('x')],
    ['others alone may ask', { allowedOrigins: [OTHER_SITE] }, logInRequest('x')],
  ])('where an administrator says that %s', async (_what, policy, request) => {
    const stage = await open(LOG_IN, { policy });
    expect(await stage.ask(request)).toMatchObject({ code: expect.stringMatching(/^ERR_POLICY_/) as string });
    expectUntouched(stage);
  });

  it('from a site that the person has blocked', async () => {
    const stage = await open({ decide: () => ({ answer: 'refused', block: true }) });
    expect(await stage.ask(logInRequest('x'))).toEqual({ code: 'ERR_USER_REFUSED' });
    expectUnused();
    card.clearLog();
    stage.core.interaction.dialogs.length = 0;
    expect(await stage.ask(logInRequest('x'))).toEqual({ code: 'ERR_USER_BLOCKED' });
    expectUntouched(stage);
  });
});

describe('what an administrator may let through', () => {
  it('an exact origin, at its port', async () => {
    const added = 'https://apply.example:8443';
    const { ask, core, sites } = await open(LOG_IN, {
      policy: { governmentOrigins: [added, 'http://localhost:3000'] },
    });
    expect(detailOf(await ask(logInRequest('x'), added))['result']).toBe('0');
    expect(core.interaction.dialogs[0]?.consent.governmentPage).toBe('added');
    expect(await ask(logInRequest('x'), 'https://apply.example')).toEqual({ code: 'ERR_ORIGIN_NOT_ALLOWED' });
    expect(await ask(logInRequest('x'), 'http://localhost:3000')).toEqual({ code: 'ERR_ORIGIN_NOT_ALLOWED' });
    expect(sites.status().origins).toEqual([added]);
  });

  it('SHA-1, which the person is told', async () => {
    const { ask, core } = await open(LOG_IN, { policy: { governmentSha1: 'allow' } });
    const detail = detailOf(await ask(logInRequest('x', 'sha1')));
    expectSigned(detail, detail['signature'], 'x', 'sha1');
    expect(core.interaction.dialogs[0]?.consent.items).toMatchObject([{ algorithm: 'SHA-1' }]);
  });
});

describe('refused later: no signature leaves', () => {
  it('by the person, without a PIN try', async () => {
    const { ask } = await open({ decide: () => 'refused' });
    expect(await ask(signRequest(['x']))).toEqual({ code: 'ERR_USER_REFUSED' });
    expectUnused();
  });

  it('with a wrong PIN, of which the page learns nothing', async () => {
    const { ask } = await open({ decide: () => 'agreed', pins: ['9999'] });
    // What every cause in hardware, card and PIN is called to a page.
    expect(await ask(logInRequest('x'))).toEqual({ code: 'ERR_CARD_UNAVAILABLE' });
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 0 });
    // The try is given back.
    const { ask: again } = await open(LOG_IN);
    expect(detailOf(await again(logInRequest('x')))['result']).toBe('0');
  });

  it.each(['next-card', 'android'] as const)('with a card that cannot: %s', async (profile) => {
    const other = await openVirtualCard({ stateDirectory: join(root, 'card'), profile });
    const { ask, core } = await open(LOG_IN, { card: other });
    expect(await ask(logInRequest('x'))).toEqual({ code: 'ERR_USER_REFUSED' });
    expect(commandSummary(other)).toMatchObject({ verifies: 0, signatures: 0 });
    const code = profile === 'android' ? 'ERR_CARD_UNSUPPORTED' : 'ERR_SIGN_ALGORITHM';
    expect(core.interaction.dialogs[0]?.preparations.at(-1)).toMatchObject({ status: 'failed', code });
  });

  it('where the signature does not hold under the certificate', async () => {
    const { ask, core } = await open(SIGN, { cardReaders: forgingReaders(card) });
    const answer = await ask(signRequest(['x', 'y']));
    expect(answer).toMatchObject({ code: expect.stringMatching(/^ERR_/) as string });
    expect(core.interaction.dialogs[0]?.outcome).toMatchObject({ code: 'ERR_SIGN_MISMATCH' });
    // Not one more was asked for.
    expect(commandSummary(card).signatures).toBe(1);
  });

  it.each(['decide', 'beforePin'] as const)('where the mode is turned off at %s', async (stage) => {
    const turnOff = async (): Promise<void> => {
      await opened?.settings.change('governmentSites', false);
    };
    const decide = async (): Promise<'agreed'> => {
      if (stage === 'decide') await turnOff();
      return 'agreed';
    };
    const { ask } = await open({ decide, pins: ['1234'], ...(stage === 'beforePin' && { beforePin: turnOff }) });
    expect(await ask(logInRequest('x'))).toEqual({ code: 'ERR_POLICY_OPERATION' });
    expectUnused();
  });

  it('where it is turned off before the page has fetched what was made', async () => {
    const { bridge, settings, core } = await open(LOG_IN);
    const opening = await bridge.governmentPages.open(
      asker(SITE, { route: 'extension' }),
      JSON.stringify(logInRequest('x')),
    );
    if (!opening.ok) throw new Error(opening.error.code);
    while (!core.interaction.dialogs[0]?.outcome) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await settings.change('governmentSites', false);
    expect(await answerOf(bridge, SITE, opening.result.sessionId)).toEqual({ code: 'ERR_POLICY_OPERATION' });
  });

  it('where it is turned off while the request waits behind another', async () => {
    let decide: (answer: 'refused') => void = () => undefined;
    const { bridge, settings, core } = await open({ decide: () => new Promise((resolve) => (decide = resolve)) });
    const page = asker(SITE, { route: 'extension' });
    const ids: string[] = [];
    for (const text of ['first', 'second']) {
      const opening = await bridge.governmentPages.open(page, JSON.stringify(logInRequest(text)));
      if (opening.ok) ids.push(opening.result.sessionId);
    }
    while (!core.interaction.dialogs[0]?.decided) await new Promise((resolve) => setTimeout(resolve, 5));
    await settings.change('governmentSites', false);
    const answers = await Promise.all(ids.map((id) => answerOf(bridge, SITE, id)));
    expect(answers).toEqual([{ code: 'ERR_POLICY_OPERATION' }, { code: 'ERR_POLICY_OPERATION' }]);
    decide('refused');
    expect(core.interaction.dialogs).toHaveLength(1);
    expectUnused();
  });
});

describe('sessions', () => {
  it('are known to their origin, by their protocol, and once', async () => {
    const { bridge } = await open(LOG_IN);
    const opening = await bridge.governmentPages.open(
      asker(SITE, { route: 'extension' }),
      JSON.stringify(logInRequest('x')),
    );
    if (!opening.ok) throw new Error(opening.error.code);
    const { sessionId } = opening.result;
    const options = { waitSeconds: 0, signal: new AbortController().signal };
    const unknown = { ok: false, error: { code: 'ERR_PROTOCOL_SESSION_UNKNOWN' } };
    expect(await bridge.governmentPages.poll(OTHER_SITE, sessionId, options)).toMatchObject(unknown);
    expect(await bridge.poll(SITE, sessionId, options)).toMatchObject(unknown);
    expect(bridge.cancel(SITE, sessionId)).toMatchObject(unknown);
    expect(bridge.governmentPages.cancel(OTHER_SITE, sessionId)).toMatchObject(unknown);
    expect(await answerOf(bridge, SITE, sessionId)).toHaveProperty('detail');
    expect(await bridge.governmentPages.poll(SITE, sessionId, options)).toMatchObject(unknown);
  });

  it('end when the page cancels, with the dialog', async () => {
    let sessionId = '';
    const { bridge, core } = await open({
      decide: () => {
        expect(bridge.governmentPages.cancel(SITE, sessionId)).toEqual({ ok: true, result: {} });
        return 'agreed';
      },
      pins: ['1234'],
    });
    const opening = await bridge.governmentPages.open(
      asker(SITE, { route: 'extension' }),
      JSON.stringify(logInRequest('x')),
    );
    if (opening.ok) ({ sessionId } = opening.result);
    while (core.interaction.dialogs[0]?.outcome === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(core.interaction.dialogs[0].outcome).toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expectUnused();
  });

  it('of the contract are none of this protocol', async () => {
    const { bridge } = await open({ decide: () => 'refused' });
    const opening = await bridge.openSession(asker(SITE, { route: 'extension' }), {
      operation: 'authenticate',
      challengeNonce: 'n'.repeat(44),
    });
    if (!opening.ok) throw new Error(opening.error.code);
    expect(await answerOf(bridge, SITE, opening.result.sessionId)).toEqual({ code: 'ERR_PROTOCOL_SESSION_UNKNOWN' });
  });
});

/** Every signature comes back with one bit changed. */
function forgingReaders(forged: VirtualCard): CardReaders {
  const readers = translatedCardReaders(virtualCardReaders(forged));
  return {
    list: (options) => readers.list(options),
    changed: (signal) => readers.changed(signal),
    close: () => readers.close(),
    async connect(name, options) {
      const connection = await readers.connect(name, options);
      const forging: CardConnection = {
        atr: connection.atr,
        disconnect: (disposition) => connection.disconnect(disposition),
        async transmit(command) {
          const isSignature = command[1] === 0x2a;
          const response = Uint8Array.from(await connection.transmit(command));
          if (isSignature && response[200] !== undefined) response[200] ^= 1;
          return response;
        },
      };
      return forging;
    },
  };
}
