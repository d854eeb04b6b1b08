import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS, type ErrorCode } from '../../../sdk/protocol/index.js';
import { at, FakeClock, NONCE, only, ORIGIN, settle, TOKEN } from '../bridge/fakes.js';
import { exchange, exchangeRaw, requestBytes, startHarness, type Harness, type RawAnswer } from '../bridge/harness.js';
import {
  askResult,
  codeOn,
  navigate,
  NAVIGATION,
  newState,
  parameters,
  REDIRECT_URI,
  sessionIn,
  submit,
} from './navigation.js';

let clock: FakeClock;
let harness: Harness;
let port: number;

beforeEach(async () => {
  clock = new FakeClock();
  harness = await startHarness({ clock });
  port = harness.port;
});

afterEach(() => harness.listener.close());

/** A page of the client's own that says why, goes nowhere, and has asked nobody. */
async function expectRefused(answer: RawAnswer, status: number, code: ErrorCode): Promise<void> {
  expect({ status: answer.status, code: codeOn(answer) }).toEqual({ status, code });
  expectOwnPage(answer);
  expect(answer.headers.get('location')).toBeUndefined();
  expect(answer.body).not.toMatch(/<script|<form|<meta http-equiv|<a /);
  await settle();
  expect(harness.operations.calls).toBe(0);
}

function expectOwnPage({ headers }: RawAnswer): void {
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", 'form-action ']) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toContain('unsafe');
  expectNoCors({ headers });
}

