import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import { INLINE_BYTES, type SignContent } from '../../../sdk/browser/content.js';
import { createClientIn } from '../../../sdk/browser/client.js';
import type { Environment } from '../../../sdk/browser/environment.js';
import {
  createClient,
  type ClientOptions,
  type MadoguchiClient,
  type UploadProgress,
} from '../../../sdk/browser/index.js';
import { at, NONCE, only, ORIGIN, settle } from '../bridge/fakes.js';
import { startHarness, type Harness } from '../bridge/harness.js';
import { detachedItems, MemoryUploads, signEach } from '../bridge/signing-fakes.js';
import { eventually } from '../../support/eventually.js';
import { FakeBridge, failureOf, FakePage, FakeRuntime, refused, SESSION_ID } from './fake-page.js';

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly init: RequestInit;
}

let harness: Harness;
let uploads: MemoryUploads;
let sent: Sent[];

beforeEach(async () => {
  uploads = new MemoryUploads();
  sent = [];
  const policy = () => ({ ...DEFAULT_POLICY, rawDigestOrigins: [ORIGIN], signItems: 200 });
  harness = await startHarness({ uploads, policy });
});

afterEach(async () => {
  await harness.listener.close();
  expect(uploads.kept).toBe(0);
});

/** `fetch` of a page, watched. */
const pageFetch: typeof fetch = (input, init = {}) => {
  sent.push({ path: new URL(input as string).pathname, method: init.method ?? 'GET', init });
  const headers = new Headers(init.headers);
  headers.set('Origin', ORIGIN);
  return fetch(input, { ...init, headers });
};

function pageClient(options: ClientOptions = {}): MadoguchiClient {
  return createClient({ ports: [harness.port], fetch: pageFetch, ...options });
}

const sentTo = (path: string, method = 'POST'): Sent[] =>
  sent.filter((one) => one.path.startsWith(path) && one.method === method);

async function asked() {
  await vi.waitFor(() => expect(harness.operations.calls).toBe(1), { timeout: 5_000, interval: 5 });
  return at(harness.operations.signings, 0);
}

function bytes(length: number, first = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (first + index * 7) & 0xff);
}

