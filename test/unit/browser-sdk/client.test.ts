import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { createClientIn } from '../../../sdk/browser/client.js';
import { createClient, MadoguchiError, type ClientOptions, type MadoguchiClient } from '../../../sdk/browser/index.js';
import { at, NONCE, only, ORIGIN, settle, TOKEN } from '../bridge/fakes.js';
import { startHarness, type Harness } from '../bridge/harness.js';
import { detachedItems, signEach } from '../bridge/signing-fakes.js';

const ITEMS = [{ name: 'a', content: 'text' }];

let harness: Harness;
let client: MadoguchiClient;
const servers: Server[] = [];

beforeEach(async () => {
  harness = await startHarness();
  client = pageClient();
});

afterEach(async () => {
  await harness.listener.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** `fetch` as a page of `origin` has it: the browser adds where it comes from. */
function pageFetch(origin = ORIGIN): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Origin', origin);
    return fetch(input, { ...init, headers });
  };
}

function pageClient(options: ClientOptions = {}): MadoguchiClient {
  return createClient({ ports: [harness.port], fetch: pageFetch(), permissionTimeoutMilliseconds: 2000, ...options });
}

/** Another program on a port of this PC. */
async function otherProgram(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const port = await otherProgram(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5000, interval: 5 });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('status', () => {
  it('answers which versions there are', async () => {
    expect(await client.status()).toEqual({ route: 'loopback', protocolVersions: [1] });
  });

  it('finds the client on a later port', async () => {
    const ports = [await closedPort(), await closedPort(), harness.port];
    expect(await pageClient({ ports }).status()).toEqual({ route: 'loopback', protocolVersions: [1] });
  });

  it('passes over other programs, also ones that never answer', async () => {
    const hanging = await otherProgram(() => undefined);
    const page = await otherProgram((_request, response) => response.end('<!doctype html>'));
    const redirect = await otherProgram((_request, response) => {
      response.writeHead(302, { Location: `http://127.0.0.1:${harness.port}/v1/status` }).end();
    });
    const ports = [hanging, page, redirect, harness.port];
    expect(await pageClient({ ports }).status()).toEqual({ route: 'loopback', protocolVersions: [1] });
  });

  it('asks the next port only when the one before has not answered soon', async () => {
    const asked = vi.fn();
    const second = await otherProgram((_request, response) => {
      asked();
      response.end();
    });
    await pageClient({ ports: [harness.port, second] }).status();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(asked).not.toHaveBeenCalled();
  });

  it('says so when nobody is there', async () => {
    const failure = await failureOf(pageClient({ ports: [await closedPort()] }).status());
    expect(failure).toBeInstanceOf(MadoguchiError);
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', retriable: true });
  });

  it('gives up after its time when nobody answers', async () => {
    const ports = [await otherProgram(() => undefined)];
    const failure = await failureOf(pageClient({ ports, permissionTimeoutMilliseconds: 100 }).status());
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE' });
  });

  it('ends with the reason of the caller’s signal', async () => {
    const ports = [await otherProgram(() => undefined)];
    const controller = new AbortController();
    const failure = failureOf(pageClient({ ports }).status({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await failure).toMatchObject({ message: 'enough' });
  });

  it('tells a page that may not ask nothing but that nobody answered', async () => {
    const failure = await failureOf(pageClient({ fetch: pageFetch('http://evil.example') }).status());
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE' });
  });
});

describe('authenticate', () => {
  it('resolves to the token', async () => {
    const token = client.authenticate({ challengeNonce: NONCE });
    await until(() => harness.operations.calls === 1);
    const call = only(harness.operations.authentications);
    expect(call.request).toMatchObject({ origin: ORIGIN, challengeNonce: NONCE });
    call.resolve(TOKEN);
    expect(await token).toEqual({ route: 'loopback', token: TOKEN });
  });

  it('rejects with the code of what went wrong', async () => {
    const failure = failureOf(client.authenticate({ challengeNonce: NONCE }));
    await until(() => harness.operations.calls === 1);
    const error = new ClientError('ERR_USER_REFUSED', 'the person refused');
    only(harness.operations.authentications).reject(error);
    expect(await failure).toBeInstanceOf(MadoguchiError);
    expect(await failure).toMatchObject({ code: 'ERR_USER_REFUSED', details: {} });
  });

  it('rejects with the endpoint’s refusals', async () => {
    const failure = await failureOf(client.authenticate({ challengeNonce: 'short' }));
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED', details: { path: 'challengeNonce' } });
    expect(harness.operations.calls).toBe(0);
  });

  it('waits its turn, and is refused when too many wait', async () => {
    const calls = [1, 2].map(() => client.authenticate({ challengeNonce: NONCE }));
    await until(() => harness.log.events.filter(({ name }) => name === 'bridge.session.opened').length === 2);
    expect(await failureOf(client.authenticate({ challengeNonce: NONCE }))).toMatchObject({
      code: 'ERR_PROTOCOL_BUSY',
      retriable: true,
    });
    expect(harness.operations.calls).toBe(1);
    at(harness.operations.authentications, 0).resolve(TOKEN);
    await until(() => harness.operations.calls === 2);
    at(harness.operations.authentications, 1).resolve(TOKEN);
    const answer = { route: 'loopback', token: TOKEN };
    expect(await Promise.all(calls)).toEqual([answer, answer]);
  });

  it('ends the session when the caller aborts', async () => {
    const controller = new AbortController();
    const failure = failureOf(client.authenticate({ challengeNonce: NONCE, signal: controller.signal }));
    await until(() => harness.operations.calls === 1);
    controller.abort(new Error('enough'));
    expect(await failure).toMatchObject({ message: 'enough' });
    await until(() => only(harness.operations.authentications).signal.aborted);
  });

  it('opens nothing when the caller has aborted before', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await failureOf(client.authenticate({ challengeNonce: NONCE, signal }))).toMatchObject({
      message: 'enough',
    });
    expect(harness.log.events.map(({ name }) => name)).toEqual(['bridge.listening']);
  });

  it('leaves no session behind when the caller aborts while it is being opened', async () => {
    const controller = new AbortController();
    const slowFetch: typeof fetch = async (input, init) => {
      const response = await pageFetch()(input, init);
      if (init?.method === 'POST') controller.abort(new Error('enough'));
      return response;
    };
    const slow = pageClient({ fetch: slowFetch });
    const failure = await failureOf(slow.authenticate({ challengeNonce: NONCE, signal: controller.signal }));
    expect(failure).toMatchObject({ message: 'enough' });
    await until(() => only(harness.operations.authentications).signal.aborted);
  });

  it('goes on after a poll that was lost', async () => {
    let lost = 0;
    const flaky: typeof fetch = async (input, init) => {
      if ((input as string).includes('/v1/sessions/') && lost++ === 0) throw new TypeError('network changed');
      return pageFetch()(input, init);
    };
    const token = pageClient({ fetch: flaky }).authenticate({ challengeNonce: NONCE });
    await until(() => harness.operations.calls === 1);
    only(harness.operations.authentications).resolve(TOKEN);
    expect(await token).toEqual({ route: 'loopback', token: TOKEN });
    expect(lost).toBe(2);
  });

  it('says so when the client ends meanwhile', async () => {
    const failure = failureOf(client.authenticate({ challengeNonce: NONCE }));
    await until(() => harness.operations.calls === 1);
    await settle();
    await harness.listener.close();
    expect(await failure).toBeInstanceOf(MadoguchiError);
    expect(['ERR_USER_CANCELLED', 'ERR_PROTOCOL_UNREACHABLE']).toContain(((await failure) as MadoguchiError).code);
  });
});

