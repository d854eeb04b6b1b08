import { describe, expect, it, vi } from 'vitest';
import { CHROMIUM_EXTENSION_ID, nativeCallSchema } from '../../../sdk/protocol/index.js';
import { at, NONCE, only, ORIGIN, TOKEN } from '../bridge/fakes.js';
import { eventually } from '../../support/eventually.js';
import { FakeBridge, failureOf, FakePage, FakeRuntime, installContentScript, LOGIN, never } from './fake-page.js';

const EXTENSION_ONLY = { routes: ['extension'] } as const;
const DONE = { route: 'extension', token: TOKEN };

/** A page in Firefox, with the extension's content script. */
function firefoxPage(bridge = new FakeBridge()) {
  const page = new FakePage({ chrome: undefined });
  installContentScript(page, bridge);
  return { page, bridge };
}

function chromePage(bridge: FakeBridge | undefined = new FakeBridge()) {
  const runtime = new FakeRuntime(bridge);
  return { page: new FakePage({ chrome: { runtime } }), bridge, runtime };
}

describe('the extension in Chrome and Edge', () => {
  it('is asked through a port that lasts as long as the call', async () => {
    const { page, bridge, runtime } = chromePage();
    expect(await page.login()).toEqual(DONE);
    expect(bridge.methods).toEqual(['status', 'open', 'poll']);
    for (const call of bridge.calls) nativeCallSchema.parse(call);
    const port = only(runtime.connected);
    expect(port.extensionId).toBe(CHROMIUM_EXTENSION_ID);
    expect(port.isOpen()).toBe(false);
    expect(page.posted).toEqual([]);
  });

  it('gets the body that the loopback would get', async () => {
    const { page, bridge } = chromePage();
    await page.login();
    const open = at(bridge.calls, 1) as { request: string };
    expect(JSON.parse(open.request)).toEqual({ operation: 'authenticate', challengeNonce: NONCE });
  });

  it('is passed over at once where only another extension listens to the page', async () => {
    const { page } = chromePage();
    const runtime = new FakeRuntime();
    const other = new FakePage({ ...page.environment, chrome: { runtime } });
    const bridge = new FakeBridge();
    expect(await other.login({ fetch: bridge.fetch })).toEqual({ route: 'loopback', token: TOKEN });
  });

  it('is passed over where the browser gives no way to it', async () => {
    const { code, details } = await failureOf(new FakePage().login(EXTENSION_ONLY));
    expect(code).toBe('ERR_PROTOCOL_UNREACHABLE');
    expect(details).toMatchObject({ extension: 'absent' });
  });

  it('fails the call when the port is cut meanwhile, and asks no further', async () => {
    const { page, bridge, runtime } = chromePage();
    bridge.failing.poll = never;
    const failure = failureOf(page.login());
    await eventually(() => expect(bridge.methods).toContain('poll'));
    only(runtime.connected).cut();
    expect((await failure).code).toBe('ERR_PROTOCOL_UNREACHABLE');
    expect(bridge.methods.filter((method) => method === 'poll')).toHaveLength(1);
  });

  it('is passed over where connecting throws', async () => {
    const connect = (): never => {
      throw new Error('Invalid extension id');
    };
    const failure = await failureOf(new FakePage({ chrome: { runtime: { connect } } }).login(EXTENSION_ONLY));
    expect(failure.details).toMatchObject({ extension: 'absent' });
  });
});

