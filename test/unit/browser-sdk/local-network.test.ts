import { describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../../sdk/browser/environment.js';
import { NONCE, TOKEN } from '../bridge/fakes.js';
import {
  FakeBridge,
  failureOf,
  FakePage,
  never,
  permissions,
  policy,
  refused,
  type PermissionAnswers,
} from './fake-page.js';

const SHORT = { answerTimeoutMilliseconds: 60, permissionTimeoutMilliseconds: 60 } as const;
const DONE = { route: 'loopback', token: TOKEN };
const FOREIGN_TOP = {
  get location(): never {
    throw new Error('cross-origin');
  },
};

function pageWith(answers: PermissionAnswers, overrides: ConstructorParameters<typeof FakePage>[0] = {}): FakePage {
  const { navigator, ...others } = overrides;
  return new FakePage({ ...others, navigator: { permissions: permissions(answers), ...navigator } });
}

/** A permission that changes with the first request, as a prompt that is answered. */
function answeredPrompt(answer: string, send: typeof fetch) {
  let state = 'prompt';
  const page = pageWith({}, { navigator: { permissions: { query: () => Promise.resolve({ state }) } } });
  const asking: typeof fetch = (input, init) => {
    state = answer;
    return send(input, init);
  };
  return { page, asking };
}

describe('the browser’s permission', () => {
  it.each([
    ['granted, by its name', { 'loopback-network': 'granted' }],
    ['granted, by its older name', { 'local-network-access': 'granted' }],
    ['of no known name', {}],
    ['refused, which does not bind pages of the local network', { 'loopback-network': 'denied' }],
  ])('%s: the client is found without a word to the person', async (_, answers) => {
    const onPermissionPrompt = vi.fn();
    const { fetch } = new FakeBridge();
    expect(await pageWith(answers).login({ fetch, onPermissionPrompt })).toEqual(DONE);
    expect(onPermissionPrompt).not.toHaveBeenCalled();
  });

  it('is explained before the request that makes the browser ask', async () => {
    const { fetch } = new FakeBridge();
    const { page, asking } = answeredPrompt('granted', fetch);
    const sent = vi.fn(asking);
    let explained = false;
    const onPermissionPrompt = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sent).not.toHaveBeenCalled();
      explained = true;
    });
    expect(await page.login({ fetch: sent, onPermissionPrompt })).toEqual(DONE);
    expect(explained).toBe(true);
    expect(onPermissionPrompt).toHaveBeenCalledTimes(1);
    expect(sent.mock.calls[0]?.[1]).toMatchObject({ method: 'GET', mode: 'cors', headers: {} });
  });

  it('is not asked for where the page decides against it', async () => {
    const sent = vi.fn(refused);
    const onPermissionPrompt = () => Promise.reject(new Error('not now'));
    const login = pageWith({ 'loopback-network': 'prompt' }).login({ fetch: sent, onPermissionPrompt });
    await expect(login).rejects.toThrow('not now');
    expect(sent).not.toHaveBeenCalled();
  });

  it('is not announced to a page of this PC, which needs none', async () => {
    const onPermissionPrompt = vi.fn();
    const location = { protocol: 'http:', hostname: 'localhost' };
    const page = pageWith({ 'loopback-network': 'prompt' }, { location });
    const { code, details } = await failureOf(page.login({ onPermissionPrompt, fetch: never, ...SHORT }));
    expect({ code, details }).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { permission: 'prompt' } });
    expect(onPermissionPrompt).not.toHaveBeenCalled();
  });

  it('refused by the person is told from nobody being there', async () => {
    const { page, asking } = answeredPrompt('denied', refused);
    const failure = await failureOf(page.login({ fetch: asking }));
    expect(failure).toMatchObject({ code: 'ERR_USER_PERMISSION_DENIED', details: { permission: 'denied' } });
  });

  it('given, and nobody there', async () => {
    const { page, asking } = answeredPrompt('granted', refused);
    const failure = await failureOf(page.login({ fetch: asking }));
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { permission: 'granted' } });
    expect(failure.details).not.toHaveProperty('hint');
  });

  it('that nobody answers has a time-out of its own', async () => {
    const failure = await failureOf(pageWith({ 'loopback-network': 'prompt' }).login({ fetch: never, ...SHORT }));
    expect(failure).toMatchObject({ code: 'ERR_USER_PERMISSION_TIMEOUT', retriable: true });
  });

  it('closed without an answer is hinted at', async () => {
    const closed: typeof fetch = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      throw new TypeError('Failed to fetch');
    };
    const failure = await failureOf(pageWith({ 'loopback-network': 'prompt' }).login({ fetch: closed, ports: [1] }));
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { hint: 'permission-dismissed' } });
  });

  it('whose query never settles is unknown', async () => {
    const { fetch } = new FakeBridge();
    expect(await pageWith({ 'loopback-network': never, 'local-network-access': never }).login({ fetch })).toEqual(DONE);
  });
});

