/** What it takes to reach the client from a browser by the extension: a page, the host's install manifest, a running client. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExtension } from '../../tools/extension.js';
import { openTestCard } from '../../main/node/test-card.js';
import { encodePemCertificate } from '../../sdk/formats/index.js';
import { serveBrowserSdk, startHttpsSite, type HttpsSite } from './browsers/https-site.js';
import { isRunning } from './child-processes.js';
import { madoguchi } from './command-line.js';
import { putNewTestCard } from './virtual-card.js';

const PROGRAM = join(import.meta.dirname, '../../bin/madoguchi.js');

export const SITE = 'service.example.test';
export const OTHER_SITE = 'other.example.test';

export interface ExtensionFixture {
  /** Unpacked, for the browser. */
  readonly extension: string;
  /** Home of the user for whom the host was installed. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly site: HttpsSite;
  /** PEM of the test card's authorities. */
  readonly authorities: { readonly authentication: string; readonly signing: string };
  /** Of `madoguchi`, for a client with the test card whose person has to answer. */
  readonly serveArguments: readonly string[];
  /** Whether the host has started a client. */
  hasWoken(): boolean;
  /** Starts `madoguchi serve` with the test card and an agreeing person; resolves when it listens. */
  startClient(): Promise<RunningClient>;
  close(): Promise<void>;
}

export interface RunningClient {
  /** Names of its log's events so far, with the codes of failures. */
  events(): readonly string[];
  /** What it showed the person so far. */
  screen(): string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Pages: `/` is empty, `/outer?URL` frames URL, `/sandboxed` is sandboxed by its own policy, `/speaks` posts
 * calls to the page around it; `/sdk/` holds the SDK. */
export async function startExtensionFixture(target: 'chrome' | 'firefox', wake: boolean): Promise<ExtensionFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'mext-'));
  const home = join(directory, 'home');
  mkdirSync(home);
  const stateDirectory = join(directory, 'state');
  const env = { HOME: home, XDG_CONFIG_HOME: '', MADOGUCHI_STATE_DIRECTORY: stateDirectory };
  await putNewTestCard(stateDirectory);
  const card = await openTestCard(stateDirectory);
  const { authentication, signing } = card.testAuthorities();
  const port = String(await freePort());
  const serveArguments = ['--reader', 'virtual', '--verbose', 'serve', '--port', port];
  const serve = [PROGRAM, ...serveArguments, '--approve-all'];
  const wokenId = join(directory, 'woken');
  const shell = `echo $$ > '${wokenId}'; exec "$@"`;
  const wakeArguments = wake ? ['--wake', '/bin/sh', '--', '-c', shell, 'sh', process.execPath, ...serve] : [];
  const installed = await madoguchi(['browser-integration', 'install', ...wakeArguments], { env });
  if (installed.exitCode !== 0) throw new Error(installed.stderr);
  const site = await startHttpsSite([SITE, OTHER_SITE], async (request, response) => {
    if (!(await serveBrowserSdk(request, response))) servePage(request.url ?? '/', response);
  });
  return {
    extension: await buildExtension(target, join(directory, 'extension')),
    home,
    env,
    site,
    authorities: { authentication: encodePemCertificate(authentication), signing: encodePemCertificate(signing) },
    serveArguments,
    hasWoken: () => existsSync(wokenId),
    startClient: () => startClient(serve, env),
    async close() {
      await site.close();
      const woken = existsSync(wokenId) ? Number(readFileSync(wokenId, 'utf8')) : undefined;
      if (woken !== undefined && isRunning(woken)) process.kill(woken, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A frame that claims to be the page around it, again and again. */
const SPEAKS_TO_PARENT = `
  const challengeNonce = 'A'.repeat(44);
  const request = JSON.stringify({ operation: 'authenticate', challengeNonce });
  const message = { madoguchi: 1, to: 'extension', id: 1, call: { method: 'open', request } };
  setInterval(() => parent.postMessage(message, '*'), 50);`;

function servePage(url: string, response: ServerResponse): void {
  const [path, query = ''] = url.split('?');
  if (path === '/sandboxed') response.setHeader('Content-Security-Policy', 'sandbox allow-scripts');
  const frame = path === '/outer' ? `<iframe src="${decodeURIComponent(query)}"></iframe>` : '';
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  const script = path === '/speaks' ? `<script>${SPEAKS_TO_PARENT}</script>` : '';
  response.end(`<!doctype html><title>page</title>${frame}${script}`);
}

async function startClient(args: readonly string[], env: Readonly<Record<string, string>>): Promise<RunningClient> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let screen = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (screen += text));
  await Promise.race([
    new Promise((resolve) =>
      child.stderr.on('data', () => screen.includes('bridge.socket.listening') && resolve(true)),
    ),
    once(child, 'close').then(() => Promise.reject(new Error(screen))),
  ]);
  return { events: () => events(screen), screen: () => screen, stop: () => stop(child) };
}

function events(screen: string): string[] {
  const lines = screen.split('\n').filter((line) => line.startsWith('{"level"'));
  return lines.map((line) => {
    const { msg, code } = JSON.parse(line) as { msg: string; code?: string };
    return code === undefined ? msg : `${msg} ${code}`;
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}
