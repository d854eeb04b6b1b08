import { describe, expect, it, vi } from 'vitest';
import { authorizeParametersSchema } from '../../../sdk/protocol/index.js';
import { readRedirect } from '../../../main/core/bridge/redirect.js';
import { createClient, MadoguchiError, redirectForm, redirectUrl } from '../../../sdk/browser/index.js';
import type { ClientOptions, RedirectOptions } from '../../../sdk/browser/index.js';
import { NONCE, only, TOKEN } from '../bridge/fakes.js';
import { eventually } from '../../support/eventually.js';
import { FakeBridge, failureOf, FakePage, permissions, refused } from './fake-page.js';

const TARGET = {
  redirectUri: 'https://service.example.go.jp/callback?x=1&y=%E3%81%82',
  state: 'S_-'.repeat(8),
} as const;
const NONCE_OF_BASE64 = `${'+/'.repeat(22)}=`;
const SIGNED = 'eyJh.eyJi.c2ln';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(MadoguchiError);
    return (error as MadoguchiError).code;
  }
}

describe('redirectUrl', () => {
  it.each([
    [{ challengeNonce: NONCE_OF_BASE64 }, { challenge_nonce: NONCE_OF_BASE64 }],
    [{ signedRequest: SIGNED }, { request: SIGNED }],
  ])('says what the client reads: %j', (asked, parameters) => {
    const url = new URL(redirectUrl({ ...TARGET, ...asked }));
    expect(url.origin + url.pathname).toBe('http://127.0.0.1:41731/v1/authorize');
    const read = authorizeParametersSchema.parse(Object.fromEntries(url.searchParams));
    expect(read).toEqual({ redirect_uri: TARGET.redirectUri, state: TARGET.state, ...parameters });
    expect(readRedirect(read).target).toEqual(TARGET);
  });

  it('goes to the port it is told', () => {
    expect(new URL(redirectUrl({ ...TARGET, challengeNonce: NONCE, port: 41733 })).port).toBe('41733');
  });

  it('leaves to a form what is long', () => {
    const signedRequest = `eyJh.${'x'.repeat(5_000)}.c2ln`;
    expect(codeOf(() => redirectUrl({ ...TARGET, signedRequest }))).toBe('ERR_PROTOCOL_BODY_TOO_LARGE');
    const { action, fields } = redirectForm({ ...TARGET, signedRequest });
    expect(action).toBe('http://127.0.0.1:41731/v1/authorize');
    expect(authorizeParametersSchema.parse(fields)).toMatchObject({ request: signedRequest });
    const tooLong = `eyJh.${'x'.repeat(1024 * 1024)}.c2ln`;
    expect(codeOf(() => redirectForm({ ...TARGET, signedRequest: tooLong }))).toBe('ERR_PROTOCOL_BODY_TOO_LARGE');
  });

  it.each([
    '/callback',
    'https://service.example.go.jp',
    'https://SERVICE.example.go.jp/',
    'https://user@service.example.go.jp/',
    'https://service.example.go.jp/#x',
    'https://service.example.go.jp/あ',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    `https://service.example.go.jp/${'x'.repeat(1024)}`,
  ])('refuses what the client would refuse: %s', (redirectUri) => {
    expect(codeOf(() => redirectUrl({ ...TARGET, redirectUri, challengeNonce: NONCE }))).toBe(
      'ERR_ORIGIN_REDIRECT_URI',
    );
  });

  it.each(['', 's'.repeat(21), 's'.repeat(129), `${'s'.repeat(22)}=`, `${'s'.repeat(22)}\n`])(
    'refuses the state %j',
    (state) => {
      expect(codeOf(() => redirectUrl({ ...TARGET, state, challengeNonce: NONCE }))).toBe('ERR_PROTOCOL_MALFORMED');
    },
  );

  it.each([{ challengeNonce: 'short' }, { challengeNonce: `${NONCE}&` }, { signedRequest: 'eyJh.eyJi' }])(
    'refuses to ask %j',
    (asked) => {
      expect(codeOf(() => redirectUrl({ ...TARGET, ...asked }))).toBe('ERR_PROTOCOL_MALFORMED');
    },
  );
});

/** A page whose person has refused to let it reach this PC. */
function refusedPage(overrides: ConstructorParameters<typeof FakePage>[0] = {}): FakePage {
  const navigator = { permissions: permissions({ 'loopback-network': 'denied' }) };
  return new FakePage({ navigator, ...overrides });
}

function login(
  page: FakePage,
  { options = {}, redirect = TARGET }: { options?: ClientOptions; redirect?: RedirectOptions } = {},
) {
  return page.client(options).authenticate({ challengeNonce: NONCE, redirect });
}

