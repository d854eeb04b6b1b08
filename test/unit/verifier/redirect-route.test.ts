import { describe, expect, it } from 'vitest';
import { readRedirect } from '../../../main/core/bridge/redirect.js';
import { authorizeParametersSchema, LIMITS } from '../../../sdk/protocol/index.js';
import {
  createMemoryStore,
  createRedirectRoute,
  createRedirectState,
  VerificationError,
  type OneTimeEntry,
  type OneTimeStore,
  type RedirectOutcome,
  type RedirectRoute,
  type RedirectRouteOptions,
} from '../../../sdk/verifier/index.js';

const redirectUri = 'https://service.example.jp/login/callback';
const alice = 'session-of-alice';
const mallory = 'session-of-mallory';
const FORM = 'application/x-www-form-urlencoded';

const token = {
  unverifiedCertificate: 'AAAA',
  algorithm: 'RS256',
  signature: 'AAA=',
  format: 'web-eid:1.0',
} as const;
const output = { operation: 'authenticate', token } as const;
const answer = JSON.stringify({ ok: true, result: output });

let now = Date.UTC(2026, 10, 20);

/** Never forgets by itself, so that nothing but the route keeps the time. */
const createStore = (): OneTimeStore => createMemoryStore({ now: () => 0 });

function createRoute(changes: Partial<RedirectRouteOptions> = {}): RedirectRoute {
  return createRedirectRoute({ redirectUri, store: createStore(), now: () => now, ...changes });
}

function formOf(fields: Record<string, string> | [string, string][]): string {
  return new URLSearchParams(fields).toString();
}

/** The browser brings the client's form. It sends no session with it; a session that is asked for all the same is noticed. */
async function post(route: RedirectRoute, body: BodyInit, headers: Record<string, string> = { 'Content-Type': FORM }) {
  const request = new Request(redirectUri, { method: 'POST', body, headers });
  const outcome = await route.handle(request, () => {
    throw new Error('the POST has no session');
  });
  if (outcome.status !== 'respond') throw new Error(outcome.status);
  return outcome.response;
}

async function bring(route: RedirectRoute, state: string, response = answer): Promise<string> {
  const reply = await post(route, formOf({ state, response }));
  expect(reply.status).toBe(303);
  return reply.headers.get('location') ?? '';
}

function get(route: RedirectRoute, url: string, session: string | undefined): Promise<RedirectOutcome> {
  return route.handle(new Request(url), () => session);
}

async function refusal(outcome: Promise<RedirectOutcome>): Promise<string> {
  const thrown: unknown = await outcome.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(VerificationError);
  return (thrown as VerificationError).code;
}

const FOREIGN = 'ERR_PROTOCOL_STATE';

describe('the way to the client', () => {
  it('is a URL that the client takes', async () => {
    const { url, state, challengeNonce } = await createRoute().start(alice);
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe('http://127.0.0.1:41731/v1/authorize');
    const parameters = Object.fromEntries(searchParams);
    expect(authorizeParametersSchema.parse(parameters)).toEqual({
      redirect_uri: redirectUri,
      state,
      challenge_nonce: challengeNonce,
    });
    expect(readRedirect(parameters).target).toEqual({ redirectUri, state });
    expect(url).not.toContain(alice);
  });

  it('carries a signed request in place of the nonce, and goes to another port', async () => {
    const asked: unknown[] = [];
    const { url, state, challengeNonce } = await createRoute().start(alice, {
      clientPort: 41733,
      signRequest: (binding) => {
        asked.push(binding);
        return Promise.resolve('a.b.c');
      },
    });
    expect(asked).toEqual([{ redirectUri, state, challengeNonce }]);
    expect(new URL(url).port).toBe('41733');
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      redirect_uri: redirectUri,
      state,
      request: 'a.b.c',
    });
  });

  it('is another each time', async () => {
    const route = createRoute();
    const started = await Promise.all([1, 2, 3].map(() => route.start(alice)));
    expect(new Set(started.map(({ state }) => state)).size).toBe(3);
    expect(new Set(started.map(({ challengeNonce }) => challengeNonce)).size).toBe(3);
    expect(createRedirectState()).toMatch(/^[\w-]{43}$/);
  });
});

