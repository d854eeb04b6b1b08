import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as sdk from '../../sdk/browser/index.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS, chromiumMissing } from '../support/chromium.js';
import { AUTHENTICATE, NONCE, only, TOKEN } from '../unit/bridge/fakes.js';
import { startHarness, type Harness } from '../unit/bridge/harness.js';
import { detachedItems, MemoryUploads, signEach } from '../unit/bridge/signing-fakes.js';

const missing = chromiumMissing();
if (missing !== undefined) process.stderr.write(`the bridge in a real browser is skipped: ${missing}\n`);

/** Names that lead to this PC in the browser under test: one other site, and one that rebinds to the bridge. */
const EVIL_HOST = 'evil.example';
const REBOUND_HOST = 'rebound.example';
const SDK_FOLDER = new URL('../../sdk/browser/', import.meta.url);

/** What the page keeps between two calls of a test. */
interface Shared {
  readonly createClient: typeof sdk.createClient;
  controller: AbortController;
  outcome: Promise<unknown>;
}

const PAGE = `<!doctype html><title>page</title><script type="module">
import { createClient } from '/sdk/index.js';
globalThis.createClient = createClient;
</script>`;

/** Serves a page with the SDK everywhere, and the SDK's sources as JavaScript below `/sdk/`. */
function startSite(): Promise<Server> {
  const server = createServer((request, response) => {
    const name = /^\/sdk\/([a-z-]+)\.js$/.exec(request.url ?? '')?.[1];
    if (name === undefined) {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
      return;
    }
    const source = readFileSync(new URL(`${name}.ts`, SDK_FOLDER), 'utf8');
    const compilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(outputText);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe.skipIf(missing !== undefined)('a page in Chromium', () => {
  let site: Server;
  let sitePort: number;
  let browser: Browser;
  let harness: Harness;
  let uploads: MemoryUploads;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    site = await startSite();
    sitePort = (site.address() as AddressInfo).port;
    const resolve = `--host-resolver-rules=MAP ${EVIL_HOST} 127.0.0.1,MAP ${REBOUND_HOST} 127.0.0.1`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGUMENTS, resolve] });
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });
  beforeEach(async () => {
    uploads = new MemoryUploads();
    harness = await startHarness({ developerMode: true, uploads });
    // Of its own: a page that owns its context takes it along when it closes, and the requests that outlive the page with it.
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`http://localhost:${sitePort}/`);
  });
  afterEach(async () => {
    await context.close();
    await harness.listener.close();
  });

  /** Starts a login with the SDK; its outcome is asked for later with `outcome`. */
  async function startLogin(): Promise<void> {
    const call = { port: harness.port, challengeNonce: NONCE };
    await page.waitForFunction(() => 'createClient' in globalThis);
    const polled = page.waitForRequest((request) => request.url().includes('?wait='));
    await page.evaluate(({ port, challengeNonce }) => {
      const shared = globalThis as unknown as Shared;
      shared.controller = new AbortController();
      shared.outcome = shared
        .createClient({ ports: [port] })
        .authenticate({ challengeNonce, signal: shared.controller.signal })
        .catch((error: unknown) => ({ name: (error as Error).name, code: (error as { code?: unknown }).code }));
    }, call);
    await polled;
    expect(harness.operations.calls).toBe(1);
  }

  function outcome(): Promise<unknown> {
    return page.evaluate(() => (globalThis as unknown as Shared).outcome);
  }

  async function untilAborted(): Promise<void> {
    const call = only(harness.operations.authentications);
    await vi.waitFor(() => expect(call.signal.aborted).toBe(true), { timeout: 5000 });
  }

  it('logs in through preflight and long poll', async () => {
    await startLogin();
    const call = only(harness.operations.authentications);
    expect(call.request.origin).toBe(`http://localhost:${sitePort}`);
    call.resolve(TOKEN);
    expect(await outcome()).toEqual({ route: 'loopback', token: TOKEN });
  });

  it('cancels', async () => {
    await startLogin();
    await page.evaluate(() => (globalThis as unknown as Shared).controller.abort());
    await untilAborted();
    expect(await outcome()).toMatchObject({ name: 'AbortError' });
  });

  it('ends its session at once when it goes to another page', async () => {
    await startLogin();
    await page.goto(`http://localhost:${sitePort}/elsewhere`);
    await untilAborted();
  });

  it('ends its session at once when its tab closes', async () => {
    await startLogin();
    await page.close({ runBeforeUnload: true });
    await untilAborted();
  });

  /** Starts to have a Blob of so many bytes signed, which the page makes up. */
  async function startSigning(size: number): Promise<void> {
    await page.waitForFunction(() => 'createClient' in globalThis);
    await page.evaluate(
      ({ port, size: length }) => {
        const shared = globalThis as unknown as Shared;
        const content = new Blob([new Uint8Array(length).fill(7)], { type: 'application/pdf' });
        const client = shared.createClient({ ports: [port] });
        shared.outcome = client.sign({ items: [{ name: 'a.pdf', content }] }).catch((error: unknown) => String(error));
      },
      { port: harness.port, size },
    );
  }

  it('uploads a large Blob, and has it signed', async () => {
    const size = 40 * 1024 * 1024;
    await startSigning(size);
    await vi.waitFor(() => expect(harness.operations.calls).toBe(1), { timeout: 15_000 });
    const { request, resolve } = only(harness.operations.signings);
    const bytes = await only(detachedItems(request.items)).bytes();
    expect(Buffer.alloc(size, 7).equals(bytes)).toBe(true);
    resolve(await signEach(request.items, Uint8Array.of(1)));
    expect(await outcome()).toMatchObject({ route: 'loopback', items: [{ status: 'signed', signature: 'AQ==' }] });
    expect(uploads.kept).toBe(0);
  });

  it('that goes away leaves nothing of what it uploaded', async () => {
    await startSigning(1024 * 1024);
    await vi.waitFor(() => expect(harness.operations.calls).toBe(1), { timeout: 5_000 });
    expect(uploads.kept).toBe(1);
    await page.goto(`http://localhost:${sitePort}/elsewhere`);
    await vi.waitFor(() => expect(uploads.kept).toBe(0), { timeout: 5_000 });
  });

  it('of another site hears nothing', async () => {
    await page.goto(`http://${EVIL_HOST}:${sitePort}/`);
    const heard = await page.evaluate(async (url) => {
      const response = await fetch(url).catch((error: unknown) => error);
      return response instanceof Response ? `answer ${response.status}` : 'nothing';
    }, `http://127.0.0.1:${harness.port}/v1/status`);
    expect(heard).toBe('nothing');
    expect(harness.log.events.at(-1)).toEqual({ name: 'bridge.refused', fields: { code: 'ERR_ORIGIN_NOT_ALLOWED' } });
  });

  const attacks: Record<string, (url: string, body: string) => Promise<unknown>> = {
    'no-cors fetch': (url, body) => fetch(url, { method: 'POST', mode: 'no-cors', body }),
    'no-cors fetch as JSON text': (url, body) =>
      fetch(url, { method: 'POST', mode: 'no-cors', body: new Blob([body], { type: 'application/json' }) }),
    'plain fetch': (url, body) => fetch(url, { method: 'POST', body }).catch(() => undefined),
    beacon: (url, body) => Promise.resolve(navigator.sendBeacon(url, body)),
    image: (url) =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = image.onerror = resolve;
        image.src = url;
      }),
    script: (url) =>
      new Promise((resolve) => {
        const script = document.createElement('script');
        script.onload = script.onerror = resolve;
        script.src = url;
        document.head.append(script);
      }),
    WebSocket: (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url.replace('http', 'ws'));
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      }),
    'form in a frame': (url, body) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.name = 'target';
        document.body.append(frame);
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', enctype: 'text/plain', action: url, target: 'target' });
        const field = document.createElement('input');
        Object.assign(field, { name: `${body.slice(0, -1)},"x":"`, value: '"}' });
        form.append(field);
        document.body.append(form);
        frame.onload = resolve;
        form.submit();
      }),
    'sandboxed frame': (url, body) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.sandbox.add('allow-scripts');
        const init = {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Madoguchi-Protocol': '1' },
          body,
        };
        const request = `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})`;
        frame.srcdoc = `<script>${request}.catch(() => 0).then(() => parent.postMessage('done', '*'))</script>`;
        addEventListener('message', resolve, { once: true });
        document.body.append(frame);
      }),
  };

  it.each(Object.keys(attacks))('starts nothing by %s, not even from a site that may ask', async (name) => {
    const attack = attacks[name]?.toString() ?? '';
    const url = JSON.stringify(`http://127.0.0.1:${harness.port}/v1/sessions`);
    const body = JSON.stringify(JSON.stringify(AUTHENTICATE));
    const limit = 'new Promise((resolve) => setTimeout(resolve, 2000))';
    for (const host of ['localhost', EVIL_HOST]) {
      await page.goto(`http://${host}:${sitePort}/`);
      await page.evaluate(`Promise.race([(${attack})(${url}, ${body}), ${limit}]).catch(() => 0).then(() => 0)`);
    }
    expect(harness.log.events.map(({ name: event }) => event)).toContain('bridge.refused');
    expect(harness.operations.calls).toBe(0);
  });

  it('reached by a name that rebinds to this PC hears that it is the wrong host', async () => {
    const answer = await page.goto(`http://${REBOUND_HOST}:${harness.port}/v1/status`);
    expect(answer?.status()).toBe(403);
    expect(await answer?.json()).toMatchObject({ error: { code: 'ERR_ORIGIN_HOST' } });
    const fetched = await page.evaluate(async (body) => {
      const headers = { 'Content-Type': 'application/json', 'Madoguchi-Protocol': '1' };
      const response = await fetch('/v1/sessions', { method: 'POST', headers, body });
      return { status: response.status, body: await response.text() };
    }, JSON.stringify(AUTHENTICATE));
    expect(fetched.status).toBe(403);
    expect(fetched.body).toContain('ERR_ORIGIN_HOST');
    expect(harness.operations.calls).toBe(0);
  });
});
