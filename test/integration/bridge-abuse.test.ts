import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../sdk/protocol/index.js';
import { originRequester } from '../support/origin-requester.js';
import { at, AUTHENTICATE, FakeClock, NONCE, only, ORIGIN, OTHER_ORIGIN, settle, TOKEN } from '../unit/bridge/fakes.js';
import { fakePeers } from '../unit/bridge-listener/fake-peers.js';
import {
  exchange,
  exchangeRaw,
  openSocket,
  parseAnswers,
  requestBytes,
  sendRaw,
  startHarness,
  type Harness,
  type RawAnswer,
  type RequestParts,
} from '../unit/bridge/harness.js';

const BODY = JSON.stringify(AUTHENTICATE);
const OPEN: RequestParts = { method: 'POST', target: '/v1/sessions', body: BODY };

let harness: Harness;
let port: number;

beforeAll(async () => {
  harness = await startHarness({ developerMode: true });
  port = harness.port;
});

afterAll(() => harness.listener.close());

/** What is refused before consent reaches no operation, whatever its answer looks like. */
async function expectRefused(answer: RawAnswer, status: number, code: string): Promise<void> {
  expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.body).not.toMatch(/at .*\.js|FST_|HPE_|node_modules|Fastify/i);
  await settle();
  expect(harness.operations.calls).toBe(0);
}