describe('contents', () => {
  it.each<[string, (content: Uint8Array<ArrayBuffer>) => SignContent]>([
    ['bytes', (content) => content],
    ['an ArrayBuffer', (content) => content.buffer],
    ['a Blob', (content) => new Blob([content], { type: 'application/pdf' })],
    ['a File', (content) => new File([content], 'a.pdf')],
  ])('that are large go ahead of the request: %s', async (_, contentOf) => {
    const content = bytes(3 * 1024 * 1024);
    const signed = pageClient().sign({ items: [{ name: '申請.pdf', content: contentOf(content) }] });
    const { request, resolve } = await asked();
    const item = only(detachedItems(request.items));
    expect(Buffer.from(await item.bytes()).equals(content)).toBe(true);
    resolve(await signEach(request.items, Uint8Array.of(1)));
    expect((await signed).items).toEqual([{ status: 'signed', name: '申請.pdf', signature: 'AQ==' }]);
    expect(sentTo('/v1/uploads')).toHaveLength(1);
    expect(only(sentTo('/v1/uploads')).init.headers).toMatchObject({ 'Content-Type': 'application/octet-stream' });
    expect((only(sentTo('/v1/sessions')).init.body as string).length).toBeLessThan(200);
  });

  it('that are text are uploaded as UTF-8', async () => {
    const text = '電子署名'.repeat(100_000);
    const signed = pageClient().sign({ items: [{ name: 'a.txt', content: text }] });
    const { request, reject } = await asked();
    expect(Buffer.from(await only(detachedItems(request.items)).bytes()).toString() === text).toBe(true);
    reject(new Error('enough'));
    await failureOf(signed);
  });

  it('of a Blob are streamed by the browser and not read here', async () => {
    const content = new Blob([bytes(INLINE_BYTES + 1)]);
    const signed = pageClient().sign({ items: [{ name: 'a', content }] });
    (await asked()).reject(new Error('enough'));
    await failureOf(signed);
    expect(only(sentTo('/v1/uploads')).init.body).toBeInstanceOf(Blob);
  });

  it('that are small go along', async () => {
    const signed = pageClient().sign({ items: [{ name: 'a', content: bytes(INLINE_BYTES) }] });
    (await asked()).reject(new Error('enough'));
    await failureOf(signed);
    expect(sentTo('/v1/uploads')).toEqual([]);
  });

  it('are mixed so that the smallest go along, and stay in their order', async () => {
    const contents = [bytes(200_000, 1), bytes(10, 2), bytes(300_000, 3), bytes(0), bytes(20, 4)];
    const items = contents.map((content, index) => ({ name: `${index}`, content }));
    const signed = pageClient().sign({ items, format: 'cades' });
    const { request, reject } = await asked();
    const got = await Promise.all(detachedItems(request.items).map((item) => item.bytes()));
    expect(got.map((one) => Buffer.from(one))).toEqual(contents.map((one) => Buffer.from(one)));
    expect(detachedItems(request.items).map(({ format }) => format)).toEqual(items.map(() => 'cades'));
    expect(sentTo('/v1/uploads')).toHaveLength(1);
    reject(new Error('enough'));
    await failureOf(signed);
  });

  it('that are there twice are signed twice', async () => {
    const blob = new Blob([bytes(300_000)]);
    const signed = pageClient().sign({ items: ['a', 'b'].map((name) => ({ name, content: blob })) });
    const { request, resolve } = await asked();
    resolve(await signEach(request.items, Uint8Array.of(1)));
    expect((await signed).items.map(({ status }) => status)).toEqual(['signed', 'signed']);
  });

  it('are told of while they go', async () => {
    const progress: UploadProgress[] = [];
    const items = [1, 2, 3].map((name) => ({ name: String(name), content: bytes(300_000, name) }));
    const signed = pageClient().sign({ items, onUploadProgress: (one) => progress.push(one) });
    (await asked()).reject(new Error('enough'));
    await failureOf(signed);
    const totalBytes = 900_000;
    expect(progress).toEqual([0, 300_000, 600_000, totalBytes].map((sentBytes) => ({ sentBytes, totalBytes })));
  });

  it('of which another size arrived are not signed', async () => {
    const lying: typeof fetch = async (input, init = {}) => {
      const answer = await pageFetch(input, init);
      if (!(input as string).endsWith('/uploads')) return answer;
      const { ok, result } = (await answer.json()) as { ok: true; result: { size: number } };
      return Response.json({ ok, result: { ...result, size: result.size - 1 } });
    };
    const call = pageClient({ fetch: lying }).sign({ items: [{ name: 'a', content: bytes(300_000) }] });
    expect((await failureOf(call)).code).toBe('ERR_PROTOCOL_MALFORMED');
    expect(harness.operations.calls).toBe(0);
    await eventually(() => expect(uploads.kept).toBe(0));
  });
});

describe('a call that ends early', () => {
  const items = [1, 2, 3].map((name) => ({ name: String(name), content: bytes(300_000, name) }));

  it('while it uploads leaves nothing with the client', async () => {
    const controller = new AbortController();
    const abortAt = 300_000;
    const call = pageClient().sign({
      items,
      signal: controller.signal,
      onUploadProgress: ({ sentBytes }) => sentBytes === abortAt && controller.abort(new Error('enough')),
    });
    await expect(call).rejects.toThrow('enough');
    await eventually(() => expect(uploads.kept).toBe(0));
    expect(sentTo('/v1/uploads/', 'DELETE').map(({ init }) => init.keepalive)).toEqual([true]);
    expect(sentTo('/v1/sessions')).toEqual([]);
  });

  it('while the person reads leaves nothing either', async () => {
    const controller = new AbortController();
    const call = pageClient().sign({ items, signal: controller.signal });
    await asked();
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await eventually(() => expect(uploads.kept).toBe(0));
  });

  it('because its request is refused takes its uploads along', async () => {
    const tooLong = items.map((item) => ({ ...item, name: 'n'.repeat(256) }));
    const failure = await failureOf(pageClient().sign({ items: tooLong }));
    expect(failure.code).toBe('ERR_PROTOCOL_MALFORMED');
    await eventually(() => expect(uploads.kept).toBe(0));
  });

  it('because what the page’s hook throws is the page’s', async () => {
    const call = pageClient().sign({
      items,
      onUploadProgress: ({ sentBytes }) => {
        if (sentBytes > 0) throw new RangeError('of the page');
      },
    });
    await expect(call).rejects.toThrow(RangeError);
    await eventually(() => expect(uploads.kept).toBe(0));
  });

  it('because its page goes away leaves nothing', async () => {
    const page = new EventTarget();
    const environment: Environment = {
      origin: ORIGIN,
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
    };
    let gone: () => void = () => undefined;
    const isGone = new Promise<void>((resolve) => (gone = resolve));
    const leaving: typeof fetch = async (input, init = {}) => {
      // A browser ends what is under way, but for requests that outlive the page.
      if (init.method === 'POST' && sentTo('/v1/uploads').length === 2) {
        page.dispatchEvent(new Event('pagehide'));
        gone();
        return new Promise<Response>(() => undefined);
      }
      return pageFetch(input, init);
    };
    const client = createClientIn(environment, { ports: [harness.port], fetch: leaving });
    const call = client.sign({ items, signal: AbortSignal.timeout(2_000) });
    call.catch(() => undefined);
    await isGone;
    await eventually(() => expect(uploads.kept).toBe(0));
    expect(harness.operations.calls).toBe(0);
  });
});

