import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientOptions, MadoguchiError } from '../../../sdk/browser/index.js';
import { NONCE } from '../bridge/fakes.js';
import { FakeBridge, FakePage, FakeRuntime, installContentScript, never, permissions } from './fake-page.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => vi.useRealTimers());

/** A page that has a client but for what `change` takes away, and the seconds after which its call must have ended. */
interface Stage {
  readonly page: () => FakePage;
  readonly options?: ClientOptions;
  readonly code: string;
  readonly seconds: number;
}

const hangingAt = (method: 'status' | 'open' | 'poll'): FakeBridge => {
  const bridge = new FakeBridge();
  bridge.failing[method] = never;
  return bridge;
};
const loopbackPage = (state: string, bridge: FakeBridge): FakePage => {
  const page = new FakePage({ navigator: { permissions: permissions({ 'loopback-network': state }) } });
  Object.assign(page.environment, { fetch: bridge.fetch });
  return page;
};
const firefoxPage = (bridge: FakeBridge): FakePage => {
  const page = new FakePage({ chrome: undefined });
  installContentScript(page, bridge);
  return page;
};
const chromePage = (bridge: FakeBridge): FakePage => new FakePage({ chrome: { runtime: new FakeRuntime(bridge) } });
const silentPort = (): FakePage => {
  const connect = () => ({
    onMessage: { addListener: () => undefined },
    onDisconnect: { addListener: () => undefined },
    postMessage: () => undefined,
    disconnect: () => undefined,
  });
  return new FakePage({ chrome: { runtime: { connect } } });
};
const bodyThatNeverEnds: typeof fetch = () =>
  Promise.resolve(new Response(new ReadableStream({ pull: never }), { status: 200 }));
const extensionOnly: ClientOptions = { routes: ['extension'] };
const UNREACHABLE = 'ERR_PROTOCOL_UNREACHABLE';

const STAGES: Record<string, Stage> = {
  'a permission query that never settles, before and after': {
    page: () =>
      new FakePage({
        navigator: { permissions: permissions({ 'loopback-network': never, 'local-network-access': never }) },
      }),
    code: UNREACHABLE,
    seconds: 3,
  },
  'a fetch that never settles, permission granted': {
    page: () => loopbackPage('granted', hangingAt('status')),
    code: UNREACHABLE,
    seconds: 6,
  },
  'a fetch that never settles, permission refused': {
    page: () => loopbackPage('denied', hangingAt('status')),
    code: 'ERR_USER_PERMISSION_DENIED',
    seconds: 6,
  },
  'a prompt that nobody answers': {
    page: () => loopbackPage('prompt', hangingAt('status')),
    code: 'ERR_USER_PERMISSION_TIMEOUT',
    seconds: 61,
  },
  'an answer whose body never ends': {
    page: () => loopbackPage('granted', new FakeBridge()),
    options: { fetch: bodyThatNeverEnds },
    code: UNREACHABLE,
    seconds: 6,
  },
  'a session that is never opened': {
    page: () => loopbackPage('granted', hangingAt('open')),
    code: UNREACHABLE,
    seconds: 16,
  },
  'polls that are never answered': {
    page: () => loopbackPage('granted', hangingAt('poll')),
    code: UNREACHABLE,
    seconds: 4 * 30 + 4,
  },
  'a client that was started and never comes': {
    page: () => new FakePage(),
    options: { wake: true },
    code: UNREACHABLE,
    seconds: 24,
  },
  'an extension’s port that never answers': {
    page: silentPort,
    options: extensionOnly,
    code: UNREACHABLE,
    seconds: 3,
  },
  'a content script that never answers': {
    page: () => new FakePage({ chrome: undefined }),
    options: extensionOnly,
    code: UNREACHABLE,
    seconds: 1,
  },
  'an extension whose host never answers, in Chrome': {
    page: () => chromePage(hangingAt('status')),
    options: extensionOnly,
    code: UNREACHABLE,
    seconds: 16,
  },
  'an extension whose host never answers, in Firefox': {
    page: () => firefoxPage(hangingAt('status')),
    options: extensionOnly,
    code: UNREACHABLE,
    seconds: 16,
  },
  'an extension that never opens the session': {
    page: () => firefoxPage(hangingAt('open')),
    code: UNREACHABLE,
    seconds: 16,
  },
  'an extension that never answers a poll': {
    page: () => chromePage(hangingAt('poll')),
    code: UNREACHABLE,
    seconds: 31,
  },
};

describe('no call hangs', () => {
  it.each(Object.entries(STAGES))('%s', async (_, { page, options, code, seconds }) => {
    const outcome: { error?: unknown } = {};
    void page()
      .login(options)
      .catch((error: unknown) => (outcome.error = error));
    for (let second = 0; second < seconds && outcome.error === undefined; second++)
      await vi.advanceTimersByTimeAsync(1_000);
    expect((outcome.error as MadoguchiError | undefined)?.code).toBe(code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(Object.entries(STAGES))('an abort ends at once: %s', async (_, { page, options = {} }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const call = page().client(options).authenticate({ challengeNonce: NONCE, signal });
    const outcome = call.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(40);
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject({ message: 'enough' });
  });

  it('the page’s own hooks have no limit, and yield to an abort', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const page = loopbackPage('prompt', new FakeBridge());
    const outcome = page
      .client({ onPermissionPrompt: never })
      .authenticate({ challengeNonce: NONCE, signal })
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(600_000);
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject({ message: 'enough' });
  });
});
