import { describe, expect, it } from 'vitest';
import { createClient, MadoguchiError } from '../../../sdk/browser/index.js';
import {
  BODY_BYTES,
  BRIDGE_PORTS,
  POLL_WAIT_SECONDS,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '../../../sdk/browser/contract.js';
import * as protocol from '../../../sdk/protocol/index.js';
import { NONCE, TOKEN } from '../bridge/fakes.js';

const SESSION_ID = 'A'.repeat(43);

interface Script {
  readonly status?: unknown;
  readonly opened?: unknown;
  readonly polled?: unknown;
}

/** A client whose bridge answers what the script says, and keeps what it was asked. */
function scripted({ status = { protocolVersions: [1] }, opened = { sessionId: SESSION_ID }, polled }: Script) {
  const requests: { readonly url: string; readonly init: RequestInit }[] = [];
  const client = createClient({
    ports: [1],
    timeoutMilliseconds: 500,
    fetch: (input, init = {}) => {
      const url = input as string;
      requests.push({ url, init });
      const result = url.endsWith('/status') ? status : init.method === 'POST' ? opened : polled;
      return Promise.resolve(result instanceof Response ? result : Response.json({ ok: true, result }));
    },
  });
  return { client, requests };
}

async function failureOf(promise: Promise<unknown>): Promise<MadoguchiError> {
  const outcome = await promise.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(MadoguchiError);
  return outcome as MadoguchiError;
}

describe('the contract’s constants', () => {
  it('are those of sdk/protocol', () => {
    expect(PROTOCOL_VERSION).toBe(protocol.PROTOCOL_VERSION);
    expect(PROTOCOL_HEADER).toBe(protocol.PROTOCOL_HEADER);
    expect(BRIDGE_PORTS).toEqual(protocol.BRIDGE_PORTS);
    expect(POLL_WAIT_SECONDS).toBe(protocol.LIMITS.pollWaitSeconds);
    expect(BODY_BYTES).toBe(protocol.LIMITS.bodyBytes);
  });
});

describe('requests', () => {
  it('are those the contract names, and carry no credentials', async () => {
    const output = { operation: 'authenticate', token: TOKEN };
    const { client, requests } = scripted({ polled: { status: 'done', output } });
    await client.authenticate({ challengeNonce: NONCE });
    expect(requests.map(({ url, init }) => [init.method, url])).toEqual([
      ['GET', 'http://127.0.0.1:1/v1/status'],
      ['POST', 'http://127.0.0.1:1/v1/sessions'],
      ['GET', `http://127.0.0.1:1/v1/sessions/${SESSION_ID}?wait=25`],
    ]);
    for (const { init } of requests) {
      expect(init).toMatchObject({ mode: 'cors', credentials: 'omit', redirect: 'error', cache: 'no-store' });
    }
    expect(requests.map(({ init }) => init.headers)).toEqual([
      {},
      { 'Madoguchi-Protocol': '1', 'Content-Type': 'application/json' },
      { 'Madoguchi-Protocol': '1' },
    ]);
    expect(protocol.openSessionRequestSchema.parse(JSON.parse(requests[1]?.init.body as string))).toEqual({
      operation: 'authenticate',
      challengeNonce: NONCE,
    });
  });

  it('are not sent for more than a request may hold', async () => {
    const { client, requests } = scripted({});
    const contents = ['x'.repeat(BODY_BYTES), new Uint8Array(BODY_BYTES), new Blob([new Uint8Array(BODY_BYTES + 1)])];
    for (const content of contents) {
      const { code } = await failureOf(client.sign({ items: [{ name: 'a', content }] }));
      expect(code).toBe('ERR_PROTOCOL_BODY_TOO_LARGE');
    }
    expect(requests).toEqual([]);
  });
});

describe('answers that break the contract', () => {
  const page = new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } });

  it.each([
    ['a web page', page],
    ['no envelope', Response.json([])],
    ['an envelope of neither kind', Response.json({ ok: 'yes', result: { protocolVersions: [1] } })],
    ['no versions', {}],
    ['versions that are no numbers', { protocolVersions: ['1'] }],
  ])('to status: %s is not this client', async (_, status) => {
    expect((await failureOf(scripted({ status }).client.status())).code).toBe('ERR_PROTOCOL_UNREACHABLE');
  });

  it('to status: another version is an error of its own', async () => {
    const { client } = scripted({ status: { protocolVersions: [2, 3] } });
    const failure = await failureOf(client.status());
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_VERSION', retriable: false });
  });

  it.each([undefined, {}, { sessionId: 1 }, { sessionId: '../status' }, { sessionId: `${SESSION_ID}?wait=0` }])(
    'to the request: %j',
    async (opened) => {
      const { client, requests } = scripted({ opened: Response.json({ ok: true, result: opened }) });
      const { code } = await failureOf(client.authenticate({ challengeNonce: NONCE }));
      expect(code).toBe('ERR_PROTOCOL_MALFORMED');
      expect(requests).toHaveLength(2);
    },
  );

  const done = (token: unknown): unknown => ({ status: 'done', output: { operation: 'authenticate', token } });

  it.each([
    ['no status', {}],
    ['an unknown status', { status: 'finished' }],
    ['no output', { status: 'done' }],
    ['another operation’s output', { status: 'done', output: { operation: 'sign', items: [] } }],
    ['an unknown operation’s output', { status: 'done', output: { operation: 'x' } }],
    ['no token', done(undefined)],
    ['a token as text', done('token')],
    ['a token in another format', done({ ...TOKEN, format: 'web-eid:2.0' })],
    ['a token with another algorithm', done({ ...TOKEN, algorithm: 'none' })],
    ['a token without a certificate', done({ ...TOKEN, unverifiedCertificate: undefined })],
    ['a token whose signature is empty', done({ ...TOKEN, signature: '' })],
    ['a token whose signature is not base64', done({ ...TOKEN, signature: '<b>=' })],
    ['an error that is none', Response.json({ ok: false })],
    ['an error without a code', Response.json({ ok: false, error: { message: '', retriable: true } })],
    [
      'an error with a code that is none',
      Response.json({ ok: false, error: { code: 'x', message: '', retriable: true } }),
    ],
  ])('to a login’s poll: %s', async (_, polled) => {
    const { client } = scripted({ polled });
    expect((await failureOf(client.authenticate({ challengeNonce: NONCE }))).code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it.each([
    ['too few items', []],
    ['an item of no kind', [{ status: 'x', name: 'a' }]],
    ['an item without a name', [{ status: 'signed', signature: 'MIIB' }]],
    ['a signature that is not base64', [{ status: 'signed', name: 'a', signature: 'a' }]],
    ['a failure without an error', [{ status: 'failed', name: 'a' }]],
    ['items that are no list', {}],
  ])('to a signature’s poll: %s', async (_, items) => {
    const { client } = scripted({ polled: { status: 'done', output: { operation: 'sign', items } } });
    const { code } = await failureOf(client.sign({ items: [{ name: 'a', content: 'x' }] }));
    expect(code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it('leave out members this release does not know', async () => {
    const token = { ...TOKEN, appVersion: 'x' };
    const { client } = scripted({ polled: done(token) });
    expect(await client.authenticate({ challengeNonce: NONCE })).toEqual(TOKEN);
  });

  it('pass on a code this release does not know', async () => {
    const error = { code: 'ERR_USER_ASLEEP', message: 'm', retriable: true, details: { minutes: 5 } };
    const { client } = scripted({ polled: Response.json({ ok: false, error }) });
    const failure = await failureOf(client.authenticate({ challengeNonce: NONCE }));
    expect(failure).toMatchObject(error);
    expect(failure.name).toBe('MadoguchiError');
  });
});