describe('the route of large contents', () => {
  const large = [{ name: 'a', content: bytes(2 * 1024 * 1024) }];
  /** Fits into a request. */
  const middling = [{ name: 'a', content: bytes(500_000) }];

  /** A page with an extension, and a loopback on which `send` answers. */
  function pageWith(send: typeof fetch) {
    const extension = new FakeBridge();
    const page = new FakePage({ chrome: { runtime: new FakeRuntime(extension) }, fetch: send });
    extension.output = { operation: 'sign', items: [{ status: 'signed', name: 'a', signature: 'AQ==' }] };
    return { page, extension };
  }

  it('is HTTP, also where there is an extension', async () => {
    const loopback = new FakeBridge();
    loopback.output = { operation: 'sign', items: [{ status: 'signed', name: 'a', signature: 'AQ==' }] };
    const send: typeof fetch = (input, init = {}) => {
      const size = 2 * 1024 * 1024;
      if ((input as string).endsWith('/uploads')) return ok({ uploadId: SESSION_ID, size, sha256: '' });
      return loopback.fetch(input, init);
    };
    const { page, extension } = pageWith(send);
    expect(await page.client().sign({ items: large })).toMatchObject({ route: 'loopback' });
    expect(extension.calls).toEqual([]);
  });

  it('fails as HTTP fails where nobody answers there', async () => {
    const { page, extension } = pageWith(refused);
    expect((await failureOf(page.client().sign({ items: large }))).code).toBe('ERR_PROTOCOL_UNREACHABLE');
    expect(extension.calls).toEqual([]);
  });

  it.each([
    ['large contents', { items: large }],
    ['many items', { items: Array.from({ length: 101 }, () => ({ name: 'a', content: 'a' })) }],
  ])('is none where the page forbids HTTP: %s', async (_, call) => {
    const { page, extension } = pageWith(refused);
    const failure = await failureOf(page.client({ routes: ['extension'] }).sign(call));
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_ROUTE', retriable: false });
    expect(extension.calls).toEqual([]);
  });

  it('is the extension too for what still fits into a request', async () => {
    const { page, extension } = pageWith(refused);
    expect(await page.client().sign({ items: middling })).toMatchObject({ route: 'extension' });
    const open = extension.calls.find((one) => one.method === 'open');
    expect(open?.method === 'open' && open.request.length).toBeGreaterThan(600_000);
  });
});

const ok = (result: object): Promise<Response> => Promise.resolve(Response.json({ ok: true, result }));

describe('digests', () => {
  const digest = bytes(32);
  const base64 = Buffer.from(digest).toString('base64');

  it.each([
    ['bytes', digest],
    ['what WebCrypto answers', digest.buffer],
    ['base64', base64],
  ])('as %s become bare signatures with their certificate', async (_, value) => {
    const items = [{ name: '申請.zip', digest: { algorithm: 'SHA-256', value } }] as const;
    const signed = pageClient().sign({ format: 'raw-digest', items });
    const { request, resolve } = await asked();
    expect(await only(request.items).prepare(new AbortController().signal)).toMatchObject({
      kind: 'digest',
      algorithm: 'SHA-256',
      digest,
    });
    resolve(await signEach(request.items, Uint8Array.of(1)));
    expect(await signed).toEqual({
      route: 'loopback',
      items: [{ status: 'signed', name: '申請.zip', signature: 'AQ==', certificate: 'MAE=' }],
    });
  });

  it('may be for a verifier alone', async () => {
    const items = [{ name: 'a', digest: { algorithm: 'SHA-256', value: digest } }] as const;
    const call = pageClient().sign({
      format: 'raw-digest',
      items,
      challengeNonce: NONCE,
      encryptTo: { verifier: 'nobody' },
    });
    expect((await failureOf(call)).code).toBe('ERR_PROTOCOL_VERIFIER_UNKNOWN');
    await settle();
  });
});
