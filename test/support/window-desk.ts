import type { Desktop } from '../../main/electron/window-calls/call-context.js';
import { mainCalls } from '../../main/electron/window-calls/main-calls.js';
import type { MainPage } from '../../main/ipc/app.js';
import { takeHand, the, type Hand, type HandName } from './window-hand.js';
import { windowTexts, type TextNode, type WindowSession } from './window-session.js';

/** What the system's dialogs answer, and what was done to the desktop. */
export class TestDesktop implements Desktop {
  files: readonly string[] = [];
  savePath: string | undefined;
  readonly copied: string[] = [];
  readonly shown: string[] = [];

  chooseFiles = () => Promise.resolve(this.files);
  chooseSavePath = () => Promise.resolve(this.savePath);
  chooseFolder = () => Promise.resolve(undefined);
  copyText = (text: string) => void this.copied.push(text);
  showInFolder = (path: string) => void this.shown.push(path);
  openInBrowser = () => undefined;
  confirm = () => Promise.resolve(true);
}

const TOPICS = [
  'common',
  'card',
  'documents',
  'government',
  'history',
  'services',
  'diagnosis',
  'settings',
  'welcome',
] as const;
type Topic = (typeof TOPICS)[number];

/** Main windows of one session, one at a time, worked with in one way. */
export class Desk {
  readonly desktop = new TestDesktop();
  readonly #session: WindowSession;
  readonly #hand: HandName;
  readonly #texts: ReadonlyMap<Topic, TextNode>;
  #open = new AbortController();

  private constructor(session: WindowSession, hand: HandName, texts: ReadonlyMap<Topic, TextNode>) {
    this.#session = session;
    this.#hand = hand;
    this.#texts = texts;
  }

  static async over(session: WindowSession, hand: HandName): Promise<Desk> {
    const texts = await Promise.all(TOPICS.map(async (topic) => [topic, await windowTexts(topic)] as const));
    return new Desk(session, hand, new Map(texts));
  }

  text(topic: Topic, path: string, values?: Readonly<Record<string, string | number>>): string {
    const texts = this.#texts.get(topic);
    if (!texts) throw new Error(`no texts of ${topic}`);
    return texts.get(path, values);
  }

  /** A new main window, in place of what is open, on `page`. It opens elsewhere: the way there is part of every flow. */
  async open(page: MainPage): Promise<Hand> {
    this.#open.abort();
    this.#open = new AbortController();
    const { client, host, context } = this.#session;
    for (const one of context.pages()) await one.close();
    const { signal } = this.#open;
    host.serveMain(mainCalls({ client, desktop: this.desktop, language: () => 'ja', push: host.push, signal }));
    const opened = await host.open(context, 'main');
    await opened.setViewportSize({ width: 960, height: 680 });
    await opened.locator('main h1').waitFor();
    const hand = await takeHand(this.#hand, opened);
    await hand.press(the.button(this.text('common', `page.${page}`)));
    return hand;
  }

  close(): void {
    this.#open.abort();
  }
}
