import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIREFOX_EXTENSION_ID } from '../../sdk/protocol/index.js';
import { firefoxMissing, startFirefox, type Firefox } from '../support/browsers/firefox.js';
import { startHttpsSite, type HttpsSite } from '../support/browsers/https-site.js';
import { madoguchi } from '../support/command-line.js';

const missing = firefoxMissing();
const NAMES = ['one.example.test', 'two.example.test', 'sub.one.example.test', 'other.example.test'];
/** Silence for this many milliseconds means that the person is asked. */
const SILENCE = 1_500;

let site: HttpsSite;
let loopback: Server;

beforeAll(async () => {
  if (missing !== undefined) return;
  site = await startHttpsSite(NAMES, (_request, response) => void response.end('<!doctype html><title>page</title>'));
  loopback = createServer((_request, response) => {
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('here');
  });
  await new Promise<void>((resolve) => loopback.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  if (missing !== undefined) return;
  await site.close();
  loopback.closeAllConnections();
  loopback.close();
});

/** Who reaches a program on this PC without a question, in a real Firefox under these policies. */
async function reachedBy(policies: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { port } = loopback.address() as AddressInfo;
  const script = `
    const silence = new Promise((resolve) => setTimeout(() => resolve('asked'), ${SILENCE}));
    const fetched = fetch('http://127.0.0.1:${port}/').then((answer) => answer.text(), () => 'refused');
    return Promise.race([fetched, silence]);`;
  const reaches = async (browser: Firefox, name: string): Promise<boolean> => {
    const page = await browser.newPage();
    await page.goto(`${site.origin(name)}/`);
    const answer = await page.evaluate(script);
    await page.close();
    return answer === 'here';
  };
  const browser = await startFirefox({ site, policies });
  try {
    const reached: string[] = [];
    for (const name of NAMES) if (await reaches(browser, name)) reached.push(name);
    return reached;
  } finally {
    await browser.close();
  }
}

/** What `madoguchi policy browser` writes for Firefox. */
async function written(origins: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const command = ['policy', 'browser', '--format', 'json', '--browser', 'firefox', '--origin', ...origins];
  const { stdout, stderr, exitCode } = await madoguchi(command);
  if (exitCode !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { policies: Readonly<Record<string, unknown>> }).policies;
}

describe.skipIf(missing !== undefined)('policies of browsers, in a real Firefox,', () => {
  it('let the hosts that are listed reach loopback without a question, and no others', async () => {
    const policies = await written(['one.example.test', 'two.example.test'].map((name) => site.origin(name)));
    expect(policies).toHaveProperty(['ExtensionSettings', FIREFOX_EXTENSION_ID]);
    expect(await reachedBy(policies)).toEqual(['one.example.test', 'two.example.test']);
  });

  it('would be ignored, or let others in, in the forms that are refused here', async () => {
    const skip = (...SkipDomains: readonly string[]) => ({ LocalNetworkAccess: { Enabled: true, SkipDomains } });
    const origin = site.origin('two.example.test');
    // An origin is no host name: nobody gets in by it. A pattern counts, and lets in sites that nobody named.
    const forms = [origin, `${origin}/`, 'TWO.example.test:443', '*.one.example.test'];
    expect(await reachedBy(skip(...forms))).toEqual(['one.example.test', 'sub.one.example.test']);
    for (const form of ['https://*.example.test', 'one.example.test', 'https://one.example.test/']) {
      await expect(written([form])).rejects.toThrow();
    }
  });
});
