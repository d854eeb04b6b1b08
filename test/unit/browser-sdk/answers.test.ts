import { describe, expect, it } from 'vitest';
import { createClient, MadoguchiError } from '../../../sdk/browser/index.js';
import {
  BODY_BYTES,
  BRIDGE_PORTS,
  CHALLENGE_NONCE,
  CHROMIUM_EXTENSION_ID,
  COMPACT_JWS,
  POLL_WAIT_SECONDS,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REDIRECT_URI_LENGTH,
  SIGN_ITEMS_IN_MESSAGE,
  STATE,
  UPLOAD_BYTES,
  UPLOAD_BYTES_PER_ORIGIN,
} from '../../../sdk/browser/contract.js';
import * as protocol from '../../../sdk/protocol/index.js';
import { NONCE, TOKEN } from '../bridge/fakes.js';

const SESSION_ID = 'A'.repeat(43);

const JWE = 'eyJh.a2V5.aXY.Y2lwaGVy.dGFn';
const JWS = 'eyJh.eyJi.c2ln';
const REFERENCE = 'r'.repeat(22);
const encryptTo = { verifier: 'verifier.example' } as const;

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
    permissionTimeoutMilliseconds: 500,
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
    expect(SIGN_ITEMS_IN_MESSAGE).toBe(protocol.LIMITS.signItemsInMessage);
    expect(UPLOAD_BYTES).toBe(protocol.LIMITS.uploadBytes);
    expect(UPLOAD_BYTES_PER_ORIGIN).toBe(protocol.LIMITS.uploadBytesPerOrigin);
    expect(CHROMIUM_EXTENSION_ID).toBe(protocol.CHROMIUM_EXTENSION_ID);
    expect(REDIRECT_URI_LENGTH).toBe(protocol.LIMITS.redirectUriLength);
  });

  it.each([
    ['state', STATE, protocol.stateSchema],
    ['challenge nonce', CHALLENGE_NONCE, protocol.challengeNonceSchema],
    ['signed request', COMPACT_JWS, protocol.compactJwsSchema],
  ])('take a %s as sdk/protocol does', (_, form, schema) => {
    const { stateMin, stateMax, challengeNonceMin, challengeNonceMax } = protocol.LIMITS;
    const lengths = [stateMin, stateMax, challengeNonceMin, challengeNonceMax].flatMap((n) => [n - 1, n, n + 1]);
    const texts = lengths.flatMap((length) =>
      ['a', '_', '-', '+', '=', '\n', '.a.a', '..', '.a', 'あ', '&'].map((last) => last.padStart(length, 'x')),
    );
    expect(texts.some((text) => form.test(text))).toBe(true);
    for (const text of texts) expect([text, form.test(text)]).toEqual([text, schema.safeParse(text).success]);
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
      ['GET', `http://127.0.0.1:1/v1/sessions/${SESSION_ID}`],
    ]);
    for (const { init } of requests) {
      expect(init).toMatchObject({ mode: 'cors', credentials: 'omit', redirect: 'error' });
    }
    // `no-store` would make a browser forget the preflight; the client forbids storing its answers.
    expect(requests.map(({ init }) => init.cache)).toEqual(['no-store', 'default', 'default']);
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

  it.each<[protocol.Operation, object, object]>([
    [
      'authenticate',
      { challengeNonce: NONCE, encryptTo },
      { operation: 'authenticate', challengeNonce: NONCE, encryptTo },
    ],
    [
      'sign',
      { items: [{ name: 'a', content: '日本' }], challengeNonce: NONCE, encryptTo },
      { operation: 'sign', items: [{ name: 'a', content: '5pel5pys' }], challengeNonce: NONCE, encryptTo },
    ],
    [
      'readAttributes',
      { required: ['name'], purpose: 'p', challengeNonce: NONCE, encryptTo },
      { operation: 'readAttributes', required: ['name'], optional: [], purpose: 'p', challengeNonce: NONCE, encryptTo },
    ],
    ['authenticate', { signedRequest: JWS }, { signedRequest: JWS }],
    ['sign', { signedRequest: JWS }, { signedRequest: JWS }],
    ['readAttributes', { signedRequest: JWS }, { signedRequest: JWS }],
  ])('of %s carry what was asked: %j', async (operation, options, body) => {
    const output = { operation, jwe: JWE, reference: REFERENCE };
    const { client, requests } = scripted({ polled: { status: 'done', output } });
    const call = client[operation] as (options: object) => Promise<unknown>;
    expect(await call(options)).toEqual({ route: 'loopback', jwe: JWE, reference: REFERENCE });
    const sent = JSON.parse(requests[1]?.init.body as string) as unknown;
    expect(sent).toEqual(body);
    expect(protocol.openSessionRequestSchema.safeParse(sent).success).toBe(true);
  });

  it('are not sent for more than a request may hold', async () => {
    const { client, requests } = scripted({});
    const tooLong = async (call: Promise<unknown>): Promise<void> => {
      expect((await failureOf(call)).code).toBe('ERR_PROTOCOL_BODY_TOO_LARGE');
    };
    await tooLong(client.sign({ signedRequest: `${'e'.repeat(BODY_BYTES)}.e.e` }));
    const content = new Uint8Array(UPLOAD_BYTES + 1);
    await tooLong(client.sign({ items: [{ name: 'a', content }] }));
    await tooLong(client.sign({ items: [{ name: 'a', content: new Blob([content]) }] }));
    await tooLong(client.sign({ items: [{ name: 'a', content: content.buffer }] }));
    const most = new Blob([content.subarray(1)]);
    await tooLong(client.sign({ items: [1, 2, 3, 4, 5].map((name) => ({ name: String(name), content: most })) }));
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
    ['a certificate that nobody asked for', [{ status: 'signed', name: 'a', signature: 'MIIB', certificate: 'MIIB' }]],
    ['a failure without an error', [{ status: 'failed', name: 'a' }]],
    ['items that are no list', {}],
  ])('to a signature’s poll: %s', async (_, items) => {
    const { client } = scripted({ polled: { status: 'done', output: { operation: 'sign', items } } });
    const { code } = await failureOf(client.sign({ items: [{ name: 'a', content: 'x' }] }));
    expect(code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it.each([
    ['no certificate beside it', { signature: 'AAAA' }],
    ['a certificate that is not base64', { signature: 'AAAA', certificate: 'a' }],
    ['a certificate alone', { certificate: 'AAAA' }],
  ])('to a bare signature’s poll: %s', async (_, members) => {
    const items = [{ status: 'signed', name: 'a', ...members }];
    const { client } = scripted({ polled: { status: 'done', output: { operation: 'sign', items } } });
    const digest = { algorithm: 'SHA-256', value: new Uint8Array(32) } as const;
    const { code } = await failureOf(client.sign({ format: 'raw-digest', items: [{ name: 'a', digest }] }));
    expect(code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it('leave out members this release does not know', async () => {
    const token = { ...TOKEN, appVersion: 'x' };
    const { client } = scripted({ polled: done(token) });
    expect(await client.authenticate({ challengeNonce: NONCE })).toEqual({ route: 'loopback', token: TOKEN });
  });

  it('pass on a code this release does not know', async () => {
    const error = { code: 'ERR_USER_ASLEEP', message: 'm', retriable: true, details: { minutes: 5 } };
    const { client } = scripted({ polled: Response.json({ ok: false, error }) });
    const failure = await failureOf(client.authenticate({ challengeNonce: NONCE }));
    expect(failure).toMatchObject(error);
    expect(failure.name).toBe('MadoguchiError');
  });
});

describe('results', () => {
  const attributes = { operation: 'readAttributes', assurance: 'client-asserted' };
  const asked = { required: ['name'], optional: [{ ageOver: 20 }], purpose: 'p' } as const;
  const answers = [
    { attribute: 'name', status: 'given', value: '見本　花子' },
    { attribute: { ageOver: 20 }, status: 'unknown' },
  ];

  it('say which attributes were given', async () => {
    const { client } = scripted({ polled: { status: 'done', output: { ...attributes, answers } } });
    expect(await client.readAttributes(asked)).toEqual({ route: 'loopback', assurance: 'client-asserted', answers });
  });

  it.each([
    ['no answers', { ...attributes }],
    ['another assurance', { ...attributes, assurance: 'verified', answers }],
    ['an answer too few', { ...attributes, answers: answers.slice(1) }],
    ['an answer too many', { ...attributes, answers: [...answers, answers[0]] }],
    ['another order', { ...attributes, answers: answers.toReversed() }],
    ['an unknown attribute', { ...attributes, answers: [{ ...answers[0], attribute: 'myNumber' }, answers[1]] }],
    ['another age', { ...attributes, answers: [answers[0], { ...answers[1], attribute: { ageOver: 18 } }] }],
    ['a value of another kind', { ...attributes, answers: [{ ...answers[0], value: true }, answers[1]] }],
    ['an age as text', { ...attributes, answers: [answers[0], { ...answers[1], status: 'given', value: 'true' }] }],
    ['a status of no kind', { ...attributes, answers: [{ ...answers[0], status: 'x' }, answers[1]] }],
    ['an encrypted answer nobody asked for', { operation: 'readAttributes', jwe: JWE, reference: REFERENCE }],
  ])('of readAttributes that break the contract: %s', async (_, output) => {
    const { client } = scripted({ polled: { status: 'done', output } });
    expect((await failureOf(client.readAttributes(asked))).code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it.each([
    ['in the clear', { operation: 'authenticate', token: TOKEN }],
    ['of another operation', { operation: 'sign', jwe: JWE, reference: REFERENCE }],
    ['that is a signed object, not an encrypted one', { operation: 'authenticate', jwe: JWS, reference: REFERENCE }],
    ['without a reference', { operation: 'authenticate', jwe: JWE }],
    ['with markup for a reference', { operation: 'authenticate', jwe: JWE, reference: '<b>'.padEnd(22) }],
  ])('that were to be encrypted are refused %s', async (_, output) => {
    const { client } = scripted({ polled: { status: 'done', output } });
    const { code } = await failureOf(client.authenticate({ challengeNonce: NONCE, encryptTo }));
    expect(code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it('of a signed request are of its operation, encrypted or not', async () => {
    const token = { operation: 'authenticate', token: TOKEN };
    const { client } = scripted({ polled: { status: 'done', output: token } });
    expect(await client.authenticate({ signedRequest: JWS })).toEqual({ route: 'loopback', token: TOKEN });
    expect((await failureOf(client.sign({ signedRequest: JWS }))).code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it.each(protocol.OPERATIONS)('of %s are known to this package', async (operation) => {
    const outputs = {
      authenticate: { operation, token: TOKEN },
      sign: { operation, items: [{ status: 'signed', name: 'a', signature: 'MIIB' }] },
      readAttributes: { operation, assurance: 'client-asserted', answers },
    };
    const output = protocol.operationOutputSchema.parse(outputs[operation]);
    const { client } = scripted({ polled: { status: 'done', output } });
    const result = Object.fromEntries(Object.entries(output).filter(([name]) => name !== 'operation'));
    const call = client[operation] as (options: { signedRequest: string }) => Promise<unknown>;
    expect(await call({ signedRequest: JWS })).toEqual({ route: 'loopback', ...result });
  });

  it.each(protocol.ATTRIBUTE_NAMES)('know the attribute %s', async (attribute) => {
    const output = { ...attributes, answers: [{ attribute, status: 'declined' }] };
    const { client } = scripted({ polled: { status: 'done', output } });
    const read = client.readAttributes({ optional: [attribute], purpose: 'p' });
    expect((await read).answers).toEqual([{ attribute, status: 'declined' }]);
  });
});