/** A refused origin must not be able to read why. */
function expectUnreadable({ headers }: RawAnswer): void {
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

describe('Origin', () => {
  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['null', 'null'],
  ])('%s', async (_, origin) => {
    const answer = await exchange(port, { ...OPEN, headers: { Origin: origin } });
    await expectRefused(answer, 403, 'ERR_ORIGIN_MISSING');
    expectUnreadable(answer);
  });

  const lookAlikes = [
    'Null',
    'NULL',
    'https://service.example.go.jp/',
    'https://service.example.go.jp/login',
    'https://service.example.go.jp:443',
    'https://service.example.go.jp:',
    'https://SERVICE.example.go.jp',
    'HTTPS://service.example.go.jp',
    'https:/service.example.go.jp',
    'https:\\\\service.example.go.jp',
    'https://service.example.go.jp@evil.example',
    'https://user@service.example.go.jp',
    'https://service.example.go.jp?x=1',
    'https://service.example.go.jp#x',
    'https://service.example.go.jp https://evil.example',
    'https://service.example.go.jp,https://evil.example',
    'https://service.example.go.jp\thttps://evil.example',
    'https://serv%69ce.example.go.jp',
    'https://service.example.go.jp\\.evil.example',
    'https://*.example.go.jp',
    '*',
    'service.example.go.jp',
    '//service.example.go.jp',
    'http://service.example.go.jp',
    'http://localhost.evil.example',
    'http://localhost:3000/',
    'http://127.0.0.1.evil.example:3000',
    'http://0.0.0.0:3000',
    'http://0x7f000001:3000',
    'http://2130706433:3000',
    'http://[::ffff:127.0.0.1]:3000',
    'http://user:localhost@evil.example',
    'file://',
    'data:',
    'about:blank',
    'blob:https://service.example.go.jp/0',
    'wss://service.example.go.jp',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'https://\xe4\xbe\x8b.jp',
    'https://127.1',
    `https://${'a'.repeat(300)}.example`,
  ];

  it.each(lookAlikes)('%s', async (origin) => {
    const answer = await exchange(port, { ...OPEN, headers: { Origin: origin } });
    await expectRefused(answer, 403, 'ERR_ORIGIN_NOT_ALLOWED');
    expectUnreadable(answer);
    const preflight = await exchange(port, { method: 'OPTIONS', target: '/v1/sessions', headers: { Origin: origin } });
    await expectRefused(preflight, 403, 'ERR_ORIGIN_NOT_ALLOWED');
    expectUnreadable(preflight);
  });

  it('twice', async () => {
    for (const second of [ORIGIN, 'https://evil.example']) {
      const head = `GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${ORIGIN}\r\nOrigin: ${second}\r\n\r\n`;
      await expectRefused(await exchangeRaw(port, head), 403, 'ERR_ORIGIN_NOT_ALLOWED');
    }
  });

  it('is asked of every route, also of those that do not exist', async () => {
    const requests: RequestParts[] = [
      {},
      { method: 'OPTIONS' },
      OPEN,
      { target: `/v1/sessions/${'A'.repeat(43)}` },
      { method: 'DELETE', target: `/v1/sessions/${'A'.repeat(43)}` },
      { target: '/nothing' },
      { method: 'PUT' },
    ];
    for (const request of requests) {
      const answer = await exchange(port, { ...request, headers: { Origin: 'null' } });
      await expectRefused(answer, 403, 'ERR_ORIGIN_MISSING');
    }
  });

  it('gets one answer for every origin that is refused, down to the byte', async () => {
    const answers = await Promise.all(
      ['https://a.example/', 'http://b.example', '*'].map((origin) => exchange(port, { headers: { Origin: origin } })),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => [...headers.keys()].join())).size).toBe(1);
  });

  it('is refused by an administrator’s list with its own code, unreadably', async () => {
    const managed = await startHarness({ developerMode: true, allowedOrigins: [ORIGIN] });
    try {
      const refused = [
        'https://service.example.go.jp.evil.example',
        'https://xservice.example.go.jp',
        'http://localhost',
      ];
      for (const origin of refused) {
        const answer = await exchange(managed.port, { ...OPEN, headers: { Origin: origin } });
        await expectRefused(answer, 403, 'ERR_POLICY_ORIGIN');
        expectUnreadable(answer);
      }
      expect(managed.operations.calls).toBe(0);
      expect((await exchange(managed.port, {})).status).toBe(200);
    } finally {
      await managed.listener.close();
    }
  });

  it('must come with fetch’s own metadata, if any', async () => {
    const refused = [
      { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
      { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' },
      { 'Sec-Fetch-Mode': 'same-origin' },
      { 'Sec-Fetch-Mode': 'websocket', 'Sec-Fetch-Dest': 'empty' },
      { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'script' },
      { 'Sec-Fetch-Dest': 'iframe' },
    ];
    for (const headers of refused) {
      const answer = await exchange(port, { ...OPEN, headers });
      await expectRefused(answer, 403, 'ERR_ORIGIN_NOT_ALLOWED');
      expectUnreadable(answer);
    }
    const fetched = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Site': 'cross-site' };
    expect((await exchange(port, { headers: fetched })).status).toBe(200);
  });
});

describe('Host', () => {
  const hosts = (own: number): (string | undefined)[] => [
    undefined,
    '',
    '127.0.0.1',
    'localhost',
    '[::1]',
    `127.0.0.1:${own + 1}`,
    `rebind.evil.example:${own}`,
    `127.0.0.1.evil.example:${own}`,
    `localhost.evil.example:${own}`,
    `a.localhost:${own}`,
    `localhost.:${own}`,
    `LOCALHOST:${own}`,
    `127.0.0.2:${own}`,
    `0.0.0.0:${own}`,
    `127.1:${own}`,
    `0x7f.0.0.1:${own}`,
    `[::ffff:127.0.0.1]:${own}`,
    `[0:0:0:0:0:0:0:1]:${own}`,
    `::1:${own}`,
    `127.0.0.1:0${own}`,
    `127.0.0.1:${own}, evil.example`,
    `127.0.0.1:${own}@evil.example`,
    `user@127.0.0.1:${own}`,
    `http://127.0.0.1:${own}`,
  ];

  it('is one of this listener’s own three, or nothing is looked at', async () => {
    for (const host of hosts(port)) {
      const answer = await exchange(port, { ...OPEN, headers: { Host: host, Origin: ORIGIN } });
      await expectRefused(answer, 403, 'ERR_ORIGIN_HOST');
      expectUnreadable(answer);
    }
    for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`]) {
      expect((await exchange(port, { headers: { Host: host } })).status).toBe(200);
    }
  });

  it('is looked at before Origin', async () => {
    const answer = await exchange(port, { headers: { Host: 'evil.example', Origin: undefined } });
    await expectRefused(answer, 403, 'ERR_ORIGIN_HOST');
  });

  it('comes once', async () => {
    const own = `Host: 127.0.0.1:${port}\r\n`;
    for (const hosts of [`${own}Host: evil.example\r\n`, `Host: evil.example\r\n${own}`, own + own]) {
      const head = `GET /v1/status HTTP/1.1\r\n${hosts}Origin: ${ORIGIN}\r\n\r\n`;
      await expectRefused(await exchangeRaw(port, head), 403, 'ERR_ORIGIN_HOST');
    }
  });

  it('does not come from an absolute request target', async () => {
    const answer = await exchange(port, {
      target: `http://127.0.0.1:${port}/v1/status`,
      headers: { Host: 'evil.example' },
    });
    await expectRefused(answer, 403, 'ERR_ORIGIN_HOST');
  });
});

