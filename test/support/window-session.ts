import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { CardProfile } from '../../main/node/card-profiles.js';
import { createClient, type Client } from '../../main/node/compose.js';
import { createLog } from '../../main/node/log.js';
import { packageRoot } from '../../main/node/package-root.js';
import { openTestCard, testCardDirectory, type VirtualCard } from '../../main/node/test-card.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromium.js';
import { WindowHost, type WindowHostOptions } from './window-host.js';
import { putNewTestCard } from './virtual-card.js';

export interface WindowSessionOptions extends WindowHostOptions {
  readonly profile?: CardProfile;
  /** Seconds a dialog waits for a card. */
  readonly cardWaitSeconds?: number;
  /** An administrator's rules. Left out: none. */
  readonly policy?: Readonly<Record<string, unknown>>;
}

let browser: Promise<Browser> | undefined;
let newCard: Promise<string> | undefined;

/** One browser for a file of tests; each session has a context of its own. */
function sharedBrowser(): Promise<Browser> {
  return (browser ??= chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS }));
}

/** The state of a card that nobody used yet; its keys take a second to make. */
function sharedCard(): Promise<string> {
  const make = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), 'madoguchi-card-'));
    await putNewTestCard(directory);
    return directory;
  };
  return (newCard ??= make());
}

/** After the last session of a file. */
export async function closeSharedParts(): Promise<void> {
  await (await browser)?.close();
  if (newCard) await rm(await newCard, { recursive: true, force: true });
}

/** The composed client over the built-in test card, with its windows in a browser; everything a person can press is real. */
export class WindowSession {
  readonly host: WindowHost;
  readonly client: Client;
  readonly context: BrowserContext;
  readonly stateDirectory: string;

  private constructor(parts: {
    readonly host: WindowHost;
    readonly client: Client;
    readonly context: BrowserContext;
    readonly stateDirectory: string;
  }) {
    this.host = parts.host;
    this.client = parts.client;
    this.context = parts.context;
    this.stateDirectory = parts.stateDirectory;
  }

  static async start({
    profile,
    cardWaitSeconds = 0,
    policy,
    ...options
  }: WindowSessionOptions = {}): Promise<WindowSession> {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'madoguchi-windows-'));
    await cp(testCardDirectory(await sharedCard()), testCardDirectory(stateDirectory), { recursive: true });
    // No administrator's rules of this PC.
    const policyFile = join(stateDirectory, 'policy.json');
    if (policy) await writeFile(policyFile, JSON.stringify(policy));
    const host = await WindowHost.start(options);
    const client = await createClient({
      interaction: host.interaction,
      reader: { kind: 'virtual', ...(profile && { profile }) },
      developerMode: true,
      releaseBuild: false,
      stateDirectory,
      cardWaitMilliseconds: cardWaitSeconds * 1_000,
      log: createLog('silent'),
      policyFile,
    });
    const context = await (
      await sharedBrowser()
    ).newContext({ viewport: { width: 520, height: 760 }, locale: 'ja-JP' });
    return new WindowSession({ host, client, context, stateDirectory });
  }

  /** The window for what `work` asks: opened when the core asks, with the keyboard. */
  async openConsent(work: () => void): Promise<Page> {
    const asked = this.host.nextConversation();
    work();
    const { events } = await asked;
    const page = await this.host.open(this.context, 'consent');
    await page.locator('h1').first().waitFor();
    events.focused(true);
    return page;
  }

  /** The card as its maker knows it. */
  card(): Promise<VirtualCard> {
    return openTestCard(this.stateDirectory);
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.client.close();
    await this.host.close();
    await rm(this.stateDirectory, { recursive: true, force: true });
  }
}

/** What the windows say in a language, as plain data: `texts.consent.title.authenticate`. */
export async function windowTexts(topic: string, language = 'ja'): Promise<TextNode> {
  const file = await readFile(join(packageRoot(), 'renderer', 'locales', language, `${topic}.json`), 'utf8');
  return new TextNode(JSON.parse(file) as TextTree);
}

type TextTree = { readonly [key: string]: string | TextTree };

/** Texts by path; a path that leads nowhere throws, so that no test looks for nothing. */
export class TextNode {
  readonly #tree: TextTree;

  constructor(tree: TextTree) {
    this.#tree = tree;
  }

  /** `title.authenticate`; `values` fill `{{names}}`. */
  get(path: string, values: Readonly<Record<string, string | number>> = {}): string {
    const found = path
      .split('.')
      .reduce<string | TextTree | undefined>(
        (node, key) => (typeof node === 'object' ? node[key] : undefined),
        this.#tree,
      );
    if (typeof found !== 'string') throw new Error(`no text ${path}`);
    return found.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
  }
}
