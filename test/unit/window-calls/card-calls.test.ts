import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { ReaderInfo } from '../../../main/core/ports.js';
import { cardCalls, type CardCallContext } from '../../../main/electron/window-calls/card-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import type { AttributeReading, CardView, ShownCertificateDetails } from '../../../main/ipc/card.js';
import { coreClient, type CoreClient } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { CardFactory } from '../../support/virtual-card.js';

let factory: CardFactory;
let folder: string;
let end: AbortController;
let pushes: string[];
let savePath: string | undefined;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-window-'));
  end = new AbortController();
  pushes = [];
  savePath = join(folder, 'certificate.cer');
});
afterEach(() => {
  end.abort();
  rmSync(folder, { recursive: true, force: true });
});

interface Window {
  readonly client: CoreClient;
  readonly call: ServeCall;
}

type ClientParts = Partial<CardCallContext['client']>;

/** The main window over the core and a virtual card that nobody used yet. */
async function openWindow(
  person: Person = {},
  parts: (client: CoreClient) => ClientParts = () => ({}),
): Promise<Window> {
  const client = coreClient({ card: await factory.newCard(), person });
  const handlers = cardCalls({
    client: { ...client, ...parts(client) },
    desktop: { chooseSavePath: () => Promise.resolve(savePath) },
    language: () => 'ja',
    push: (name) => void pushes.push(name),
    signal: end.signal,
  });
  return { client, call: serveCalls('main', handlers) };
}

async function answer<Answer>(calling: Promise<CallResult<unknown>>): Promise<Answer> {
  const result = await calling;
  if (!result.ok) throw new Error(result.error.code);
  return result.result as Answer;
}

async function refusal(calling: Promise<CallResult<unknown>>) {
  const result = await calling;
  if (result.ok) throw new Error('it was answered');
  return result.error;
}

const look = (call: ServeCall, request: object = {}): Promise<CardView> => answer(call('card.look', request));