describe('what keeps a page from this PC has a name', () => {
  const denied = { 'loopback-network': 'denied' };

  it.each<[string, string, Record<string, unknown>, Omit<Environment, 'document'> & { document?: object }]>([
    ['a sandboxed page', 'ERR_ORIGIN_MISSING', {}, { origin: 'null' }],
    ['a page over http', 'ERR_ORIGIN_NOT_ALLOWED', { hint: 'insecure-context' }, { isSecureContext: false }],
    [
      'a header',
      'ERR_POLICY_PERMISSIONS_POLICY',
      { framed: false, hint: 'permissions-policy' },
      { document: { featurePolicy: policy({ 'loopback-network': false, 'local-network-access': true }) } },
    ],
    [
      'a header, by the older name',
      'ERR_POLICY_PERMISSIONS_POLICY',
      { framed: false, hint: 'permissions-policy' },
      { document: { permissionsPolicy: policy({ 'local-network-access': false }) } },
    ],
    [
      'a frame without allow',
      'ERR_POLICY_PERMISSIONS_POLICY',
      { framed: true, hint: 'iframe-allow' },
      { top: FOREIGN_TOP, document: { featurePolicy: policy({ 'loopback-network': false }) } },
    ],
    [
      'a frame without allow, where the browser does not tell',
      'ERR_POLICY_PERMISSIONS_POLICY',
      { framed: true, hint: 'iframe-allow' },
      { top: FOREIGN_TOP },
    ],
    [
      'a person who refused a frame with allow',
      'ERR_USER_PERMISSION_DENIED',
      { permission: 'denied' },
      { top: FOREIGN_TOP, document: { featurePolicy: policy({ 'loopback-network': true }) } },
    ],
    [
      'a person who refused a page in a frame of its own site',
      'ERR_USER_PERMISSION_DENIED',
      { permission: 'denied' },
      { top: { location: { href: 'https://service.example.go.jp/' } } },
    ],
    [
      'a person, in a browser whose policy knows no such feature',
      'ERR_USER_PERMISSION_DENIED',
      { permission: 'denied' },
      { document: { featurePolicy: policy({ camera: false }) } },
    ],
  ])('%s: %s', async (_, code, details, overrides) => {
    expect(await failureOf(pageWith(denied, overrides).login())).toMatchObject({ code, details });
  });

  it('a Content-Security-Policy, reported after the failure', async () => {
    const page = new FakePage();
    const violation = { effectiveDirective: 'connect-src', disposition: 'enforce' };
    const stopped: typeof fetch = (input) => {
      setTimeout(() => page.dispatch('securitypolicyviolation', { ...violation, blockedURI: input }), 1);
      return refused(input);
    };
    const failure = await failureOf(page.login({ fetch: stopped }));
    const hint = 'content-security-policy';
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { hint } });
  });

  it.each([
    { effectiveDirective: 'connect-src', disposition: 'report', blockedURI: 'http://127.0.0.1:41731' },
    { effectiveDirective: 'connect-src', disposition: 'enforce', blockedURI: 'https://stats.example/x' },
    { effectiveDirective: 'img-src', disposition: 'enforce', blockedURI: 'http://127.0.0.1:41731' },
  ])('and not another one: %j', async (violation) => {
    const page = new FakePage();
    const send: typeof fetch = (input) => {
      page.dispatch('securitypolicyviolation', violation);
      return refused(input);
    };
    expect((await failureOf(page.login({ fetch: send }))).details).not.toHaveProperty('hint');
  });

  it('mixed content in WebKit', async () => {
    const navigator = { vendor: 'Apple Computer, Inc.', permissions: permissions({}) };
    const failure = await failureOf(new FakePage({ navigator }).login());
    expect(failure).toMatchObject({
      code: 'ERR_PROTOCOL_UNREACHABLE',
      details: { hint: 'mixed-content', permission: 'unknown' },
    });
    const location = { protocol: 'http:', hostname: 'localhost' };
    expect((await failureOf(new FakePage({ navigator, location }).login())).details).not.toHaveProperty('hint');
  });

  it('a service worker between page and network', async () => {
    const page = pageWith({ 'loopback-network': 'prompt' }, { navigator: { serviceWorker: { controller: {} } } });
    const failure = await failureOf(page.login());
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_UNREACHABLE', details: { hint: 'service-worker' } });
    const hanging = await failureOf(page.login({ fetch: never, ...SHORT }));
    expect(hanging).toMatchObject({ code: 'ERR_USER_PERMISSION_TIMEOUT', details: { hint: 'service-worker' } });
  });

  it('a worker, where the browser asks nobody', async () => {
    const worker = pageWith({ 'loopback-network': 'prompt' });
    Object.assign(worker.environment, { document: undefined, top: undefined });
    const failure = await failureOf(worker.login({ wake: true, wakeTimeoutMilliseconds: 0 }));
    expect(failure.details).toMatchObject({ extension: 'absent', hint: 'service-worker' });
  });
});

describe('ports', () => {
  it('of another user’s client, whose answer no page can read, are passed over', async () => {
    const bridge = new FakeBridge();
    const asked: string[] = [];
    const send: typeof fetch = (input, init) => {
      asked.push(new URL(input as string).port);
      return asked.at(-1) === '41731' ? refused(input) : bridge.fetch(input, init);
    };
    const client = new FakePage().client({ fetch: send });
    expect((await client.status()).route).toBe('loopback');
    await client.authenticate({ challengeNonce: NONCE });
    expect(asked).toEqual(['41731', '41732', '41732', '41732', '41732']);
  });
});