describe('the way back', () => {
  it('delivers the output to the session that started it, once', async () => {
    const route = createRoute();
    const { state, challengeNonce } = await route.start(alice);
    const location = await bring(route, state);
    expect(location.startsWith(`${redirectUri}?state=${state}&code=`)).toBe(true);
    expect(await get(route, location, alice)).toEqual({ status: 'completed', session: alice, challengeNonce, output });
    expect(await refusal(get(route, location, alice))).toBe(FOREIGN);
  });

  it('delivers why there is none', async () => {
    const route = createRoute();
    const { state } = await route.start(alice);
    const error = { code: 'ERR_USER_REFUSED', message: 'no', retriable: false, details: {} };
    const location = await bring(route, state, JSON.stringify({ ok: false, error }));
    expect(await get(route, location, alice)).toEqual({ status: 'failed', session: alice, error });
  });

  it('delivers what only a verifier can read', async () => {
    const route = createRoute();
    const { state } = await route.start(alice);
    const encrypted = { operation: 'authenticate', jwe: 'a.b.c.d.e', reference: 'A'.repeat(22) };
    const location = await bring(route, state, JSON.stringify({ ok: true, result: encrypted }));
    expect(await get(route, location, alice)).toMatchObject({ status: 'completed', output: encrypted });
  });

  it('keeps what redirect_uri has of its own', async () => {
    const own = `${redirectUri}?tenant=a%20b`;
    const route = createRoute({ redirectUri: own });
    const { state } = await route.start(alice);
    const location = await bring(route, state);
    expect(location.startsWith(`${own}&state=`)).toBe(true);
    expect(await get(route, location, alice)).toMatchObject({ status: 'completed' });
  });

  it('is in no cache, and in nobody’s Referer', async () => {
    const route = createRoute();
    const reply = await post(route, formOf({ state: createRedirectState(), response: answer }));
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.headers.get('referrer-policy')).toBe('no-referrer');
    expect(reply.headers.get('set-cookie')).toBeNull();
  });

  it('may be a page that goes on by itself, for cookies with SameSite=Strict', async () => {
    const own = `${redirectUri}?a='x'`;
    const route = createRoute({ redirectUri: new URL(own).href, sessionCookie: 'strict' });
    const { state } = await route.start(alice);
    const reply = await post(route, formOf({ state, response: answer }));
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await reply.text();
    const address = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(html).not.toContain('<script');
    expect(await get(route, address, alice)).toMatchObject({ status: 'completed' });
  });
});

describe('a login that is started in one browser and finished in another', () => {
  it('is not delivered to the one who started it, though that is whose session it is', async () => {
    const route = createRoute();
    const { state } = await route.start(mallory);
    // Mallory has Alice follow the link; Alice agrees, and her browser brings the form.
    const location = await bring(route, state);
    const withoutCode = `${redirectUri}?state=${state}`;
    for (const guess of [withoutCode, `${withoutCode}&code=${createRedirectState()}`, `${withoutCode}&code=${state}`]) {
      expect(await refusal(get(route, guess, mallory))).toBe(FOREIGN);
    }
    expect(await refusal(get(route, location, alice))).toBe(FOREIGN);
    // From Alice's attempt on, her address bar is of no use to Mallory either.
    expect(await refusal(get(route, location, mallory))).toBe(FOREIGN);
  });

  it('does not put a victim into the session of the one who started it', async () => {
    const route = createRoute();
    const { state } = await route.start(mallory);
    const location = await bring(route, state);
    // Mallory finishes on his own PC, stops before the GET, and sends the address around.
    expect(await refusal(get(route, location, alice))).toBe(FOREIGN);
  });

  it('is not delivered to a browser without a session', async () => {
    for (const nobody of [undefined, '']) {
      const route = createRoute();
      const { state } = await route.start(alice);
      expect(await refusal(get(route, await bring(route, state), nobody))).toBe(FOREIGN);
    }
  });

  it('is not delivered under another redirect’s state', async () => {
    const route = createRoute();
    const [one, other] = [await route.start(alice), await route.start(alice)];
    const location = await bring(route, one.state);
    expect(await refusal(get(route, location.replace(one.state, other.state), alice))).toBe(FOREIGN);
  });

  it('is not delivered at another callback of the same service', async () => {
    const store = createStore();
    const route = createRoute({ store });
    const second = createRoute({ store, redirectUri: 'https://service.example.jp/sign/callback' });
    const { state } = await route.start(alice);
    expect(await refusal(get(second, await bring(second, state), alice))).toBe(FOREIGN);
    expect(await get(route, await bring(route, state), alice)).toMatchObject({ status: 'completed' });
  });
});