describe('a page that goes away', () => {
  const page = new EventTarget();

  function leavingClient(send: typeof fetch = pageFetch()): MadoguchiClient {
    const environment = {
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
    };
    return createClientIn(environment, { ports: [harness.port], fetch: send });
  }

  it('ends its session with a request that outlives it, and whose preflight the browser already has', async () => {
    const sent: { readonly url: string; readonly init: RequestInit }[] = [];
    const watched: typeof fetch = (input, init = {}) => {
      sent.push({ url: input as string, init });
      return pageFetch()(input, init);
    };
    const failure = failureOf(leavingClient(watched).authenticate({ challengeNonce: NONCE }));
    await until(() => sent.at(-1)?.url.endsWith('?wait=25') === true);
    page.dispatchEvent(new Event('pagehide'));
    expect(await failure).toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(only(harness.operations.authentications).signal.aborted).toBe(true);
    const ending = only(sent.filter(({ init }) => init.method === 'DELETE'));
    expect(ending.init.keepalive).toBe(true);
    const firstPoll = sent.find(({ url, init }) => init.method === 'GET' && url.includes('/v1/sessions/'));
    expect(firstPoll).toMatchObject({ url: ending.url, init: { cache: 'default' } });
  });

  it('sends nothing once its session is over', async () => {
    let sent = 0;
    const watched: typeof fetch = (input, init) => {
      sent++;
      return pageFetch()(input, init);
    };
    const token = leavingClient(watched).authenticate({ challengeNonce: NONCE });
    await until(() => harness.operations.calls === 1);
    only(harness.operations.authentications).resolve(TOKEN);
    await token;
    const before = sent;
    page.dispatchEvent(new Event('pagehide'));
    await settle();
    expect(sent).toBe(before);
  });
});

