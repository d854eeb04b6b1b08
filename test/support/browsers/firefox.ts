/** Debian's Firefox ESR, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBiDi, type BiDi } from './bidi.js';
import {
  scriptExpression,
  until,
  within,
  type BrowserOptions,
  type PermissionSetting,
  type PromptAnswer,
  type TestBrowser,
  type TestPage,
} from './browser.js';
import { privateSystemMissing, startPrivately } from './private-system.js';

const FIREFOX = '/usr/bin/firefox-esr';
/** Beside Firefox, and part of its package; followed by `policies.json`, which is all that is added. */
const CONFIGURATION = '/usr/share/firefox-esr/distribution';

export interface FirefoxOptions extends BrowserOptions {
  /** Added to `user.js`. */
  readonly preferences?: Readonly<Record<string, string | number | boolean>>;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files below `HOME` by relative path, there before the start. */
  readonly homeFiles?: Readonly<Record<string, string>>;
  /** Members of an administrator's `policies.json`, beside those that are needed here. */
  readonly policies?: Readonly<Record<string, unknown>>;
}

export interface Firefox extends TestBrowser {
  /** For what has no method here: sends one command and gives its result. */
  readonly bidi: BiDi;
  newPage(): Promise<FirefoxPage>;
  /** Whether the browser's question about programs on this PC is open in any tab's window. */
  isAsking(): Promise<boolean>;
  /** Waits for that question and presses its button. */
  answerPrompt(page: TestPage, answer: PromptAnswer): Promise<void>;
  /** Sets what `origin` may, as if the person had decided it. */
  setPermission(origin: string, setting: PermissionSetting): Promise<void>;
  /** Installs an unpacked or packed extension for this run; gives its id. */
  installExtension(path: string): Promise<string>;
}

export interface FirefoxPage extends TestPage {
  /** The browsing context of the tab. */
  readonly context: string;
}

/** Why no Firefox can be used here, naming what to install; undefined where it can. */
export function firefoxMissing(): string | undefined {
  return existsSync(FIREFOX) ? privateSystemMissing() : 'install firefox-esr';
}