describe('cross-site requests without preflight', () => {
  it.each([
    undefined,
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/json; charset=shift_jis',
    'application/json; charset=utf-8; x=y',
    'application/json; boundary=x',
    'application/jsonp',
    'application/json+x',
    'application/vnd.api+json',
    'text/json',
    'json',
    'application/ json',
    'application/json;',
  ])('with the content type %s', async (type) => {
    const answer = await exchange(port, { ...OPEN, headers: { 'Content-Type': type } });
    await expectRefused(answer, 415, 'ERR_PROTOCOL_CONTENT_TYPE');
  });

  it.each([undefined, '', '0', '2', '1.0', '01', '1, 1', 'true'])('with the protocol header %j', async (version) => {
    for (const request of [OPEN, { target: '/v1/sessions/x' }, { method: 'DELETE', target: '/v1/sessions/x' }]) {
      const answer = await exchange(port, { ...request, headers: { 'Madoguchi-Protocol': version } });
      await expectRefused(answer, 400, 'ERR_PROTOCOL_VERSION');
    }
  });

  it('with the protocol header twice', async () => {
    const head = requestBytes(port, OPEN).toString('latin1').replace('\r\n\r\n', '\r\nMadoguchi-Protocol: 1\r\n\r\n');
    await expectRefused(await exchangeRaw(port, head), 400, 'ERR_PROTOCOL_MALFORMED');
  });
});