describe('sign', () => {
  it('sends text, bytes and blobs as the bytes they are', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index & 0xff);
    const view = bytes.subarray(1, 70_001);
    const items = [
      { name: '日本語.txt', content: '日本語' },
      { name: 'bytes', content: view },
      { name: 'blob', content: new Blob([bytes]) },
      { name: 'empty', content: '' },
    ];
    const signed = client.sign({ items });
    await until(() => harness.operations.calls === 1);
    const call = only(harness.operations.signings);
    const asked = detachedItems(call.request.items);
    expect(asked.map(({ unverifiedName }) => unverifiedName)).toEqual(items.map(({ name }) => name));
    expect(asked.map(({ content }) => content)).toEqual([
      new TextEncoder().encode('日本語'),
      Uint8Array.from(view),
      bytes,
      new Uint8Array(),
    ]);
    const answer = items.map(({ name }) => ({ status: 'signed' as const, name, signature: 'MIIB' }));
    call.resolve(await signEach(asked, Buffer.from('MIIB', 'base64')));
    expect(await signed).toEqual({ route: 'loopback', items: answer });
  });

  it('answers item by item, each failure with its own error', async () => {
    const signed = client.sign({ items: [...ITEMS, { name: 'b', content: 'x' }] });
    await until(() => harness.operations.calls === 1);
    const error = { code: 'ERR_CARD_REMOVED', message: 'm', retriable: true, details: { readerName: 'R' } } as const;
    const { request, resolve } = only(harness.operations.signings);
    await signEach(request.items.slice(0, 1), Buffer.from('MIIB', 'base64'));
    resolve([{ status: 'signed' }, { status: 'failed', error }]);
    expect((await signed).items).toMatchObject([
      { status: 'signed', signature: 'MIIB' },
      { status: 'failed', error: { code: 'ERR_CARD_UNAVAILABLE', details: {} } },
    ]);
  });
});

describe('readAttributes', () => {
  it('answers what was asked, in its order', async () => {
    const asked = { required: ['name'], optional: ['address', { ageOver: 20 }], purpose: '年齢の確認' } as const;
    const read = client.readAttributes(asked);
    await until(() => harness.operations.calls === 1);
    const call = only(harness.operations.attributeReadings);
    expect(call.request).toMatchObject({ required: ['name'], optional: ['address', { ageOver: 20 }] });
    const answers = [
      { attribute: 'name', status: 'given', value: '見本　花子' },
      { attribute: 'address', status: 'declined' },
      { attribute: { ageOver: 20 }, status: 'given', value: true },
    ] as const;
    call.resolve(answers);
    expect(await read).toEqual({ route: 'loopback', assurance: 'client-asserted', answers });
  });
});
