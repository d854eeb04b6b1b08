import { describe, expect, it, vi } from 'vitest';
import type { ClientOptions, RouteEvent } from '../../../sdk/browser/index.js';
import { NONCE, only, TOKEN } from '../bridge/fakes.js';
import { FakeBridge, failureOf, FakePage, FakeRuntime, permissions, policy, refused } from './fake-page.js';

const REDIRECT = { redirectUri: 'https://service.example.go.jp/callback', state: 's'.repeat(22) } as const;

/** A page with an extension and a client on the loopback, each of its own. */
function pageWithBoth() {
  const [extension, loopback] = [new FakeBridge(), new FakeBridge()];
  const page = new FakePage({ chrome: { runtime: new FakeRuntime(extension) }, fetch: loopback.fetch });
  return { page, extension, loopback };
}

describe('the route', () => {
  it.each<[ClientOptions, string]>([
    [{}, 'extension'],
    [{ routes: ['loopback', 'extension'] }, 'loopback'],
    [{ routes: ['loopback'] }, 'loopback'],
    [{ routes: ['redirect', 'loopback'] }, 'loopback'],
  ])('is the first that answers: %j', async (options, route) => {
    const { page, extension, loopback } = pageWithBoth();
    expect(await page.login(options)).toEqual({ route, token: TOKEN });
    expect((route === 'extension' ? loopback : extension).calls).toEqual([]);
  });

  it('is told before anything is asked', async () => {
    const { page, extension } = pageWithBoth();
    const events: RouteEvent[] = [];
    const onRoute = (event: RouteEvent) => {
      events.push(event);
      expect(extension.methods).toEqual(['status']);
    };
    await page.login({ onRoute });
    expect(events).toEqual([{ route: 'extension', operation: 'authenticate' }]);
  });

  it('that speaks another version only is an error of its own, and no reason to leave the page', async () => {
    const { page, extension, loopback } = pageWithBoth();
    extension.status = { protocolVersions: [2] };
    const failure = await failureOf(page.client().authenticate({ challengeNonce: NONCE, redirect: REDIRECT }));
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_VERSION', retriable: false });
    expect(loopback.calls).toEqual([]);
    expect(page.left).toEqual([]);
  });

  it('that does not exist comes back with the page’s own guidance', async () => {
    const guidance = { downloadUrl: 'https://service.example.go.jp/madoguchi', text: 'まどぐちを入れてください' };
    const page = new FakePage();
    const failure = await failureOf(page.login({ guidance }));
    expect(failure).toMatchObject({
      code: 'ERR_PROTOCOL_UNREACHABLE',
      details: { extension: 'absent', permission: 'granted' },
    });
    expect(failure.guidance).toBe(guidance);
    expect((await failureOf(page.client({ guidance }).status())).guidance).toBe(guidance);
  });

  it('fails with what the page can do something about', async () => {
    const guidance = { downloadUrl: 'https://service.example.go.jp/madoguchi' };
    const page = new FakePage({ document: { featurePolicy: policy({ 'loopback-network': false }) } });
    const failure = await failureOf(page.login({ guidance }));
    expect(failure).toMatchObject({ code: 'ERR_POLICY_PERMISSIONS_POLICY', details: { extension: 'absent' } });
    expect(failure.guidance).toBeUndefined();
  });

  it('is not in doubt where the extension knows that no client runs', async () => {
    const { page, extension } = pageWithBoth();
    extension.failing.status = 'ERR_PROTOCOL_UNREACHABLE';
    Object.assign(page.environment, {
      fetch: refused,
      navigator: { permissions: permissions({ 'loopback-network': 'denied' }) },
    });
    const failure = await failureOf(page.client().authenticate({ challengeNonce: NONCE, redirect: REDIRECT }));
    const details = { extension: 'client-not-running', permission: 'denied' };
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details });
    expect(page.left).toEqual([]);
  });
});

describe('a client that does not run', () => {
  /** One that answers from the second search on, if it was started. */
  function sleepingClient(page: FakePage) {
    const bridge = new FakeBridge();
    let searches = 0;
    const send: typeof fetch = (input, init) => {
      if (new URL(input as string).pathname === '/v1/status') searches++;
      return searches > 1 && page.elements.length > 0 ? bridge.fetch(input, init) : refused(input);
    };
    return { bridge, options: { fetch: send, ports: [41731] } as const };
  }

  it('is started by its scheme, with nothing after the colon, and found', async () => {
    const page = new FakePage();
    const { options } = sleepingClient(page);
    expect(await page.login({ ...options, wake: true })).toEqual({ route: 'loopback', token: TOKEN });
    expect(only(page.elements)).toMatchObject({ tag: 'iframe', hidden: true, src: 'madoguchi:' });
  });

  it('is found through the extension too', async () => {
    const extension = new FakeBridge();
    extension.failing.status = 'ERR_PROTOCOL_UNREACHABLE';
    const page = new FakePage({ chrome: { runtime: new FakeRuntime(extension) } });
    const login = page.login({ wake: true });
    await vi.waitFor(() => expect(page.elements).toHaveLength(1), { timeout: 3_000 });
    extension.failing = {};
    expect(await login).toEqual({ route: 'extension', token: TOKEN });
  });

  it('is started once, and looked for until the time is up', async () => {
    const page = new FakePage();
    const failure = await failureOf(page.login({ wake: true, wakeTimeoutMilliseconds: 1_500, ports: [1] }));
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { woken: true } });
    expect(page.elements).toHaveLength(1);
  });

  it('is explained to the person once, however often it is looked for', async () => {
    const navigator = { permissions: permissions({ 'loopback-network': 'prompt' }) };
    const onPermissionPrompt = vi.fn();
    const page = new FakePage({ navigator });
    await failureOf(page.login({ wake: true, wakeTimeoutMilliseconds: 1_500, ports: [1], onPermissionPrompt }));
    expect(onPermissionPrompt).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (page: FakePage) => Promise<unknown>]>([
    ['without leave', (page) => page.login()],
    ['to learn its status', (page) => page.client({ wake: true }).status()],
  ])('is not started %s', async (_, call) => {
    const page = new FakePage();
    const { options } = sleepingClient(page);
    Object.assign(page.environment, { fetch: options.fetch });
    await failureOf(call(page));
    expect(page.elements).toEqual([]);
  });

  it.each([
    ['refused by the person', { permissions: permissions({ 'loopback-network': 'denied' }) }],
    ['out of this browser’s reach', { vendor: 'Apple Computer, Inc.', permissions: permissions({}) }],
  ])('is not started where it is %s', async (_, navigator) => {
    const page = new FakePage({ navigator });
    await failureOf(page.login({ wake: true }));
    expect(page.elements).toEqual([]);
  });
});