describe('the body', () => {
  const sized = (bytes: number): string => `${BODY.slice(0, -1)}${' '.repeat(bytes - BODY.length)}}`;

  it('declared too large is not read', async () => {
    const headers = { 'Content-Length': String(LIMITS.bodyBytes + 1) };
    const head = requestBytes(port, { ...OPEN, headers, body: '' });
    await expectRefused(await exchangeRaw(port, head), 413, 'ERR_PROTOCOL_BODY_TOO_LARGE');
  });

  it('too large by a byte, whole', async () => {
    const answer = await exchange(port, { ...OPEN, body: sized(LIMITS.bodyBytes + 1) });
    await expectRefused(answer, 413, 'ERR_PROTOCOL_BODY_TOO_LARGE');
  });

  it('too large in chunks', async () => {
    const headers = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const body = `${chunk.repeat(17)}0\r\n\r\n`;
    await expectRefused(await exchange(port, { ...OPEN, headers, body }), 413, 'ERR_PROTOCOL_BODY_TOO_LARGE');
  });

  const malformed: [string, string | Uint8Array][] = [
    ['empty', ''],
    ['not JSON', 'operation=authenticate'],
    ['JSON that ends early', BODY.slice(0, -1)],
    ['JSON with something after it', `${BODY}{}`],
    ['a list', `[${BODY}]`],
    ['null', 'null'],
    ['a string', JSON.stringify(BODY)],
    ['not UTF-8', Buffer.concat([Buffer.from(BODY.slice(0, -1)), Buffer.from([0xc0, 0xaf, 0x7d])])],
    ['UTF-16', Buffer.from(`\uFEFF${BODY}`, 'utf16le')],
    ['with a byte order mark', `\uFEFF${BODY}`],
    ['nested deeply', `{"a":${'['.repeat(9)}${']'.repeat(9)}}`],
    ['nested so deeply that a recursive parser ends', '['.repeat(500_000)],
    ['with many values', `[${'0,'.repeat(500_000)}0]`],
    ['with an unknown member', `${BODY.slice(0, -1)},"pin":"1234"}`],
    ['with an origin of its own', `${BODY.slice(0, -1)},"origin":"https://bank.example"}`],
    ['with a member twice', `${BODY.slice(0, -1)},"challengeNonce":"${'x'.repeat(44)}"}`],
    ['with a member twice, escaped', `${BODY.slice(0, -1)},"\\u0063hallengeNonce":"${'x'.repeat(44)}"}`],
    ['with the operation twice', `{"operation":"sign",${BODY.slice(1)}`],
    ['with a member twice in an item', '{"operation":"sign","items":[{"name":"a","name":"b","content":""}]}'],
    ['with __proto__', `${BODY.slice(0, -1)},"__proto__":{"challengeNonce":"x"}}`],
    ['with its members in __proto__', `{"__proto__":${BODY}}`],
    ['with constructor.prototype', `${BODY.slice(0, -1)},"constructor":{"prototype":{}}}`],
    ['compressed', Buffer.from('1f8b0800000000000003ab050043bfa6a302000000', 'hex')],
  ];

  it.each(malformed)('%s', async (_, body) => {
    await expectRefused(await exchange(port, { ...OPEN, body }), 400, 'ERR_PROTOCOL_MALFORMED');
    expect(({} as Record<string, unknown>)['challengeNonce']).toBeUndefined();
  });

  it('is not waited for where there is nothing', async () => {
    const headers = { 'Content-Length': '1000' };
    const head = requestBytes(port, { ...OPEN, target: '/v1/nothing', headers, body: '' });
    await expectRefused(await exchangeRaw(port, head), 404, 'ERR_PROTOCOL_NOT_FOUND');
  });

  it('shorter than declared leaves no operation behind', async () => {
    const headers = { 'Content-Length': String(BODY.length + 1) };
    expect(await sendRaw(port, requestBytes(port, { ...OPEN, headers }))).toBe('');
    expect(harness.operations.calls).toBe(0);
  });

  it('belongs to POST only', async () => {
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const target = '/v1/sessions/x';
      await expectRefused(await exchange(port, { method, target, body: BODY }), 400, 'ERR_PROTOCOL_MALFORMED');
      const headers = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
      const chunked = { method, target, headers, body: '0\r\n\r\n' };
      await expectRefused(await exchange(port, chunked), 400, 'ERR_PROTOCOL_MALFORMED');
    }
  });
});

