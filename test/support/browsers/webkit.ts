/** WebKitGTK's MiniBrowser, driven by classic WebDriver (https://www.w3.org/TR/webdriver2/). It has Safari's engine, not Safari. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../../tools/demo/madoguchi-process.js';
import {
  PAGE_TIMEOUT,
  scriptExpression,
  until,
  type BrowserOptions,
  type TestBrowser,
  type TestPage,
} from './browser.js';
import { privateSystemMissing, startPrivately } from './private-system.js';
import { startXDisplay, xDisplayMissing } from './x-display.js';

const DRIVER = '/usr/bin/WebKitWebDriver';
/** Milliseconds for an answer of the driver; longer than whatever it is told to wait for itself. */
const ANSWER_TIMEOUT = PAGE_TIMEOUT + 5_000;
/** Milliseconds for a script that waits for nothing. The driver never answers where the page goes away under one. */
const SCRIPT_TIMEOUT = 4_000;

/** Why no WebKit can be used here, naming what to install; undefined where it can. */
export function webkitMissing(): string | undefined {
  if (!existsSync(DRIVER) || miniBrowser() === undefined) return 'install webkit2gtk-driver';
  return xDisplayMissing() ?? privateSystemMissing();
}

/** Of the newest interface, below the folder of the machine's architecture. */
function miniBrowser(): string | undefined {
  const folders = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'));
  const candidates = folders.flatMap((folder) =>
    readdirSync(join('/usr/lib', folder))
      .filter((name) => /^webkit(2gtk|gtk)-/.test(name))
      .map((name) => join('/usr/lib', folder, name, 'MiniBrowser')),
  );
  return candidates.sort().reverse().find(existsSync);
}

export async function startWebKit({ site }: BrowserOptions): Promise<TestBrowser> {
  const display = await startXDisplay();
  const port = await findFreePort();
  const process = startPrivately([DRIVER, `--port=${port}`], {
    site,
    env: {
      ...display.env,
      // Its processes are in a namespace of the test's already, and root may not use the sandbox.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      GTK_A11Y: 'none',
      NO_AT_BRIDGE: '1',
      GSETTINGS_BACKEND: 'memory',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
  const close = async (): Promise<void> => {
    await process.close();
    await display.close();
  };
  try {
    const session = await openSession(new Driver(`http://127.0.0.1:${port}`));
    return webkitBrowser(session, close);
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** One command after the other: a session has one current window. */
class Driver {
  readonly #base: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(base: string) {
    this.#base = base;
  }

  below(path: string): Driver {
    return new Driver(`${this.#base}${path}`);
  }

  /** Runs `work` after everything before it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const timeout = path === '/execute/sync' ? SCRIPT_TIMEOUT : ANSWER_TIMEOUT;
    const response = await fetch(`${this.#base}${path}`, {
      method,
      ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(timeout),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (response.ok) return value;
    const { error, message } = value as { error: string; message: string };
    throw new Error(`${error}: ${message}`);
  }
}

interface Session {
  readonly driver: Driver;
  /** The window that was there from the start, and stays. */
  readonly firstWindow: string;
  readonly version: string;
}

async function openSession(driver: Driver): Promise<Session> {
  await until('WebKitWebDriver', () => driver.send('GET', '/status').catch(() => undefined));
  const options = { binary: miniBrowser(), args: ['--automation'] };
  const alwaysMatch = { 'webkitgtk:browserOptions': options, acceptInsecureCerts: false };
  const { sessionId, capabilities } = (await driver.send('POST', '/session', { capabilities: { alwaysMatch } })) as {
    sessionId: string;
    capabilities: { browserName: string; browserVersion: string };
  };
  const session = driver.below(`/session/${sessionId}`);
  await session.send('POST', '/timeouts', { pageLoad: PAGE_TIMEOUT });
  const firstWindow = (await session.send('GET', '/window')) as string;
  return { driver: session, firstWindow, version: `${capabilities.browserName} ${capabilities.browserVersion}` };
}

function webkitBrowser({ driver, firstWindow, version }: Session, closeProcess: () => Promise<void>): TestBrowser {
  return {
    name: 'webkit',
    version,
    newPage: async () => {
      const handle = await driver.inTurn(async () => {
        // A new window needs a current one, which may have been closed.
        await driver.send('POST', '/window', { handle: firstWindow });
        return ((await driver.send('POST', '/window/new', { type: 'tab' })) as { handle: string }).handle;
      });
      return webkitPage(driver, handle);
    },
    close: closeProcess,
  };
}

type ScriptState = { readonly isRunning: true } | { readonly json: string } | { readonly error: string };

/**
 * Starts a script whose state can be asked for. The driver's own asynchronous scripts never end where the page goes away
 * under them, and let nothing else happen meanwhile.
 */
function startScript(key: string, expression: string): string {
  return `globalThis['${key}'] = { isRunning: true };
    ${expression}.then(
      (json) => { globalThis['${key}'] = { json }; },
      (error) => { globalThis['${key}'] = { error: String(error) }; },
    );`;
}

function webkitPage(driver: Driver, handle: string): TestPage {
  const inWindow = <T>(work: () => Promise<T>): Promise<T> =>
    driver.inTurn(async () => {
      await driver.send('POST', '/window', { handle });
      return work();
    });
  return {
    goto: async (url) => {
      await inWindow(() => driver.send('POST', '/url', { url }));
    },
    evaluate: async (body, input) => {
      const run = (script: string): Promise<unknown> =>
        inWindow(() => driver.send('POST', '/execute/sync', { script, args: [] }));
      const key = randomUUID();
      await run(startScript(key, scriptExpression(body, input)));
      return until(
        'a script',
        async () => {
          const { value } = (await run(`return { value: globalThis['${key}'] };`)) as { value?: ScriptState };
          if (value === undefined) throw new Error('the page went away');
          if ('error' in value) throw new Error(value.error);
          return 'json' in value ? (JSON.parse(value.json) as unknown) : undefined;
        },
        PAGE_TIMEOUT,
      );
    },
    url: async () => (await inWindow(() => driver.send('GET', '/url'))) as string,
    cookies: async () => {
      const cookies = (await inWindow(() => driver.send('GET', '/cookie'))) as { name: string; value: string }[];
      return Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
    },
    close: async () => {
      await inWindow(() => driver.send('DELETE', '/window'));
    },
  };
}