describe('the extension in Firefox', () => {
  it('is asked through messages to the page’s own window and origin', async () => {
    const { page, bridge } = firefoxPage();
    expect(await page.login()).toEqual(DONE);
    expect(bridge.methods).toEqual(['status', 'open', 'poll']);
    const ids = page.posted.map(({ message, targetOrigin }) => {
      expect(targetOrigin).toBe(ORIGIN);
      expect(message).toMatchObject({ madoguchi: 1, to: 'extension' });
      return (message as { id: number }).id;
    });
    expect(new Set(ids).size).toBe(4);
    expect(ids.every((id) => Number.isSafeInteger(id))).toBe(true);
  });

  it('is passed over after the moment that was given where nobody answers', async () => {
    const page = new FakePage({ chrome: undefined });
    const started = performance.now();
    const { details } = await failureOf(page.login({ ...EXTENSION_ONLY, extensionTimeoutMilliseconds: 900 }));
    expect(details).toMatchObject({ extension: 'absent' });
    // More than the half second of those who say nothing about it.
    expect(performance.now() - started).toBeGreaterThan(850);
  });

  it.each([
    ['another window', { source: {} }],
    ['another origin', { origin: 'https://evil.example' }],
  ])('is not spoken for by %s', async (_, from) => {
    const page = new FakePage({ chrome: undefined });
    page.events.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<{ to: string; id: number }>;
      if (data.to === 'extension') page.receive({ madoguchi: 1, to: 'page', id: data.id, ping: true }, from);
    });
    const { details } = await failureOf(page.login({ ...EXTENSION_ONLY, extensionTimeoutMilliseconds: 50 }));
    expect(details).toMatchObject({ extension: 'absent' });
  });

  it('is not spoken for by the page’s own question, which the window hears too, nor by noise', async () => {
    const page = new FakePage({ chrome: undefined });
    const failure = failureOf(page.login({ ...EXTENSION_ONLY, extensionTimeoutMilliseconds: 50 }));
    await eventually(() => expect(page.posted).toHaveLength(1));
    for (const noise of [null, 'x', 7, [], {}, { madoguchi: 1, to: 'page' }]) page.receive(noise);
    expect((await failure).details).toMatchObject({ extension: 'absent' });
  });

  it('is not waited for in WebKit, for which there is none', async () => {
    const page = new FakePage({ chrome: undefined, navigator: { vendor: 'Apple Computer, Inc.' } });
    const { details } = await failureOf(page.login(EXTENSION_ONLY));
    expect(details).toMatchObject({ extension: 'absent' });
    expect(page.posted).toEqual([]);
  });

  it('leaves no listener behind', async () => {
    const { page } = firefoxPage();
    const removed = vi.spyOn(page.environment, 'removeEventListener');
    const added = vi.spyOn(page.environment, 'addEventListener');
    await page.login();
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});

describe.each([
  ['Chrome', () => chromePage()],
  ['Firefox', () => firefoxPage()],
])('through the extension in %s', (_, open) => {
  it('an abort ends the session', async () => {
    const { page, bridge } = open();
    bridge.failing.poll = never;
    const controller = new AbortController();
    const call = page.client().authenticate({ challengeNonce: NONCE, signal: controller.signal });
    const outcome = call.catch((error: unknown) => error);
    await eventually(() => expect(bridge.methods).toContain('poll'));
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject({ message: 'enough' });
    await eventually(() => expect(bridge.methods).toContain('cancel'));
  });

  it('a page that goes away ends the session', async () => {
    const { page, bridge } = open();
    bridge.failing.poll = never;
    void page.login().catch(() => undefined);
    await eventually(() => expect(bridge.methods).toContain('poll'));
    page.dispatch('pagehide');
    await eventually(() => expect(bridge.methods).toContain('cancel'));
  });

  it('the client’s decisions end the call and lead to no other route', async () => {
    const { page, bridge } = open();
    const other = vi.fn<typeof fetch>();
    bridge.failing.status = 'ERR_POLICY_ORIGIN';
    expect((await failureOf(page.login({ fetch: other }))).code).toBe('ERR_POLICY_ORIGIN');
    bridge.failing = { open: 'ERR_PROTOCOL_RATE_LIMITED' };
    expect((await failureOf(page.login({ fetch: other }))).code).toBe('ERR_PROTOCOL_RATE_LIMITED');
    expect(other).not.toHaveBeenCalled();
  });

  it.each(['ERR_PROTOCOL_UNREACHABLE', 'ERR_INTERNAL', 'ERR_PROTOCOL_MALFORMED'])(
    'the loopback follows after %s',
    async (code) => {
      const { page, bridge } = open();
      bridge.failing.status = code;
      const { fetch } = new FakeBridge();
      expect(await page.login({ fetch })).toEqual({ route: 'loopback', token: TOKEN });
    },
  );

  it('an answer that is no envelope is one that breaks the contract', async () => {
    const { page, bridge } = open();
    bridge.output = { ...LOGIN, token: 'none' };
    expect((await failureOf(page.login())).code).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it('status says so', async () => {
    expect(await open().page.client().status()).toEqual({ route: 'extension', protocolVersions: [1] });
  });
});