describe('methods and targets', () => {
  it.each([
    ['PUT', '/v1/sessions'],
    ['PATCH', '/v1/sessions'],
    ['HEAD', '/v1/status'],
    ['TRACE', '/v1/status'],
    ['PROPFIND', '/v1/status'],
    ['POST', '/v1/status'],
    ['DELETE', '/v1/status'],
    ['GET', '/v1/sessions'],
    ['DELETE', '/v1/sessions'],
    ['POST', '/v1/sessions/x'],
  ])('%s %s', async (method, target) => {
    const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? BODY : undefined;
    const answer = await exchange(port, { method, target, ...(body === undefined ? {} : { body }) });
    // HEAD is answered without a body, so without a code.
    await expectRefused(
      { ...answer, code: method === 'HEAD' ? 'ERR_PROTOCOL_METHOD' : answer.code },
      405,
      'ERR_PROTOCOL_METHOD',
    );
  });

  it('a method override in a header is a header like any other', async () => {
    const answer = await exchange(port, { headers: { 'X-HTTP-Method-Override': 'POST' } });
    expect(JSON.parse(answer.body)).toEqual({ ok: true, result: { protocolVersions: [1] } });
  });

  it.each([
    '/',
    '//v1/status',
    '/v1//status',
    '/v1/status/',
    '/V1/status',
    '/v1/Status',
    '/v1/./status',
    '/v1/x/../status',
    '/v1/%73tatus',
    '/v1%2fstatus',
    '/v1/sessions%2f',
    '/v1/sessions/',
    '/v1/sessions/x/y',
    '/v1/status;x=y',
    '/v1/status%00',
    '/v1/status#x',
    '/v1\\status',
    '/v1/sessions/%ff',
    '/v1/sessions/..%2f..%2fstatus',
    `/v1/sessions/${'A'.repeat(200)}`,
    '/v2/status',
    '/favicon.ico',
    '*',
  ])('%s', async (target) => {
    await expectRefused(await exchange(port, { target }), 404, 'ERR_PROTOCOL_NOT_FOUND');
    if (target !== '*') await expectRefused(await exchange(port, { ...OPEN, target }), 404, 'ERR_PROTOCOL_NOT_FOUND');
  });

  it('an absolute target', async () => {
    for (const target of [
      `http://127.0.0.1:${port}/v1/status`,
      'http://evil.example/v1/status',
      'https://x/v1/status',
    ]) {
      await expectRefused(await exchange(port, { target }), 404, 'ERR_PROTOCOL_NOT_FOUND');
    }
  });

  it('CONNECT gets no answer at all', async () => {
    expect(await sendRaw(port, requestBytes(port, { method: 'CONNECT', target: `127.0.0.1:${port}` }))).toBe('');
  });

  it.each(['-1', '26', '1.5', '1e1', '0x1', '+1', '01', '%31', '', 'x', '25&wait=25', '5&x=1'])(
    'wait=%s',
    async (wait) => {
      const answer = await exchange(port, { target: `/v1/sessions/${'A'.repeat(43)}?wait=${wait}` });
      expect(answer.status).toBe(wait.includes('%') || wait.includes('+') || wait.includes('.') ? 404 : 400);
      expect(answer.code).toBe(answer.status === 404 ? 'ERR_PROTOCOL_NOT_FOUND' : 'ERR_PROTOCOL_MALFORMED');
    },
  );

  it('a query where there is none', async () => {
    for (const request of [{ target: '/v1/status?x' }, { ...OPEN, target: '/v1/sessions?wait=1' }]) {
      await expectRefused(await exchange(port, request), 400, 'ERR_PROTOCOL_MALFORMED');
    }
  });
});