describe('a form', () => {
  it('counts where it is the first for its redirect; a later one is answered alike and comes to nothing', async () => {
    const route = createRoute();
    const { state } = await route.start(alice);
    const first = await bring(route, state);
    const later = await bring(
      route,
      state,
      JSON.stringify({ ok: true, result: { ...output, token: { ...token, signature: 'BBB=' } } }),
    );
    expect(await refusal(get(route, later, alice))).toBe(FOREIGN);
    expect(await get(route, first, alice)).toMatchObject({ output });
  });

  it('that no redirect waits for is answered alike, and takes no room', async () => {
    const inner = createStore();
    const entries: OneTimeEntry[] = [];
    const store: OneTimeStore = {
      put: (entry) => {
        entries.push(entry);
        return inner.put(entry);
      },
      take: (key) => inner.take(key),
    };
    const route = createRoute({ store });
    const location = await bring(route, createRedirectState());
    expect(entries).toEqual([]);
    expect(await refusal(get(route, location, alice))).toBe(FOREIGN);

    const { state } = await route.start(alice);
    const code = new URL(await bring(route, state)).searchParams.get('code') ?? 'none';
    expect(entries).toHaveLength(2);
    for (const secret of [state, code, alice]) expect(JSON.stringify(entries)).not.toContain(secret);
  });

  it('comes in time, and is fetched in time', async () => {
    const route = createRoute({ lifetimeSeconds: 300 });
    const [late, slow, good] = [await route.start(alice), await route.start(alice), await route.start(alice)];
    now += 299_000;
    const [slowly, well] = [await bring(route, slow.state), await bring(route, good.state)];
    now += 1_000;
    expect(await refusal(get(route, await bring(route, late.state), alice))).toBe(FOREIGN);
    now += 58_000;
    expect(await get(route, well, alice)).toMatchObject({ status: 'completed' });
    now += 1_000;
    expect(await refusal(get(route, slowly, alice))).toBe(FOREIGN);
  });

  const state = createRedirectState();
  it.each<[string, number, BodyInit, Record<string, string>?]>([
    ['JSON', 415, JSON.stringify({ state, response: answer }), { 'Content-Type': 'application/json' }],
    ['plain text', 415, formOf({ state, response: answer }), { 'Content-Type': 'text/plain' }],
    ['a multipart form', 415, new FormData(), {}],
    ['another charset', 415, formOf({ state, response: answer }), { 'Content-Type': `${FORM}; charset=shift_jis` }],
    ['more than 1 MiB', 413, formOf({ state, response: 'x'.repeat(LIMITS.bodyBytes) })],
    ['nothing', 400, ''],
    ['no response', 400, formOf({ state })],
    ['no state', 400, formOf({ response: answer })],
    ['a field too many', 400, formOf({ state, response: answer, more: '1' })],
    [
      'state twice',
      400,
      formOf([
        ['state', state],
        ['state', state],
        ['response', answer],
      ]),
    ],
    [
      'response twice',
      400,
      formOf([
        ['state', state],
        ['response', answer],
        ['response', answer],
      ]),
    ],
    ['a short state', 400, formOf({ state: 'short', response: answer })],
    [
      'a state that leads elsewhere',
      400,
      formOf({ state: `${state}\r\nLocation: https://evil.example`, response: answer }),
    ],
    ['a response that is no JSON', 400, formOf({ state, response: 'x' })],
    ['a response that is no envelope', 400, formOf({ state, response: '{"ok":true}' })],
    [
      'a response with a member too many',
      400,
      formOf({ state, response: JSON.stringify({ ok: true, result: output, x: 1 }) }),
    ],
    ['deep JSON', 400, formOf({ state, response: '['.repeat(100_000) })],
    ['octets that are no UTF-8', 400, new Uint8Array([0x73, 0xff, 0x3d])],
  ])('is refused: %s', async (_, status, body, headers) => {
    const reply = await post(createRoute(), body, headers);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('location')).toBeNull();
    expect(await reply.text()).toBe('');
  });

  it('that lies about its length is not read to the end', async () => {
    let read = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        read += 1;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x61));
      },
    });
    const request = new Request(redirectUri, {
      method: 'POST',
      body: endless,
      headers: { 'Content-Type': FORM },
      duplex: 'half',
    } as RequestInit);
    const outcome = await createRoute().handle(request, () => undefined);
    expect(outcome.status === 'respond' && outcome.response.status).toBe(413);
    expect(read).toBeLessThan(30);
  });

  it('may say its charset', async () => {
    const route = createRoute();
    const reply = await post(route, formOf({ state, response: answer }), { 'Content-Type': `${FORM};charset=UTF-8` });
    expect(reply.status).toBe(303);
  });
});