/** Lets what was begun come to its first wait. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('the card as the window sees it', () => {
  it('is what the card tells, without a PIN and without what a window must not have', async () => {
    const { call, client } = await openWindow();
    const view = await look(call);
    expect(view).toMatchObject({
      status: 'ready',
      card: {
        medium: 'my-number-card',
        testCard: true,
        pins: {
          authentication: { status: 'tries-left', triesLeft: 3 },
          signing: { status: 'tries-left', triesLeft: 5 },
        },
        certificates: { authentication: { status: 'readable', state: 'in-force' }, signing: { status: 'pin-needed' } },
      },
    });
    expect(structuredClone(view)).toEqual(view);
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(client.interaction.dialogs).toEqual([]);
  });

  it('is none where there is no reader or no card, at once', async () => {
    const without = await openWindow({}, (core) => ({
      readers: { ...core.readers, list: () => Promise.resolve([]) },
    }));
    expect(await look(without.call)).toEqual({ status: 'no-reader' });
    const { call, client } = await openWindow();
    client.readers.removeCard();
    expect(await look(call)).toMatchObject({ status: 'no-card', readers: [{}] });
  });

  it('has to be chosen among several, and a reader that is not there is none of them', async () => {
    const several = (core: CoreClient): ClientParts => ({
      readers: {
        list: async () => {
          const [own] = await core.readers.list();
          const other = { name: 'other \u202Emoc.live', cardPresent: true, virtual: false, insertion: 1 };
          return [own as ReaderInfo, other];
        },
        changed: (signal) => core.readers.changed(signal),
        connect: (name, options) => core.readers.connect(name, options),
        close: () => core.readers.close(),
      },
    });
    const { call } = await openWindow({}, several);
    const view = await look(call);
    expect(view).toMatchObject({ status: 'several' });
    const [own, other] = view.status === 'several' ? view.readers : [];
    expect(other?.shownName).toBe('other <U+202E>moc.live');
    expect(await look(call, { reader: own?.id })).toMatchObject({ status: 'ready' });
    expect(await look(call, { reader: 'no such reader' })).toMatchObject({ status: 'several' });
  });

  it('is looked at once at a time: an earlier look that waits ends', async () => {
    let looks = 0;
    const { call } = await openWindow({}, (core) => ({
      inspection: {
        ...core.inspection,
        inspect(choose, signal) {
          looks += 1;
          if (looks > 1) return core.inspection.inspect(choose, signal);
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new ClientError('ERR_USER_CANCELLED', 'another look')));
          });
        },
      },
    }));
    const first = refusal(call('card.look', {}));
    await settle();
    expect(await look(call)).toMatchObject({ status: 'ready' });
    expect((await first).code).toBe('ERR_USER_CANCELLED');
  });
});

describe('watching the readers', () => {
  it('tells of a card that goes and comes, only while it is wanted', async () => {
    const { call, client } = await openWindow();
    client.readers.removeCard();
    expect(pushes).toEqual([]);
    await call('card.watch', undefined);
    client.readers.insertCard();
    await expect.poll(() => pushes).toEqual(['card.changed']);
    await call('card.unwatch', undefined);
    client.readers.removeCard();
    await settle();
    expect(pushes).toEqual(['card.changed']);
  });

  it('does not count uses of the card, and is not doubled by a second wish', async () => {
    const { call, client } = await openWindow();
    await call('card.watch', undefined);
    await call('card.watch', undefined);
    await look(call);
    await settle();
    expect(pushes).toEqual([]);
    client.readers.removeCard();
    await expect.poll(() => pushes).toEqual(['card.changed']);
  });

  it('ends with the app', async () => {
    const { call, client } = await openWindow();
    await call('card.watch', undefined);
    end.abort();
    client.readers.removeCard();
    await settle();
    expect(pushes).toEqual([]);
  });

  it('does not turn in circles where the service cannot be watched', async () => {
    let lists = 0;
    const { call } = await openWindow({}, (core) => ({
      readers: {
        ...core.readers,
        list: () => {
          lists += 1;
          return Promise.reject(new Error('gone'));
        },
        changed: () => Promise.reject(new Error('gone')),
      },
    }));
    await call('card.watch', undefined);
    await settle();
    expect(lists).toBe(1);
    expect(pushes).toEqual([]);
  });
});

describe('a certificate', () => {
  it('is described without its holder and without its number', async () => {
    const { call } = await openWindow({ decide: () => 'agreed', pins: ['ABC123'] });
    const details = await answer<ShownCertificateDetails>(call('card.describeCertificate', { kind: 'signing' }));
    expect(Object.keys(details).sort()).toEqual(['authority', 'issuer', 'keyUsage', 'kind', 'policies', 'validity']);
    expect(details).toMatchObject({ kind: 'signing', issuer: 'test', validity: { state: 'in-force' } });
  });

  it('is written where the person chose, whole, for this user alone', async () => {
    const { call } = await openWindow();
    writeFileSync(savePath ?? '', 'what the person agreed to replace');
    const request = { kind: 'authentication', encoding: 'der' };
    expect(await answer(call('card.exportCertificate', request))).toEqual({
      status: 'saved',
      shownName: 'certificate.cer',
    });
    const der = readFileSync(savePath ?? '');
    expect(der[0]).toBe(0x30);
    expect(statSync(savePath ?? '').mode & 0o077).toBe(0);
    savePath = join(folder, 'certificate.pem');
    await answer(call('card.exportCertificate', { ...request, encoding: 'pem' }));
    const pem = readFileSync(savePath, 'utf8');
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect(Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64')).toEqual(der);
    expect(readdirSync(folder)).toEqual(['certificate.cer', 'certificate.pem']);
  });

  it('of an authority needs no PIN; the signing certificate needs its own, in a dialog that says what is in it', async () => {
    const { call, client } = await openWindow({ decide: () => 'agreed', pins: ['ABC123'] });
    await answer(call('card.exportCertificate', { kind: 'signing-ca', encoding: 'der' }));
    expect(client.interaction.dialogs).toEqual([]);
    await answer(call('card.exportCertificate', { kind: 'signing', encoding: 'der' }));
    expect(client.interaction.dialogs.map(({ consent }) => consent)).toMatchObject([
      { operation: 'read-certificate', pinRole: 'signing', disclosed: ['four-attributes', 'serial-number'] },
    ]);
  });

  it('asks for no PIN where the person names no place', async () => {
    savePath = undefined;
    const { call, client } = await openWindow();
    const request = { kind: 'signing', encoding: 'der' };
    expect(await answer(call('card.exportCertificate', request))).toEqual({ status: 'cancelled' });
    expect(client.interaction.dialogs).toEqual([]);
  });

  it('that cannot be written leaves what was there, and an error that says nothing about the holder', async () => {
    const { call } = await openWindow({ decide: () => 'agreed', pins: ['ABC123'] });
    savePath = join(folder, 'no such folder', 'certificate.cer');
    const error = await refusal(call('card.exportCertificate', { kind: 'signing', encoding: 'pem' }));
    expect(error.code).toBe('ERR_INTERNAL_FILE');
    expect(error.details['errno']).toBe('ENOENT');
    expect(JSON.stringify(error)).not.toMatch(/BEGIN CERTIFICATE|[\u3040-\u30ff\u4e00-\u9fff]/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('attributes', () => {
  it('come with their checks, after a consent and a PIN', async () => {
    const { call, client } = await openWindow({ decide: () => 'agreed', pins: ['1234'] });
    const reading = await answer<AttributeReading>(call('card.readAttributes', { pinRole: 'profile' }));
    expect(Object.keys(reading.attributes).sort()).toEqual(['address', 'birthDate', 'gender', 'name']);
    expect(reading.checks).toEqual({ digest: 'matches', signature: 'holds', issuer: 'not-checked' });
    expect(client.interaction.dialogs[0]?.consent).toMatchObject({ operation: 'read-attributes', pinRole: 'profile' });
  });

  it('are not read for a page that was left: the dialog ends', async () => {
    let signal: AbortSignal | undefined;
    const { call, client } = await openWindow({
      beforeOpen: (_consent, given) => (signal = given),
      decide: () => new Promise((resolve) => signal?.addEventListener('abort', () => resolve('agreed'))),
      pins: ['1234'],
    });
    const reading = refusal(call('card.readAttributes', { pinRole: 'profile' }));
    await expect.poll(() => client.interaction.dialogs.length).toBe(1);
    await settle();
    await call('card.stop', undefined);
    expect((await reading).code).toBe('ERR_USER_CANCELLED');
    expect(client.interaction.dialogs[0]?.prompts).toEqual([]);
    expect(await look(call)).toMatchObject({ card: { pins: { profile: { triesLeft: 3 } } } });
  });
});

describe('a PIN', () => {
  it('is changed in a dialog of its own', async () => {
    const { call } = await openWindow({ decide: () => 'agreed', pins: ['1234'], newPins: ['5739', '5739'] });
    await answer(call('card.changePin', { pinRole: 'authentication' }));
    expect(await look(call)).toMatchObject({ card: { pins: { authentication: { triesLeft: 3 } } } });
  });

  it('that was wrong costs a try, which shows', async () => {
    const { call } = await openWindow({ decide: () => 'agreed', pins: ['9999'], newPins: ['5739', '5739'] });
    expect((await refusal(call('card.changePin', { pinRole: 'authentication' }))).code).toBe('ERR_PIN_INCORRECT');
    expect(await look(call)).toMatchObject({ card: { pins: { authentication: { triesLeft: 2 } } } });
  });

  it('is used by one thing at a time', async () => {
    let decide: (answer: 'refused') => void = () => undefined;
    const { call, client } = await openWindow({ decide: () => new Promise((resolve) => (decide = resolve)) });
    const first = refusal(call('card.changePin', { pinRole: 'signing' }));
    await expect.poll(() => client.interaction.dialogs[0]?.decided).toBe(true);
    expect((await refusal(call('card.readAttributes', { pinRole: 'profile' }))).code).toBe('ERR_PROTOCOL_BUSY');
    decide('refused');
    expect((await first).code).toBe('ERR_USER_REFUSED');
  });
});

describe('a page that something else controls', () => {
  const hostile: readonly (readonly [string, unknown])[] = [
    ['card.changePin', { pinRole: 'number-b' }],
    ['card.changePin', { pinRole: 'signing', newPin: 'ABC123' }],
    ['card.changePin', undefined],
    ['card.readAttributes', { pinRole: 'signing' }],
    ['card.readAttributes', { pinRole: 'profile', pin: '1234' }],
    ['card.exportCertificate', { kind: 'signing', encoding: 'der', path: '/tmp/elsewhere' }],
    ['card.exportCertificate', { kind: '../signing', encoding: 'der' }],
    ['card.exportCertificate', { kind: 'signing', encoding: 'der', title: 'Windows' }],
    ['card.describeCertificate', { kind: '__proto__' }],
    ['card.look', { reader: 'x'.repeat(257) }],
    ['card.look', { reader: ['a'] }],
    ['card.none', undefined],
    ['card.__proto__', undefined],
  ];

  it.each(hostile)('gets nothing from %s', async (name, request) => {
    const { call, client } = await openWindow({ decide: () => 'agreed', pins: ['1234'] });
    expect((await refusal(call(name, request))).code).toBe('ERR_PROTOCOL_MALFORMED');
    expect(client.interaction.dialogs).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('in a consent window has none of these calls', async () => {
    const { client } = await openWindow();
    const handlers = cardCalls({
      client,
      desktop: { chooseSavePath: () => Promise.resolve(savePath) },
      language: () => 'ja',
      push: () => undefined,
      signal: end.signal,
    });
    const call = serveCalls('consent', handlers);
    expect((await refusal(call('card.readAttributes', { pinRole: 'profile' }))).code).toBe('ERR_PROTOCOL_MALFORMED');
  });
});
