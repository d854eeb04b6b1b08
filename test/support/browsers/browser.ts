import type { HttpsSite } from './https-site.js';

/**
 * What the tests need of any browser. Every call ends: a page that does not load, or a script that does not finish within
 * the time, rejects.
 */
export interface TestPage {
  /** Navigates, and waits until the document is loaded, redirects included. */
  goto(url: string): Promise<void>;
  /**
   * Runs `body` as the body of an async function in the top frame, `input` (JSON) in scope. Resolves with what it
   * returns, as JSON. Rejects where the script throws, or the page goes away meanwhile.
   */
  evaluate(body: string, input?: unknown): Promise<unknown>;
  /** Of the document shown. */
  url(): Promise<string>;
  /** Cookies of the document shown, `HttpOnly` ones included. */
  cookies(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly name: BrowserName;
  /** `Chromium 150.0`, as the browser itself says. */
  readonly version: string;
  /** A new tab. All tabs of a browser share cookies and permissions. */
  newPage(): Promise<TestPage>;
  /** Ends the browser and everything it started, and removes its profile. */
  close(): Promise<void>;
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** How the browser's question whether a page may reach programs on this PC is decided, by host name of the site. */
export interface LoopbackPermissions {
  /** By the administrator's policy, before anybody is asked. */
  readonly allowedByPolicy?: readonly string[];
  readonly deniedByPolicy?: readonly string[];
}

export interface BrowserOptions extends LoopbackPermissions {
  /** The pages of this site count as pages of the public internet. */
  readonly site: HttpsSite;
}

/** How the person answers the browser's question. */
export type PromptAnswer = 'allow' | 'block';

/** What a page may, as `navigator.permissions` calls it. */
export type PermissionSetting = 'granted' | 'denied' | 'prompt';

/** Body of a script: what the browser says about programs on this PC, or `unsupported`. */
export const LOOPBACK_STATE = `
  return navigator.permissions.query({ name: 'loopback-network' }).then(({ state }) => state, () => 'unsupported');`;

/** Milliseconds for a page to load, and for a script to finish. */
export const PAGE_TIMEOUT = 45_000;

/** Source of an expression that runs `body` and gives a promise of JSON text. */
export function scriptExpression(body: string, input: unknown): string {
  const argument = input === undefined ? 'undefined' : JSON.stringify(input);
  return `(async (input) => { ${body} })(${argument}).then((value) => JSON.stringify(value ?? null))`;
}

/** Polls until `read` gives a value. */
export async function until<T>(
  what: string,
  read: () => Promise<T | undefined> | T | undefined,
  milliseconds = 20_000,
): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Rejects when `work` takes longer. */
export async function within<T>(what: string, work: Promise<T>, milliseconds = PAGE_TIMEOUT): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