/** The page was left; the call still waits, because nobody is there to hear its outcome. */
async function untilLeft(page: FakePage, call: Promise<unknown>): Promise<unknown> {
  let isOver = false;
  void call.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  await vi.waitFor(() => expect(page.left).toHaveLength(1), { timeout: 3_000 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isOver).toBe(false);
  return only(page.left);
}

describe('the redirect route', () => {
  it('is taken where the person refused the other, and tells so before', async () => {
    const page = refusedPage();
    const onRoute = vi.fn();
    const beforeRedirect = vi.fn(() => {
      expect(page.left).toEqual([]);
      return undefined;
    });
    const left = await untilLeft(page, login(page, { options: { onRoute, beforeRedirect } }));
    expect(left).toBe(redirectUrl({ ...TARGET, challengeNonce: NONCE }));
    expect(onRoute).toHaveBeenCalledExactlyOnceWith({ route: 'redirect', operation: 'authenticate' });
    expect(beforeRedirect).toHaveBeenCalledTimes(1);
  });

  it('is taken in WebKit, which blocks the other', async () => {
    const page = refusedPage({ navigator: { vendor: 'Apple Computer, Inc.', permissions: permissions({}) } });
    await untilLeft(page, login(page));
  });

  it('is taken at once where no other is wanted', async () => {
    const page = refusedPage();
    const send = vi.fn(refused);
    await untilLeft(page, login(page, { options: { routes: ['redirect'], fetch: send, wake: true } }));
    expect(send).not.toHaveBeenCalled();
    expect(page.elements).toEqual([]);
  });

  it('is not taken while another is open', async () => {
    const page = new FakePage({ fetch: new FakeBridge().fetch });
    expect(await login(page)).toEqual({ route: 'loopback', token: TOKEN });
    expect(page.left).toEqual([]);
  });

  it.each<[string, FakePage, ClientOptions]>([
    ['without a client: the browser would show an error', new FakePage(), {}],
    ['from a frame', refusedPage({ top: { location: { href: 'https://service.example.go.jp/' } } }), {}],
    ['where the page excludes it', refusedPage(), { routes: ['extension', 'loopback'] }],
  ])('is not taken %s', async (_, page, options) => {
    await failureOf(login(page, { options }));
    expect(page.left).toEqual([]);
  });

  it('can be vetoed, and then the call fails with what came before', async () => {
    const page = refusedPage();
    const beforeRedirect = vi.fn(() => Promise.resolve(false));
    const failure = await failureOf(login(page, { options: { beforeRedirect } }));
    expect(failure.code).toBe('ERR_USER_PERMISSION_DENIED');
    expect(beforeRedirect).toHaveBeenCalledExactlyOnceWith({ reason: failure });
    expect(page.left).toEqual([]);
    const alone = await failureOf(login(page, { options: { beforeRedirect, routes: ['redirect'] } }));
    expect(alone.code).toBe('ERR_USER_CANCELLED');
  });

  it('goes to the port where the client was last', async () => {
    const page = new FakePage({ navigator: { permissions: permissions({ 'loopback-network': 'granted' }) } });
    const bridge = new FakeBridge();
    const client = page.client({
      ports: [1, 2],
      fetch: (input, init) => ((input as string).includes(':2/') ? bridge.fetch(input, init) : refused(input)),
    });
    await client.status();
    Object.assign(page.environment, { navigator: { permissions: permissions({ 'loopback-network': 'denied' }) } });
    bridge.failing.status = 'ERR_INTERNAL';
    const left = await untilLeft(page, client.authenticate({ challengeNonce: NONCE, redirect: TARGET }));
    expect(new URL(left as string).port).toBe('2');
  });

  it('carries a long signed request as a form', async () => {
    const page = refusedPage();
    const signedRequest = `eyJh.${'x'.repeat(5_000)}.c2ln`;
    const items = [{ name: 'a', content: 'x' }];
    const left = await untilLeft(page, page.client().sign({ items, redirect: { ...TARGET, signedRequest } }));
    expect(left).toMatchObject({ tag: 'form', method: 'post', action: 'http://127.0.0.1:41731/v1/authorize' });
    const { children } = left as { children: { name: string; value: string; type: string }[] };
    expect(children.every(({ type }) => type === 'hidden')).toBe(true);
    expect(Object.fromEntries(children.map(({ name, value }) => [name, value]))).toEqual({
      redirect_uri: TARGET.redirectUri,
      state: TARGET.state,
      request: signedRequest,
    });
  });

  it('needs a signed request of its own for all but a plain log-in, in every browser', async () => {
    const bridge = new FakeBridge();
    const client = new FakePage({ fetch: bridge.fetch }).client();
    const encryptTo = { verifier: 'verifier.example' };
    const calls = [
      client.sign({ items: [{ name: 'a', content: 'x' }], redirect: TARGET }),
      client.readAttributes({ required: ['name'], purpose: 'p', redirect: TARGET }),
      client.authenticate({ challengeNonce: NONCE, encryptTo, redirect: TARGET }),
      client.authenticate({ signedRequest: SIGNED, redirect: TARGET }),
    ];
    for (const call of calls) expect((await failureOf(call)).code).toBe('ERR_POLICY_REQUEST_UNSIGNED');
    expect(bridge.calls).toEqual([]);
  });

  it('refuses a wrong target in every browser', async () => {
    const { fetch } = new FakeBridge();
    const page = new FakePage({ fetch });
    const failure = await failureOf(login(page, { redirect: { ...TARGET, redirectUri: 'https://x.example/#y' } }));
    expect(failure.code).toBe('ERR_ORIGIN_REDIRECT_URI');
  });

  it('ends when the person comes back to the page', async () => {
    const page = refusedPage();
    const failure = failureOf(login(page));
    await eventually(() => expect(page.left).toHaveLength(1));
    page.dispatch('pageshow', { persisted: false });
    page.dispatch('pageshow', { persisted: true });
    expect((await failure).code).toBe('ERR_USER_CANCELLED');
  });

  it('ends when the page was not left after all', async () => {
    const page = refusedPage();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const failure = failureOf(login(page));
      await vi.advanceTimersByTimeAsync(31_000);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { hint: 'page-not-left' } });
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends with an abort', async () => {
    const page = refusedPage();
    const controller = new AbortController();
    const { signal } = controller;
    const call = page.client().authenticate({ challengeNonce: NONCE, redirect: TARGET, signal });
    const outcome = call.catch((error: unknown) => error);
    await eventually(() => expect(page.left).toHaveLength(1));
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject({ message: 'enough' });
  });

  it('does not exist where a service renders its pages', async () => {
    const client = createClient({ fetch: refused });
    expect((await failureOf(client.authenticate({ challengeNonce: NONCE, redirect: TARGET }))).code).toBe(
      'ERR_PROTOCOL_UNREACHABLE',
    );
  });
});