function expectNoCors({ headers }: Pick<RawAnswer, 'headers'>): void {
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

describe('who comes', () => {
  it.each<[string, Record<string, string | undefined>]>([
    ['fetch with CORS', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty', Origin: ORIGIN }],
    ['fetch without CORS', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' }],
    [
      'fetch of its own page',
      { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'same-origin', 'Sec-Fetch-Dest': 'empty' },
    ],
    ['an image', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a script', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' }],
    ['an iframe', { 'Sec-Fetch-Dest': 'iframe' }],
    ['a frame', { 'Sec-Fetch-Dest': 'frame' }],
    ['a fenced frame', { 'Sec-Fetch-Dest': 'fencedframe' }],
    ['an object', { 'Sec-Fetch-Dest': 'object' }],
    ['an embed', { 'Sec-Fetch-Dest': 'embed' }],
    ['a nested navigation', { 'Sec-Fetch-Mode': 'nested-navigate' }],
    ['a WebSocket', { 'Sec-Fetch-Mode': 'websocket', 'Sec-Fetch-Dest': 'empty' }],
    ['a prefetch', { 'Sec-Purpose': 'prefetch' }],
    ['a prerendering', { 'Sec-Purpose': 'prefetch;prerender' }],
    ['an older prefetch', { Purpose: 'prefetch' }],
    ['a prefetch of Firefox', { 'X-Moz': 'prefetch' }],
    ['a page without Fetch Metadata', { 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined, Origin: ORIGIN }],
  ])('%s opens no consent', async (_, headers) => {
    const query = parameters();
    await expectRefused(await navigate(port, { query, headers }), 403, 'ERR_ORIGIN_NOT_ALLOWED');
    // Nor has it used up the state.
    expect((await navigate(port, { query })).status).toBe(200);
  });

  it('a browser that says nothing of itself may, as Safari did before 16.4', async () => {
    const headers = { 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined };
    expect((await navigate(port, { headers })).status).toBe(200);
    expect((await submit(port, { headers: { ...headers, Origin: undefined } })).status).toBe(200);
  });

  it.each([undefined, 'null', ORIGIN, 'https://login.other.example'])('by POST with Origin %s', async (Origin) => {
    expect((await submit(port, { headers: { Origin } })).status).toBe(200);
    await settle();
    expect(only(harness.operations.authentications).request.origin).toBe(ORIGIN);
  });

  it.each(['evil.example', '127.0.0.1', undefined, '127.0.0.1.evil.example'])('to the host %s', async (Host) => {
    await expectRefused(await navigate(port, { headers: { Host } }), 403, 'ERR_ORIGIN_HOST');
    await expectRefused(await submit(port, { headers: { Host } }), 403, 'ERR_ORIGIN_HOST');
  });

  it.each(['Host: evil.example', 'Sec-Fetch-Dest: document', 'Sec-Fetch-Mode: navigate', 'Origin: null'])(
    'with two headers of one kind: %s',
    async (line) => {
      const parts = { target: `/v1/authorize?${parameters()}`, headers: { Origin: 'null', ...NAVIGATION } };
      const head = requestBytes(port, parts).toString('latin1').replace('\r\n\r\n', `\r\n${line}\r\n\r\n`);
      const answer = await exchangeRaw(port, head);
      expect(codeOn(answer)).toMatch(/^ERR_ORIGIN_(?:HOST|NOT_ALLOWED)$/);
      await settle();
      expect(harness.operations.calls).toBe(0);
    },
  );

  it.each(['PUT', 'PATCH', 'HEAD', 'TRACE'])('with the method %s', async (method) => {
    const head = requestBytes(port, {
      method,
      target: `/v1/authorize?${parameters()}`,
      headers: { Origin: undefined },
    });
    const answer = await exchangeRaw(port, head);
    expect(answer.status).toBe(405);
    expect(harness.operations.calls).toBe(0);
  });

  it.each(['DELETE', 'OPTIONS'])('with the method %s, which other resources have', async (method) => {
    const target = `/v1/authorize?${parameters()}`;
    const answer = await exchange(port, { method, target, headers: { Origin: undefined, ...NAVIGATION } });
    await expectRefused(answer, 405, 'ERR_PROTOCOL_METHOD');
  });

  it('asking for a preflight gets none', async () => {
    const headers = { 'Access-Control-Request-Method': 'POST', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };
    const answer = await exchange(port, { method: 'OPTIONS', target: '/v1/authorize', headers });
    await expectRefused(answer, 403, 'ERR_ORIGIN_NOT_ALLOWED');
  });
});

describe('what is asked', () => {
  it.each<[string, (query: string) => string]>([
    ['nothing', () => ''],
    ['a parameter twice', (query) => `${query}&state=${newState()}`],
    ['redirect_uri twice', (query) => `${query}&redirect_uri=https%3A%2F%2Fevil.example%2F`],
    ['a parameter twice with an encoded name', (query) => `${query}&stat%65=${newState()}`],
    ['a parameter nobody knows', (query) => `${query}&scope=openid`],
    ['__proto__', (query) => `${query}&__proto__=x`],
    ['constructor', (query) => `${query}&constructor=x`],
    ['an array', (query) => query.replace('state=', 'state[]=')],
    ['a piece without a name', (query) => `${query}&=x`],
    ['a piece without a value', (query) => `${query}&state`],
    ['an empty piece', (query) => `${query}&`],
    ['pieces parted by semicolons', (query) => query.replaceAll('&', ';')],
    ['a broken percent-encoding', (query) => query.replace('%3A', '%3')],
    ['a percent-encoding that is none', (query) => query.replace('%3A', '%ZZ')],
    ['octets that are not UTF-8', (query) => query.replace('callback', 'callback%C0%AF')],
    ['an encoded twice redirect_uri', (query) => query.replaceAll('%', '%25')],
    ['an operation of its own', (query) => `${query}&operation=sign`],
    ['a nonce and a signed request', (query) => `${query}&request=a.b.c`],
    ['no state', () => parameters({ state: undefined })],
    ['a short state', () => parameters({ state: 's'.repeat(21) })],
    ['a long state', () => parameters({ state: 's'.repeat(129) })],
    ['a state with other characters', () => parameters({ state: `${'s'.repeat(22)}"` })],
    ['a short nonce', () => parameters({ challenge_nonce: 'n'.repeat(43) })],
    ['no nonce', () => parameters({ challenge_nonce: undefined })],
    ['a request that is no JWS', () => parameters({ challenge_nonce: undefined, request: '{"operation":"sign"}' })],
    ['more than eight parameters', (query) => `${query}${'&a=1'.repeat(9)}`],
    ['NUL', (query) => query.replace('callback', 'callback%00')],
  ])('%s', async (_, change) => {
    const query = change(parameters());
    for (const answer of [await navigate(port, { query }), await submit(port, { query })]) {
      expect(codeOn(answer)).toMatch(/^ERR_(?:PROTOCOL_MALFORMED|ORIGIN_REDIRECT_URI)$/);
      await expectRefused(answer, answer.status, codeOn(answer) as ErrorCode);
    }
  });

  it.each([
    ['https://user@service.example.go.jp/', 'ERR_ORIGIN_REDIRECT_URI'],
    ['https://service.example.go.jp/#x', 'ERR_ORIGIN_REDIRECT_URI'],
    ['javascript:alert(1)', 'ERR_ORIGIN_REDIRECT_URI'],
    ['data:text/html,x', 'ERR_ORIGIN_REDIRECT_URI'],
    ['https:\\\\service.example.go.jp\\', 'ERR_ORIGIN_REDIRECT_URI'],
    ['http://service.example.go.jp/', 'ERR_ORIGIN_NOT_ALLOWED'],
    // Only in developer mode.
    ['http://localhost:3000/', 'ERR_ORIGIN_NOT_ALLOWED'],
  ] as const)('an answer for %s', async (redirect_uri, code) => {
    await expectRefused(await navigate(port, { query: parameters({ redirect_uri }) }), 403, code);
    await expectRefused(await submit(port, { query: parameters({ redirect_uri }) }), 403, code);
  });

  it('an answer for an origin that is not on the administrator’s list', async () => {
    const managed = await startHarness({ allowedOrigins: ['https://only.example'] });
    try {
      const answer = await navigate(managed.port);
      expect({ status: answer.status, code: codeOn(answer) }).toEqual({ status: 403, code: 'ERR_POLICY_ORIGIN' });
      expect(managed.operations.calls).toBe(0);
    } finally {
      await managed.listener.close();
    }
  });

  it('with more than one question mark is read to its end', async () => {
    const given = parameters({ redirect_uri: undefined });
    const query = `redirect_uri=${REDIRECT_URI}?next=/a?b&${given}`;
    const answer = await navigate(port, { query });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(`action="${REDIRECT_URI}?next=/a?b"`);
  });

  it('a state a second time, by either method, also for a session that has ended', async () => {
    const query = parameters();
    const id = sessionIn(await navigate(port, { query }));
    expect((await askResult(port, id, { method: 'DELETE' })).status).toBe(200);
    for (const again of [await navigate(port, { query }), await submit(port, { query })]) {
      expect({ status: again.status, code: codeOn(again) }).toEqual({ status: 400, code: 'ERR_PROTOCOL_REPLAYED' });
      expectOwnPage(again);
    }
    expect(harness.operations.calls).toBe(1);
  });

  it.each([
    [
      'JSON',
      'application/json',
      JSON.stringify({ redirect_uri: REDIRECT_URI, state: newState(), challenge_nonce: NONCE }),
    ],
    ['plain text', 'text/plain', parameters()],
    ['several parts', 'multipart/form-data; boundary=x', parameters()],
    ['another character set', 'application/x-www-form-urlencoded; charset=utf-16', parameters()],
    ['two types', 'application/x-www-form-urlencoded, text/plain', parameters()],
    ['nothing said', undefined, parameters()],
  ])('a POST of %s', async (_, type, query) => {
    await expectRefused(
      await submit(port, { query, headers: { 'Content-Type': type } }),
      415,
      'ERR_PROTOCOL_CONTENT_TYPE',
    );
  });

  it('a POST with parameters in the query', async () => {
    const answer = await exchange(port, {
      method: 'POST',
      target: `/v1/authorize?${parameters()}`,
      body: parameters(),
      headers: { Origin: 'null', ...NAVIGATION, 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    await expectRefused(answer, 400, 'ERR_PROTOCOL_MALFORMED');
  });

  it('a body that is too large', async () => {
    const query = `${parameters({ challenge_nonce: undefined })}&request=${'a'.repeat(LIMITS.bodyBytes + 9 * 1024)}`;
    await expectRefused(await submit(port, { query }), 413, 'ERR_PROTOCOL_BODY_TOO_LARGE');
  });

  it('a head that is too large', async () => {
    const answer = await navigate(port, { query: parameters({ request: `a.b.${'c'.repeat(8_192)}` }) });
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 'ERR_PROTOCOL_MALFORMED' });
    expect(harness.operations.calls).toBe(0);
  });

  it('octets of another character set in the target', async () => {
    const head = requestBytes(port, {
      target: `/v1/authorize?${parameters()}&x=\xe3`,
      headers: { Origin: undefined, ...NAVIGATION },
    });
    expect((await exchangeRaw(port, head)).status).toBeGreaterThanOrEqual(400);
    expect(harness.operations.calls).toBe(0);
  });

  it('a signed request that nobody’s key has signed', async () => {
    const part = Buffer.from('{"alg":"none"}').toString('base64url');
    const query = parameters({ challenge_nonce: undefined, request: `${part}.${part}.AA` });
    for (const answer of [await navigate(port, { query }), await submit(port, { query })]) {
      await expectRefused(answer, 400, 'ERR_PROTOCOL_REQUEST_SIGNATURE');
    }
  });
});

describe('HTML in what comes from outside', () => {
  const INJECTIONS = [
    `${ORIGIN}/it's`,
    `${ORIGIN}/?a='onfocus='alert(1)`,
    `${ORIGIN}/?</form><script>alert(1)</script>`,
    `${ORIGIN}/?"><script>alert(1)</script>`,
    `${ORIGIN}/?&lt;script&gt;`,
    `${ORIGIN}/?{{constructor}}`,
  ];

  it.each(INJECTIONS)('%s stays an address', async (given) => {
    const redirectUri = new URL(given).href;
    const answer = await navigate(port, { query: parameters({ redirect_uri: redirectUri }) });
    expect(answer.status).toBe(200);
    const action = /<form id="answer" method="post" action="([^"]*)"/.exec(answer.body)?.[1] ?? '';
    expect(action).not.toMatch(/[<>']/);
    expect(action.replaceAll('&#39;', "'").replaceAll('&amp;', '&')).toBe(redirectUri);
    expect(answer.body.match(/<script/g)).toHaveLength(1);
    expect(answer.body.match(/<form/g)).toHaveLength(1);
  });

  it.each(['<script>alert(1)</script>', '"><img src=x>', "';alert(1)//"])(
    '%s is on no page of a refusal',
    async (text) => {
      const fields = [
        { state: text },
        { challenge_nonce: text },
        { redirect_uri: text },
        { redirect_uri: `${ORIGIN}/ ${text}` },
      ];
      for (const changes of fields) {
        const answer = await navigate(port, { query: parameters(changes) });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.body).not.toContain(text);
        expect(answer.body).not.toContain('alert');
      }
    },
  );

  it('lets the page do nothing but wait and post to the asker', async () => {
    const answer = await navigate(port);
    expectOwnPage(answer);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ').find((part) => part.startsWith('form-action'))).toBe(`form-action ${ORIGIN}`);
    expect(policy).toMatch(/script-src 'sha256-[A-Za-z0-9+/]{43}='/);
    expect(policy).toMatch(/style-src 'sha256-[A-Za-z0-9+/]{43}='/);
    expect(policy).toContain("connect-src 'self'");
  });
});

describe('the result', () => {
  let id: string;

  beforeEach(async () => {
    id = sessionIn(await navigate(port));
    await settle();
  });

  it('is given once, to the client’s own page', async () => {
    const waiting = askResult(port, id, { query: '?wait=25' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    only(harness.operations.authentications).resolve(TOKEN);
    const answer = await waiting;
    expect(JSON.parse(answer.body)).toEqual({
      ok: true,
      result: { status: 'done', output: { operation: 'authenticate', token: TOKEN } },
    });
    expectNoCors(answer);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await askResult(port, id)).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', Origin: 'https://evil.example' }],
    ['the asker itself', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', Origin: ORIGIN }],
    [
      'a page on another port of this PC',
      { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors', Origin: 'http://127.0.0.1:3000' },
    ],
    ['another name of this PC', { Origin: 'http://localhost:1' }],
    [
      'another site without Fetch Metadata',
      { 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined, Origin: ORIGIN },
    ],
    ['an opaque origin', { Origin: 'null' }],
    ['a navigation', { ...NAVIGATION }],
    ['a subresource', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' }],
    [
      'an address typed by the person',
      { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
    ],
  ])('is not for %s', async (_, headers) => {
    only(harness.operations.authentications).resolve(TOKEN);
    for (const method of ['GET', 'DELETE']) {
      const answer = await askResult(port, id, { method, headers });
      expect({ status: answer.status, code: answer.code }).toEqual({ status: 403, code: 'ERR_ORIGIN_NOT_ALLOWED' });
      expectNoCors(answer);
    }
    expect(JSON.parse((await askResult(port, id)).body)).toMatchObject({ result: { status: 'done' } });
  });

  it('is not given for a simple request, nor is a preflight answered', async () => {
    const simple = await askResult(port, id, {
      headers: { 'Madoguchi-Protocol': undefined, 'Sec-Fetch-Site': undefined },
    });
    expect({ status: simple.status, code: simple.code }).toEqual({ status: 400, code: 'ERR_PROTOCOL_VERSION' });
    const ownOrigin = `http://127.0.0.1:${port}`;
    for (const headers of [{ Origin: ORIGIN, 'Sec-Fetch-Site': 'cross-site' }, { Origin: ownOrigin }]) {
      const preflight = await askResult(port, id, {
        method: 'OPTIONS',
        headers: { ...headers, 'Access-Control-Request-Method': 'DELETE', 'Sec-Fetch-Mode': 'cors' },
      });
      expect([403, 405]).toContain(preflight.status);
      expectNoCors(preflight);
    }
  });

  it('cannot be had under another id, nor over the route of pages', async () => {
    const other = sessionIn(await navigate(port, { query: parameters({ redirect_uri: 'https://other.example/' }) }));
    expect(other).not.toBe(id);
    expect((await askResult(port, `${id.slice(0, -1)}!`)).status).toBe(404);
    expect((await askResult(port, 'A'.repeat(43))).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    const byPage = await exchange(port, { target: `/v1/sessions/${id}`, headers: { Origin: 'https://other.example' } });
    expect(byPage.code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    const opened = await exchange(port, {
      method: 'POST',
      target: '/v1/sessions',
      body: JSON.stringify({ operation: 'authenticate', challengeNonce: NONCE }),
    });
    const { sessionId } = (JSON.parse(opened.body) as { result: { sessionId: string } }).result;
    expect((await askResult(port, sessionId)).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('is given up when the person cancels on the page', async () => {
    const answer = await askResult(port, id, { method: 'DELETE', headers: { Origin: `http://127.0.0.1:${port}` } });
    expect(JSON.parse(answer.body)).toEqual({ ok: true, result: {} });
    expect(only(harness.operations.authentications).signal.aborted).toBe(true);
    expect((await askResult(port, id, { method: 'DELETE' })).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('is given up when the page has not asked for 35 seconds', async () => {
    await askResult(port, id);
    await clock.advance(34_000);
    expect(only(harness.operations.authentications).signal.aborted).toBe(false);
    await clock.advance(1_500);
    expect(only(harness.operations.authentications).signal.aborted).toBe(true);
    expect((await askResult(port, id)).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('of a refusal is the code alone', async () => {
    harness.operations.authentications[0]?.reject(new Error('the card is gone'));
    await settle();
    const { status, code } = await askResult(port, id);
    expect({ status, code }).toEqual({ status: 500, code: 'ERR_INTERNAL' });
  });

  it.each(['?wait=26', '?wait=-1', '?wait=1&wait=2', '?x=1', '?wait=1.5'])(
    'is asked for with %s in vain',
    async (query) => {
      expect((await askResult(port, id, { query })).code).toMatch(/^ERR_PROTOCOL_(?:MALFORMED|NOT_FOUND)$/);
      expect(JSON.parse((await askResult(port, id)).body)).toMatchObject({ result: { status: 'pending' } });
    },
  );
});

describe('the consent', () => {
  it('is told who asks: the origin the answer goes to, unconfirmed', async () => {
    await navigate(port);
    await settle();
    expect(at(harness.operations.authentications, 0).request).toMatchObject({
      origin: ORIGIN,
      requester: { kind: 'origin', origin: ORIGIN, route: 'redirect', confirmed: false },
    });
  });
});
