import type { CardReaders, ReaderInfo, UserInteraction } from '../core/ports.js';
import type { ElectronApi, MenuEntry } from './electron-api.js';
import { harden } from './hardening.js';
import { shellText, type ShellText } from './shell-text.js';
import { windowlessInteraction } from './windowless-interaction.js';

/** Only wakes the app: nothing that follows the colon is read. */
const SCHEME = 'madoguchi';

/** The part of the composed client this shell uses. It never listens for web pages: it has no window to ask in. */
export interface ShellClient {
  readonly readers: Pick<CardReaders, 'list'>;
  close(): Promise<void>;
}

export interface ShellOptions {
  readonly electron: ElectronApi;
  readonly createClient: (interaction: UserInteraction) => Promise<ShellClient>;
}

function describeReaders(readers: readonly ReaderInfo[], text: ShellText): string {
  if (readers.length === 0) return text.noReader;
  return readers
    .map(({ name, cardPresent }) => `${name}: ${cardPresent ? text.cardPresent : text.cardAbsent}`)
    .join('\n');
}

/** The second way to everything the tray offers, for desktops that show no tray: a second launch, or the scheme. */
class StatusMessage {
  readonly #electron: ElectronApi;
  readonly #text: ShellText;
  readonly #client: ShellClient;
  #open = false;

  constructor(electron: ElectronApi, text: ShellText, client: ShellClient) {
    this.#electron = electron;
    this.#text = text;
    this.#client = client;
  }

  /** Shows one message at a time, however often a page or a person wakes the app. */
  async show(): Promise<void> {
    if (this.#open) return;
    this.#open = true;
    try {
      const { running, noWindowsYet, appName, close, quit } = this.#text;
      const detail = `${await this.#readerLines()}\n\n${noWindowsYet}`;
      const pressed = await this.#electron.showMessageBox({
        title: appName,
        message: running,
        detail,
        buttons: [close, quit],
      });
      if (pressed === 1) this.#electron.app.quit();
    } finally {
      this.#open = false;
    }
  }

  async #readerLines(): Promise<string> {
    try {
      return describeReaders(await this.#client.readers.list(), this.#text);
    } catch {
      return this.#text.unavailable;
    }
  }
}

/** Closes the client before the app ends, once. */
function closeBeforeQuit({ app }: ElectronApi, client: ShellClient): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    void client.close().finally(() => app.quit());
  });
}

function trayMenu(text: ShellText, showStatus: () => void, quit: () => void): MenuEntry[] {
  return [
    { label: text.noWindowsYet, enabled: false },
    { type: 'separator' },
    { label: text.status, click: showStatus },
    { label: text.quit, click: quit },
  ];
}

/**
 * Starts the tray shell: one instance per person, the composed client behind it.
 * Resolves when it runs, or at once where another instance already does.
 */
export async function startShell({ electron, createClient }: ShellOptions): Promise<void> {
  const { app } = electron;
  harden(app);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }

  let wake = (): void => undefined;
  app.on('second-instance', () => wake());
  app.on('open-url', (event) => {
    event.preventDefault();
    wake();
  });
  app.on('window-all-closed', () => undefined);

  await app.whenReady();
  app.setAsDefaultProtocolClient(SCHEME);
  const text = shellText(app.getLocale());
  const client = await createClient(windowlessInteraction(() => wake()));
  closeBeforeQuit(electron, client);

  const status = new StatusMessage(electron, text, client);
  wake = () => void status.show();
  electron.showTray(
    text.appName,
    trayMenu(
      text,
      () => wake(),
      () => app.quit(),
    ),
  );
}