describe('the message', () => {
  const upgrades: Record<string, string>[] = [
    {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
    },
    { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' },
  ];

  it.each(upgrades)('with an upgrade to $Upgrade', async (headers) => {
    const answer = await exchange(port, { headers });
    await expectRefused(answer, 400, 'ERR_PROTOCOL_MALFORMED');
    expect(answer.headers.has('upgrade')).toBe(false);
    await expectRefused(await exchange(port, { headers: { ...headers, Origin: 'null' } }), 403, 'ERR_ORIGIN_MISSING');
  });

  it.each(['100-continue', 'x'])('with the expectation %s invites no body', async (expectation) => {
    const stream = await sendRaw(port, requestBytes(port, { ...OPEN, headers: { Expect: expectation } }));
    expect(stream).not.toContain('100 Continue');
    await expectRefused(at(parseAnswers(stream), 0), 400, 'ERR_PROTOCOL_MALFORMED');
    expect(parseAnswers(stream)).toHaveLength(1);
  });

  const head = (own: number): string => `Host: 127.0.0.1:${own}\r\nOrigin: ${ORIGIN}\r\nMadoguchi-Protocol: 1\r\n`;
  const post = (own: number): string => `POST /v1/sessions HTTP/1.1\r\n${head(own)}Content-Type: application/json\r\n`;
  /** A second request hidden where a reader that misjudges the first one's end would find it. */
  const hidden = (own: number): string => {
    const length = `Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
    return `POST /v1/sessions HTTP/1.1\r\n${head(own)}Content-Type: application/json\r\n${length}`;
  };

  const smuggled: [string, (own: number) => string][] = [
    [
      'length and chunks',
      (own) => `${post(own)}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(own)}`,
    ],
    [
      'chunks and length',
      (own) => `${post(own)}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden(own)}`,
    ],
    ['two lengths', (own) => `${post(own)}Content-Length: 0\r\nContent-Length: 9\r\n\r\n${hidden(own)}`],
    ['one length twice', (own) => `${post(own)}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}${hidden(own)}`],
    ['a list of lengths', (own) => `${post(own)}Content-Length: 2, 2\r\n\r\n{}${hidden(own)}`],
    ['a length with a sign', (own) => `${post(own)}Content-Length: +2\r\n\r\n{}${hidden(own)}`],
    ['a hexadecimal length', (own) => `${post(own)}Content-Length: 0x2\r\n\r\n{}${hidden(own)}`],
    ['a negative length', (own) => `${post(own)}Content-Length: -2\r\n\r\n{}${hidden(own)}`],
    ['an unknown coding', (own) => `${post(own)}Transfer-Encoding: xchunked\r\n\r\n${hidden(own)}`],
    [
      'a coding after chunks',
      (own) => `${post(own)}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden(own)}`,
    ],
    [
      'a coding before chunks',
      (own) =>
        `${post(own)}Transfer-Encoding: gzip, chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
    ],
    [
      'chunks twice',
      (own) => `${post(own)}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(own)}`,
    ],
    [
      'chunks with HTTP/1.0',
      (own) => `${post(own).replace('/1.1', '/1.0')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(own)}`,
    ],
    ['a space before a colon', (own) => `${post(own)}Content-Length : 0\r\n\r\n${hidden(own)}`],
    ['a folded header', (own) => `${post(own)}X: a\r\n b\r\nContent-Length: 0\r\n\r\n${hidden(own)}`],
    [
      'a folded Origin',
      (own) => `GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:${own}\r\nOrigin: ${ORIGIN}\r\n .evil.example\r\n\r\n`,
    ],
    ['bare line feeds', (own) => `${post(own)}Content-Length: 0\r\n\r\n`.replaceAll('\r\n', '\n') + hidden(own)],
    ['a bare carriage return', (own) => `${post(own)}X: a\rContent-Length: 0\r\n\r\n${hidden(own)}`],
    ['NUL in a header', (own) => `GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:${own}\0\r\nOrigin: ${ORIGIN}\r\n\r\n`],
    ['a bad chunk size', (own) => `${post(own)}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n${hidden(own)}`],
    [
      'a chunk that is longer than it says',
      (own) => `${post(own)}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n${hidden(own)}`,
    ],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/3.0 in text', (own) => `GET /v1/status HTTP/3.0\r\n${head(own)}\r\n`],
    ['HTTP/1.0', (own) => `GET /v1/status HTTP/1.0\r\n${head(own)}\r\n`],
    ['TLS', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an unknown method', (own) => `FETCH /v1/status HTTP/1.1\r\n${head(own)}\r\n`],
    ['bytes in the target', (own) => `GET /v1/\xe9 HTTP/1.1\r\n${head(own)}\r\n`],
    ['a head that is too long', (own) => `GET /v1/status HTTP/1.1\r\n${head(own)}X: ${'x'.repeat(9000)}\r\n\r\n`],
    ['ten thousand headers', (own) => `GET /v1/status HTTP/1.1\r\n${head(own)}${'X: y\r\n'.repeat(10_000)}\r\n`],
  ];

  it.each(smuggled)('%s', async (_, bytes) => {
    const answers = parseAnswers(await sendRaw(port, Buffer.from(bytes(port), 'latin1')));
    await expectRefused(only(answers), 400, 'ERR_PROTOCOL_MALFORMED');
    expect(only(answers).headers.get('connection')).toBe('close');
  });

  it('refused does not let a second one through on its connection', async () => {
    for (const refusal of [{ Origin: 'null' }, { Host: 'evil.example' }, { 'Madoguchi-Protocol': '2' }]) {
      const first = requestBytes(port, { ...OPEN, headers: refusal });
      const answers = parseAnswers(await sendRaw(port, Buffer.concat([first, Buffer.from(hidden(port))])));
      expect(answers.length).toBeLessThanOrEqual(1);
      expect(answers.map(({ status }) => status)).not.toContain(200);
      expect(harness.operations.calls).toBe(0);
    }
  });

  it('sent before the last one was answered ends the connection', async () => {
    const poll = requestBytes(port, { target: `/v1/sessions/${'A'.repeat(43)}` });
    expect(await sendRaw(port, Buffer.concat([poll, Buffer.from(hidden(port))]))).toBe('');
    expect(harness.operations.calls).toBe(0);
  });

  it('answers nothing to HTTP/0.9', async () => {
    expect(await sendRaw(port, 'GET /v1/status\r\n')).toBe('');
  });
});