describe('a request that is neither form nor way back', () => {
  it.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is refused and uses nothing up: %s', async (method) => {
    const route = createRoute();
    const { state } = await route.start(alice);
    const location = await bring(route, state);
    const outcome = await route.handle(new Request(location, { method }), () => alice);
    expect(outcome.status === 'respond' && outcome.response.status).toBe(405);
    expect(await get(route, location, alice)).toMatchObject({ status: 'completed' });
  });

  it.each([
    '',
    '?',
    '?state=',
    `?state=${createRedirectState()}`,
    `?code=${createRedirectState()}`,
    '?state=a&code=b',
    `?error=access_denied&state=${createRedirectState()}`,
  ])('is not delivered: GET %s', async (query) => {
    expect(await refusal(get(createRoute(), `${redirectUri}${query}`, alice))).toBe(FOREIGN);
  });

  it('is not delivered: a parameter twice', async () => {
    const route = createRoute();
    const { state } = await route.start(alice);
    const location = await bring(route, state);
    expect(await refusal(get(route, `${location}&state=${state}`, alice))).toBe(FOREIGN);
    expect(await refusal(get(route, `${location}&code=${createRedirectState()}`, alice))).toBe(FOREIGN);
  });
});

describe('misuse is a TypeError', () => {
  it.each([
    'http://service.example.jp/callback',
    'https://service.example.jp',
    'https://user@service.example.jp/callback',
    'https://service.example.jp/callback#x',
    'https://service.example.jp/callback#',
    'HTTPS://service.example.jp/callback',
    'https://service.example.jp:443/callback',
    'https://service.example.jp/a/../callback',
    'https://例え.example/callback',
    'https://service.example.jp/callback?state=x',
    'https://service.example.jp/callback?code=x',
    `https://service.example.jp/${'a'.repeat(1024)}`,
    'madoguchi:callback',
    '/callback',
    '',
    undefined as unknown as string,
  ])('redirectUri %j', (wrong) => {
    expect(() => createRoute({ redirectUri: wrong })).toThrow(TypeError);
  });

  it.each(['http://localhost:3000/callback', 'http://127.0.0.1:3000/callback', 'http://[::1]:3000/callback'])(
    'but on this PC http is for developers: %s',
    (own) => {
      expect(() => createRoute({ redirectUri: own })).not.toThrow();
    },
  );

  it('another port, session or lifetime', async () => {
    await expect(createRoute().start(alice, { clientPort: 80 })).rejects.toThrow(TypeError);
    await expect(createRoute().start('')).rejects.toThrow(TypeError);
    expect(() => createRoute({ lifetimeSeconds: 0 })).toThrow(TypeError);
  });
});
