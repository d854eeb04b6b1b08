import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redirectResponseSchema } from '../../sdk/protocol/index.js';
import { until, type TestBrowser, type TestPage } from '../support/browsers/browser.js';
import { chromiumMissing, startChromium } from '../support/browsers/chromium.js';
import { firefoxMissing, startFirefox } from '../support/browsers/firefox.js';
import { startHttpsSite, type HttpsSite } from '../support/browsers/https-site.js';
import { startWebKit, webkitMissing } from '../support/browsers/webkit.js';
import { fakePeers } from '../unit/bridge-listener/fake-peers.js';
import { at, NONCE, TOKEN } from '../unit/bridge/fakes.js';
import { startHarness, type Harness } from '../unit/bridge/harness.js';
import { newState } from '../unit/redirect/navigation.js';

const SERVICE = 'service.example';
const OTHER = 'other.example';

/** A form that came back to the service. */
interface Callback {
  readonly state: string | null;
  readonly response: unknown;
  readonly headers: IncomingMessage['headers'];
}

const callbacks: Callback[] = [];

/** The service: a callback that answers 303, and pages that do nothing. */
async function startService(): Promise<HttpsSite> {
  return startHttpsSite([SERVICE, OTHER], async (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/open-redirect') {
      const port = new URL(`https://${request.headers.host ?? ''}`).port;
      response.writeHead(307, { Location: `https://${OTHER}:${port}/callback` }).end();
      return;
    }
    if (request.method === 'POST' && path === '/callback') {
      const form = new URLSearchParams(await bodyOf(request));
      const parsed: unknown = JSON.parse(form.get('response') ?? 'null');
      callbacks.push({ state: form.get('state'), response: parsed, headers: request.headers });
      response.writeHead(303, { Location: '/finished' }).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>${path}</title><p>page`);
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

const BROWSERS = [
  ['Chromium', chromiumMissing(), startChromium],
  ['Firefox', firefoxMissing(), startFirefox],
  ['WebKit', webkitMissing(), startWebKit],
] as const;

for (const [name, missing, start] of BROWSERS) {
  if (missing !== undefined) process.stderr.write(`the redirect route in ${name} is skipped: ${missing}\n`);

  describe.skipIf(missing !== undefined)(`the redirect route in ${name}`, () => {
    let site: HttpsSite;
    let browser: TestBrowser;
    let harness: Harness;
    let page: TestPage;

    beforeAll(async () => {
      site = await startService();
      browser = await start({ site });
    });
    afterAll(async () => {
      await browser.close();
      await site.close();
    });
    beforeEach(async () => {
      callbacks.length = 0;
      harness = await startHarness();
      page = await browser.newPage();
      await page.goto(`${site.origin(SERVICE)}/start`);
    });
    afterEach(async () => {
      await page.close();
      await harness.listener.close();
    });

    const parameters = (state = newState()): Record<string, string> => ({
      redirect_uri: `${site.origin(SERVICE)}/callback?x=%22%27&y`,
      state,
      challenge_nonce: NONCE,
    });
    const authorize = (query: Record<string, string>): string =>
      `http://127.0.0.1:${harness.port}/v1/authorize?${new URLSearchParams(query).toString()}`;

    /** Runs a script that makes the page go away; whether it did is seen by where the browser arrives. */
    const leave = (script: string, input: unknown): Promise<unknown> =>
      page.evaluate(`setTimeout(() => { ${script} }, 0);`, input).catch(() => undefined);

    /** Leaves the page for `url` as a link does. */
    const leaveFor = (url: string): Promise<unknown> => leave('location.href = input;', url);

    /** Posts a form to the client as a service's page does. */
    const post = (fields: Record<string, string>): Promise<unknown> =>
      leave(
        `const form = document.createElement('form');
         form.method = 'post';
         form.action = input.action;
         for (const [name, value] of Object.entries(input.fields)) {
           const field = document.createElement('input');
           field.type = 'hidden';
           [field.name, field.value] = [name, value];
           form.append(field);
         }
         document.body.append(form);
         form.submit();`,
        { action: `http://127.0.0.1:${harness.port}/v1/authorize`, fields },
      );

    /** The page's script shows the button when it begins; before that nothing notices that the page is left. */
    const scriptRuns = (): Promise<boolean> =>
      until('the button', async () =>
        (await page.evaluate('return document.getElementById("cancel")?.hidden === false;').catch(() => false)) === true
          ? true
          : undefined,
      );
    const arriveAt = (path: string): Promise<true> =>
      until(path, async () => ((await page.url().catch(() => '')).includes(path) ? true : undefined));
    const dialogs = (count: number): Promise<true> =>
      until('the consent', () => (harness.operations.calls === count ? true : undefined));
    const text = (): Promise<unknown> => page.evaluate('return document.body?.innerText ?? "";').catch(() => '');
    const stateOfPage = (): Promise<unknown> =>
      page.evaluate('return document.body.dataset.state ?? "";').catch(() => '');
    const shows = (what: string): Promise<true> =>
      until(what, async () => (String(await text()).includes(what) ? true : undefined));

    it.each([
      ['GET', (fields: Record<string, string>) => leaveFor(authorize(fields))],
      ['POST', post],
    ] as const)('brings the result by %s as a form, and shows who asks meanwhile', async (_, go) => {
      const fields = parameters();
      await go(fields);
      await dialogs(1);
      await arriveAt('/v1/authorize');
      await shows(site.origin(SERVICE));
      at(harness.operations.authentications, 0).resolve(TOKEN);
      await arriveAt('/finished');
      expect(callbacks).toHaveLength(1);
      const { state, response, headers } = at(callbacks, 0);
      expect(state).toBe(fields['state']);
      expect(redirectResponseSchema.parse(response)).toEqual({
        ok: true,
        result: { operation: 'authenticate', token: TOKEN },
      });
      console.log(`${browser.version}: Origin ${headers.origin}, Sec-Fetch-Site ${String(headers['sec-fetch-site'])}`);
      const { request } = at(harness.operations.authentications, 0);
      expect(request.origin).toBe(site.origin(SERVICE));
    });

    it('brings an error the same way', async () => {
      await leaveFor(authorize(parameters()));
      await dialogs(1);
      at(harness.operations.authentications, 0).reject(new Error('a defect'));
      await arriveAt('/finished');
      expect(redirectResponseSchema.parse(at(callbacks, 0).response)).toMatchObject({
        ok: false,
        error: { code: 'ERR_INTERNAL' },
      });
    });

    it('goes back with the person’s refusal when it is cancelled on the page, and closes the dialog', async () => {
      await leaveFor(authorize(parameters()));
      await dialogs(1);
      await arriveAt('/v1/authorize');
      await scriptRuns();
      await leave('document.getElementById("cancel").click();', undefined);
      await arriveAt('/finished');
      expect(redirectResponseSchema.parse(at(callbacks, 0).response)).toMatchObject({
        ok: false,
        error: { code: 'ERR_USER_CANCELLED' },
      });
      expect(at(harness.operations.authentications, 0).signal.aborted).toBe(true);
    });

    it('closes the dialog when the person leaves the page', async () => {
      await leaveFor(authorize(parameters()));
      await dialogs(1);
      await arriveAt('/v1/authorize');
      await scriptRuns();
      await page.goto(`${site.origin(SERVICE)}/elsewhere`);
      await until('the end of the dialog', () =>
        at(harness.operations.authentications, 0).signal.aborted ? true : undefined,
      );
      expect(callbacks).toEqual([]);
    });

    it('explains itself when it is loaded again, and asks nobody', async () => {
      const url = authorize(parameters());
      await leaveFor(url);
      await dialogs(1);
      at(harness.operations.authentications, 0).resolve(TOKEN);
      await arriveAt('/finished');
      await page.goto(url).catch(() => undefined);
      await shows('ERR_PROTOCOL_REPLAYED');
      expect(harness.operations.calls).toBe(1);
      expect(callbacks).toHaveLength(1);
    });

    it('can be neither framed, fetched nor loaded by the site', async () => {
      await page.evaluate(
        `const load = (element, source) => Object.assign(document.body.appendChild(element), source);
         load(document.createElement('iframe'), { src: input });
         load(document.createElement('img'), { src: input });
         load(document.createElement('script'), { src: input });
         load(document.createElement('object'), { data: input });
         for (const mode of ['cors', 'no-cors']) void fetch(input, { mode }).catch(() => undefined);
         await new Promise((resolve) => setTimeout(resolve, 1500));`,
        authorize(parameters()),
      );
      expect(harness.operations.calls).toBe(0);
    });

    it('lets no open redirector of the service send the result on, where the browser checks that', async () => {
      // Firefox does not hold redirects to `form-action`.
      const isChecked = name !== 'Firefox';
      await leaveFor(authorize({ ...parameters(), redirect_uri: `${site.origin(SERVICE)}/open-redirect` }));
      await dialogs(1);
      at(harness.operations.authentications, 0).resolve(TOKEN);
      if (isChecked) await until('the stop', async () => ((await stateOfPage()) === 'stopped' ? true : undefined));
      else await arriveAt('/finished');
      expect(callbacks).toHaveLength(isChecked ? 0 : 1);
    });

    it('goes back to the service when the client ends', async () => {
      await leaveFor(authorize(parameters()));
      await dialogs(1);
      await arriveAt('/v1/authorize');
      await harness.listener.close();
      await arriveAt('/finished');
      expect(redirectResponseSchema.parse(at(callbacks, 0).response)).toMatchObject({
        ok: false,
        error: {
          code: expect.stringMatching(
            /^ERR_(?:USER_CANCELLED|PROTOCOL_SESSION_UNKNOWN|PROTOCOL_UNREACHABLE)$/,
          ) as string,
        },
      });
    });

    it('carries a form too long for a URL', async () => {
      const request = `${'a'.repeat(20)}.${'b'.repeat(500_000)}.${'c'.repeat(80)}`;
      const { redirect_uri = '', state = '' } = parameters();
      await post({ redirect_uri, state, request });
      await shows('ERR_PROTOCOL_REQUEST_SIGNATURE');
      expect(harness.operations.calls).toBe(0);
    });

    it('finds this user’s client behind another’s', async () => {
      const ports = [await freePort(), await freePort()];
      const other = await startHarness({ ports, peers: fakePeers('other') });
      const own = await startHarness({ ports: ports.slice(1) });
      try {
        const url = `http://127.0.0.1:${other.port}/v1/authorize?${new URLSearchParams(parameters()).toString()}`;
        await leaveFor(url);
        await until('the consent', () => (own.operations.calls === 1 ? true : undefined));
        at(own.operations.authentications, 0).resolve(TOKEN);
        await arriveAt('/finished');
        expect(callbacks).toHaveLength(1);
        expect(other.operations.calls).toBe(0);
      } finally {
        await own.listener.close();
        await other.listener.close();
      }
    });
  });
}

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