export async function startFirefox(options: FirefoxOptions): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'madoguchi-firefox-'));
  writeFileSync(join(profile, 'user.js'), userJs(options));
  const authority = join(profile, 'site-authority.pem');
  writeFileSync(authority, options.site.authority.pem);
  const command = [
    FIREFOX,
    '--headless',
    '--no-remote',
    '--profile',
    profile,
    '--remote-debugging-port=0',
    // The question to the person is part of the browser's own window.
    '--remote-allow-system-access',
    'about:blank',
  ];
  const process = startPrivately(command, {
    site: options.site,
    configuration: { folder: CONFIGURATION, files: { 'policies.json': policies(options, authority) } },
    homeFiles: options.homeFiles ?? {},
    env: { MOZ_CRASHREPORTER_DISABLE: '1', ...options.env },
  });
  const close = async (): Promise<void> => {
    await process.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const url = await process.saying(/WebDriver BiDi listening on (ws:\S+)/);
    const bidi = await connectBiDi(`${url}/session`);
    return await openSession(bidi, close);
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function userJs({ site, preferences }: FirefoxOptions): string {
  const all = {
    'network.lna.address_space.public.override': `127.0.0.1:${site.port}`,
    'network.dns.disableIPv6': true,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage_override.mstone': 'ignore',
    'datareporting.policy.dataSubmissionEnabled': false,
    'app.normandy.enabled': false,
    'app.update.auto': false,
    'extensions.update.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'services.settings.server': 'data:,',
    'toolkit.telemetry.enabled': false,
    ...preferences,
  };
  return Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

function policies({ allowedByPolicy = [], policies: own }: FirefoxOptions, authority: string): string {
  return JSON.stringify({
    policies: {
      Certificates: { Install: [authority] },
      ...(allowedByPolicy.length > 0 && { LocalNetworkAccess: { Enabled: true, SkipDomains: allowedByPolicy } }),
      ...own,
    },
  });
}

async function openSession(bidi: BiDi, closeProcess: () => Promise<void>): Promise<Firefox> {
  const { capabilities } = (await bidi.send('session.new', { capabilities: {} })) as {
    capabilities: { browserName: string; browserVersion: string };
  };
  const evaluateInWindow = async (body: string): Promise<unknown> => {
    const { contexts } = (await bidi.send('browsingContext.getTree', { 'moz:scope': 'chrome', maxDepth: 0 })) as {
      contexts: { context: string }[];
    };
    const values = [];
    for (const { context } of contexts) values.push(await evaluate(bidi, context, body, undefined));
    return values.find((value) => value === true) ?? false;
  };
  const isAsking = async (): Promise<boolean> => (await evaluateInWindow(`return ${PROMPT} !== null;`)) === true;
  return {
    name: 'firefox',
    version: `${capabilities.browserName} ${capabilities.browserVersion}`,
    bidi,
    newPage: () => newPage(bidi),
    isAsking,
    answerPrompt: async (_page, answer) => {
      const press = `const prompt = ${PROMPT}; prompt?.${answer === 'allow' ? 'button' : 'secondaryButton'}.click();
        return prompt !== null;`;
      await until('the question of Firefox', async () => ((await evaluateInWindow(press)) === true ? true : undefined));
    },
    setPermission: async (origin, setting) => {
      await evaluateInWindow(setPermissionScript(origin, setting));
    },
    installExtension: async (path) => {
      const type = path.endsWith('.xpi') ? 'archivePath' : 'path';
      const { extension } = (await bidi.send('webExtension.install', { extensionData: { type, path } })) as {
        extension: string;
      };
      return extension;
    },
    close: async () => {
      bidi.close();
      await closeProcess();
    },
  };
}

/** WebDriver knows no such permission, so it is set where Firefox keeps it. */
function setPermissionScript(origin: string, setting: PermissionSetting): string {
  const action = { granted: 'ALLOW_ACTION', denied: 'DENY_ACTION', prompt: 'UNKNOWN_ACTION' }[setting];
  return `
    const principal = Services.scriptSecurityManager.createContentPrincipalFromOrigin(${JSON.stringify(origin)});
    Services.perms.addFromPrincipal(principal, 'loopback-network', Services.perms.${action});`;
}

/** The question in the window of the browser, once its button counts. */
const PROMPT = `(() => {
  if (globalThis.PopupNotifications?.panel.state !== 'open') return null;
  return document.querySelector('popupnotification[id^="loopback-network"]:not([hidden])');
})()`;

async function newPage(bidi: BiDi): Promise<FirefoxPage> {
  const { context } = (await bidi.send('browsingContext.create', { type: 'tab' })) as { context: string };
  const page: FirefoxPage = {
    context,
    goto: async (url) => {
      await within(url, bidi.send('browsingContext.navigate', { context, url, wait: 'complete' }));
    },
    evaluate: (body, input) => within('a script', evaluate(bidi, context, body, input)),
    url: async () => {
      const { contexts } = (await bidi.send('browsingContext.getTree', { root: context, maxDepth: 0 })) as {
        contexts: { url: string }[];
      };
      return contexts[0]?.url ?? '';
    },
    cookies: async () => {
      const { cookies } = (await bidi.send('storage.getCookies', { partition: { type: 'context', context } })) as {
        cookies: { name: string; domain: string; value: { value: string } }[];
      };
      const { hostname } = new URL(await page.url());
      const own = cookies.filter(({ domain }) => domain === hostname);
      return Object.fromEntries(own.map(({ name, value }) => [name, value.value]));
    },
    close: async () => {
      await bidi.send('browsingContext.close', { context });
    },
  };
  return page;
}

async function evaluate(bidi: BiDi, context: string, body: string, input: unknown): Promise<unknown> {
  const answer = (await bidi.send('script.evaluate', {
    expression: scriptExpression(body, input),
    target: { context },
    awaitPromise: true,
    userActivation: true,
  })) as { type: string; result?: { value: string }; exceptionDetails?: { text: string } };
  if (answer.type !== 'success') throw new Error(answer.exceptionDetails?.text ?? 'the script failed');
  return JSON.parse(answer.result?.value ?? 'null') as unknown;
}
