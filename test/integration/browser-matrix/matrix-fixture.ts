import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { findFreePort, stop, virtualCardCommand, waitUntilListening } from '../../../tools/demo/madoguchi-process.js';
import { chromiumMissing, startChromium } from '../../support/browsers/chromium.js';
import { firefoxMissing, startFirefox } from '../../support/browsers/firefox.js';
import { startWebKit, webkitMissing } from '../../support/browsers/webkit.js';
import {
  until,
  type BrowserName,
  type BrowserOptions,
  type PermissionSetting,
  type PromptAnswer,
  type TestBrowser,
  type TestPage,
} from '../../support/browsers/browser.js';
import { startMatrixService, type MatrixService, type PageHeaders } from './service.js';

/** A browser, and what only those with a permission for this PC have. */
export interface MatrixBrowser extends TestBrowser {
  answerPrompt?(page: TestPage, answer: PromptAnswer): Promise<void>;
  setPermission?(origin: string, setting: PermissionSetting): Promise<void>;
}

const START: Readonly<Record<BrowserName, (options: BrowserOptions) => Promise<MatrixBrowser>>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};

const MISSING: Readonly<Record<BrowserName, () => string | undefined>> = {
  chromium: chromiumMissing,
  firefox: firefoxMissing,
  webkit: webkitMissing,
};

/** Why this browser cannot be used here, said once on standard error; undefined where it can. */
export function browserMissing(name: BrowserName): string | undefined {
  const missing = MISSING[name]();
  if (missing !== undefined) process.stderr.write(`${name} is skipped: ${missing}\n`);
  return missing;
}

export function startBrowser(name: BrowserName, options: BrowserOptions): Promise<MatrixBrowser> {
  return START[name](options);
}

/** The client as it is delivered, with a virtual card and a person who agrees to everything, and a service that uses it. */
export interface ClientAndService {
  readonly site: MatrixService;
  /** PEM of the authority of the card's certificate for log-in. */
  readonly trustAnchors: readonly string[];
  /**
   * Loopback port of a client that takes one more unsigned redirect. All of those have one limit together, whatever site
   * they come from; where it is reached, a new client takes the place of the old one.
   */
  clientPort(): Promise<number>;
  close(): Promise<void>;
}

export async function startClientAndService(hosts: PageHeaders): Promise<ClientAndService> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-matrix-'));
  const command = virtualCardCommand(stateDirectory);
  const trustAnchors = command.trustAnchors().authentication;
  const site = await startMatrixService({ hosts, trustAnchors });
  let client: RunningClient | undefined;
  return {
    site,
    trustAnchors,
    clientPort: async () => {
      if (client === undefined || client.redirects >= LIMITS.sessionsPerMinute) {
        if (client !== undefined) await stop(client.process);
        client = await startClient(command);
      }
      client.redirects += 1;
      return client.port;
    },
    close: async () => {
      await site.close();
      if (client !== undefined) await stop(client.process);
      rmSync(stateDirectory, { recursive: true, force: true });
    },
  };
}

interface RunningClient {
  readonly process: ChildProcess;
  readonly port: number;
  /** How often it was given out for a redirect. */
  redirects: number;
}

async function startClient({ run }: ReturnType<typeof virtualCardCommand>): Promise<RunningClient> {
  const port = await findFreePort();
  const process = run('serve', ['--approve-all', '--port', String(port)], ['ignore', 'ignore', 'ignore']);
  await waitUntilListening(process, port);
  return { process, port, redirects: 0 };
}

/** Goes to a page of the service and waits until its script has run. */
export async function openPage(page: TestPage, url: string): Promise<void> {
  await page.goto(url);
  await until(`the script of ${url}`, async () => ((await page.evaluate(IS_READY)) === true ? true : undefined));
}

const IS_READY = 'return globalThis.isReady === true;';

/** What the page says that the redirect route ends on. Rejects where the browser does not get there in time. */
export function resultIn(page: TestPage): Promise<unknown> {
  // While the browser goes from page to page, there is none to ask.
  return until('a result', async () => (await page.evaluate(RESULT).catch(() => null)) ?? undefined);
}

const RESULT = `return JSON.parse(document.getElementById('result')?.textContent ?? 'null');`;