describe('sessions', () => {
  let clock: FakeClock;
  let own: Harness;

  beforeEach(async () => {
    clock = new FakeClock();
    own = await startHarness({ clock, peers: fakePeers('same') });
  });

  afterEach(() => own.listener.close());

  async function open(origin = ORIGIN): Promise<RawAnswer> {
    return exchange(own.port, { ...OPEN, headers: { Origin: origin } });
  }

  function idIn(answer: RawAnswer): string {
    return (JSON.parse(answer.body) as { result: { sessionId: string } }).result.sessionId;
  }

  function session(id: string, { origin = ORIGIN, method = 'GET' } = {}): Promise<RawAnswer> {
    return exchange(own.port, { method, target: `/v1/sessions/${id}`, headers: { Origin: origin } });
  }

  it('can be neither polled nor cancelled by another origin', async () => {
    const id = idIn(await open());
    for (const origin of [OTHER_ORIGIN, `${ORIGIN}:8443`, 'https://www.service.example.go.jp']) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await session(id, { origin, method });
        expect([answer.status, answer.code]).toEqual([404, 'ERR_PROTOCOL_SESSION_UNKNOWN']);
        expect(answer.body).toBe((await session('A'.repeat(43), { origin, method })).body);
      }
    }
    expect(only(own.operations.authentications).signal.aborted).toBe(false);
    only(own.operations.authentications).resolve(TOKEN);
    await settle();
    expect((await session(id, { origin: OTHER_ORIGIN })).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(JSON.parse((await session(id)).body)).toMatchObject({ result: { status: 'done' } });
  });

  it('give their result once', async () => {
    const id = idIn(await open());
    only(own.operations.authentications).resolve(TOKEN);
    await settle();
    const answers = await Promise.all([session(id), session(id), session(id)]);
    expect(answers.filter(({ body }) => body.includes(TOKEN.signature))).toHaveLength(1);
    expect((await session(id)).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('open one dialog at a time, however many ask', async () => {
    await open();
    expect((await open()).status).toBe(200);
    const third = await open();
    expect([third.status, third.code]).toEqual([429, 'ERR_PROTOCOL_BUSY']);
    expect(JSON.parse(third.body)).toMatchObject({ error: { retriable: true } });
    expect(own.operations.calls).toBe(1);
  });

  it('are bounded over all origins', async () => {
    for (let i = 0; i <= LIMITS.queuedSessions; i++) expect((await open(`https://s${i}.example`)).status).toBe(200);
    const refused = await open();
    expect([refused.status, refused.code]).toEqual([429, 'ERR_PROTOCOL_QUEUE_FULL']);
    expect(own.operations.calls).toBe(1);
  });

  it('end when the page is gone', async () => {
    const id = idIn(await open());
    const poll = requestBytes(own.port, { target: `/v1/sessions/${id}?wait=25` });
    const { socket } = await openSocket(own.port, poll);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await clock.advance(20_000);
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await clock.advance(LIMITS.pollBrokenSeconds * 1000 - 1);
    expect(only(own.operations.authentications).signal.aborted).toBe(false);
    await clock.advance(1);
    expect(only(own.operations.authentications).signal.aborted).toBe(true);
    expect((await session(id)).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('do not hand a result to a connection that is gone', async () => {
    const id = idIn(await open());
    const poll = requestBytes(own.port, { target: `/v1/sessions/${id}?wait=25` });
    const { socket } = await openSocket(own.port, poll);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    only(own.operations.authentications).resolve(TOKEN);
    await settle();
    expect(JSON.parse((await session(id)).body)).toMatchObject({ result: { status: 'done' } });
  });

  it('end at once when the page cancels', async () => {
    const id = idIn(await open());
    expect(JSON.parse((await session(id, { method: 'DELETE' })).body)).toEqual({ ok: true, result: {} });
    expect(only(own.operations.authentications).signal.aborted).toBe(true);
    expect((await session(id, { method: 'DELETE' })).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('take their origin from the transport', async () => {
    await open('https://xn--r8jz45g.jp');
    const { request } = only(own.operations.authentications);
    expect(request).toEqual({
      operation: 'authenticate',
      origin: 'https://xn--r8jz45g.jp',
      requester: originRequester('https://xn--r8jz45g.jp', { unicodeOrigin: 'https://例え.jp' }),
      challengeNonce: NONCE,
      onDecision: expect.any(Function) as unknown,
    });
  });
});

describe('slow and many', () => {
  const limits = {
    headersTimeout: 400,
    requestTimeout: 3000,
    keepAliveTimeout: 500,
    checkInterval: 50,
    connections: 4,
  };
  let own: Harness;

  beforeEach(async () => {
    own = await startHarness({ limits });
  });

  afterEach(() => own.listener.close());

  it('ends a head that never ends', async () => {
    const begin = performance.now();
    const { socket, closed } = await openSocket(own.port, 'GET /v1/status HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 100);
    const stream = await closed;
    clearInterval(drip);
    expect(only(parseAnswers(stream)).code).toBe('ERR_PROTOCOL_MALFORMED');
    expect(performance.now() - begin).toBeLessThan(limits.requestTimeout);
  });

  it('ends a body that never ends', async () => {
    const bytes = requestBytes(own.port, { ...OPEN, headers: { 'Content-Length': '1000' }, body: '' });
    const { socket, closed } = await openSocket(own.port, bytes);
    const drip = setInterval(() => socket.write(' '), 100);
    const stream = await closed;
    clearInterval(drip);
    expect(only(parseAnswers(stream)).code).toBe('ERR_PROTOCOL_MALFORMED');
    expect(own.operations.calls).toBe(0);
  });

  it('ends a connection that says nothing, or nothing more', async () => {
    const silent = await openSocket(own.port, '');
    const idle = await openSocket(own.port, requestBytes(own.port, {}));
    await Promise.all([silent.closed, idle.closed]);
  });

  it('drops connections past its number, and serves again when they are gone', async () => {
    const open = await Promise.all(Array.from({ length: 4 }, () => openSocket(own.port, 'GET /v1/st')));
    expect(await sendRaw(own.port, requestBytes(own.port, {}), { milliseconds: 200 })).toBe('');
    for (const { socket } of open) socket.destroy();
    await Promise.all(open.map(({ closed }) => closed));
    await vi.waitFor(async () => expect((await exchange(own.port, {})).status).toBe(200), { timeout: 5_000 });
  });
});
