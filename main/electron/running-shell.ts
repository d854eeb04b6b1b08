import type { NoticePort } from '../core/notices/notices.js';
import type { Settings, SettingsStore } from '../core/settings/settings.js';
import type { AppDescription, MainPage, WindowLanguage } from '../ipc/app.js';
import type { WindowKind } from '../ipc/call.js';
import type { Client } from '../node/compose.js';
import { AppWindow, type AppWindowEvents } from './app-window.js';
import { BridgeSwitch } from './bridge-switch.js';
import { watchCard, type CardState } from './card-watch.js';
import { ElectronConsentWindows } from './consent-windows.js';
import { createDesktop } from './desktop.js';
import { windowLanguage } from './language.js';
import { pageArgument, type Launch } from './launch.js';
import { MainWindow, type MainWindowUse } from './main-window.js';
import { noticeWords } from './messages.js';
import { createNoticePort } from './notice-port.js';
import type { ShellOptions } from './shell.js';
import { shellText } from './shell-text.js';
import { trayLook } from './tray-menu.js';
import { appCalls } from './window-calls/app-calls.js';
import { consentCalls } from './window-calls/consent-calls.js';
import { serveCalls } from './window-calls/serve-calls.js';
import { receiveWindowCalls } from './window-ipc.js';

export interface RunningShellOptions extends ShellOptions {
  readonly settings: SettingsStore;
}

/** The grounds of the windows' pages (`renderer/ui/tokens.css`), before there is a page. */
export const GROUNDS = { light: '#f4f5f7', dark: '#15181c', highContrast: '#000000' };

/** Tray and windows, and what stands behind them as it comes. */
export class RunningShell {
  readonly consentWindows: ElectronConsentWindows;
  readonly notices: NoticePort;
  readonly #options: RunningShellOptions;
  readonly #mainWindow: MainWindow;
  readonly #ended = new AbortController();
  readonly #client: Promise<Client>;
  #giveClient: (client: Client) => void = () => undefined;
  #bridge: BridgeSwitch | undefined;
  #cardState: CardState = 'no-reader';
  #isBusy = false;
  #mustRestart = false;
  #lastUse: Date | undefined;
  /** What is in the tray; setting it anew would close a menu that is open. */
  #shownLook = '';

  constructor(options: RunningShellOptions) {
    this.#options = options;
    this.#client = new Promise((resolve) => (this.#giveClient = resolve));
    const { electron, clock } = options;
    this.consentWindows = new ElectronConsentWindows({
      openWindow: (events) => this.#openWindow('consent', events),
      clock,
      callPerson: (onClick) => electron.notify(shellText(this.#language()).waiting, onClick),
      setSecureKeyboardEntry: (enabled) => electron.setSecureKeyboardEntry(enabled),
      onBusy: (isBusy) => {
        this.#isBusy = isBusy;
        this.#showTray();
        if (isBusy) return;
        this.historyChanged();
        // Another may follow at once.
        setImmediate(() => this.#restartWhenIdle());
      },
      defer: (task) => void setImmediate(task),
    });
    this.#mainWindow = new MainWindow({
      openWindow: (events) => this.#openWindow('main', events),
      describe: (page) => this.#describe('main', page),
      handlers: (use) => this.#mainHandlers(use),
      firstPage: () => (this.#settings().firstRunDone.value ? 'card' : 'welcome'),
    });
    this.notices = createNoticePort({
      notify: (text, onClick) => electron.notify(text, onClick),
      words: () => noticeWords(this.#language()),
      openPage: (page) => this.#mainWindow.show(page),
      onKeyUsed: (at) => {
        this.#lastUse = at;
        this.#showTray();
        this.historyChanged();
      },
    });
  }

  /** Something was recorded or erased, by whichever program. */
  historyChanged = (): void => {
    this.#mainWindow.window?.push('history.changed', undefined);
  };

  /** Tray and, where there is reason to, the main window. */
  start(launch: Launch): void {
    const { electron, settings, log } = this.#options;
    receiveWindowCalls({
      calls: electron.calls,
      windows: () => [this.consentWindows.window, this.#mainWindow.window].filter((window) => window !== undefined),
      serve: { consent: this.#serveConsent(), main: this.#mainWindow.serve },
      log,
    });
    this.#showTray();
    settings.onChange((_report, changed) => {
      if (changed.includes('developerMode')) {
        this.#mustRestart = true;
        this.#restartWhenIdle();
      } else {
        this.#descriptionChanged();
      }
    });
    this.#endBeforeQuit();
    void this.#firstWindow(launch);
  }

  /** A second start, or a page's call that only wakes. */
  wake(launch: Launch): void {
    if (launch.by === 'scheme') {
      // A page can do this as often as it likes: nothing appears but what already waits.
      this.consentWindows.raise();
      return;
    }
    void this.#bridge?.open();
    if (launch.by === 'person') this.#open(launch.page);
  }

  /** Goes on with the program behind it. Resolves when web pages are answered, or cannot be. */
  async run(client: Client): Promise<void> {
    const { clock, log } = this.#options;
    if (this.#ended.signal.aborted) {
      await client.close();
      return;
    }
    this.#giveClient(client);
    this.#bridge = new BridgeSwitch({
      listen: () => client.listen(),
      onChange: () => this.#descriptionChanged(),
      log,
    });
    const { signal } = this.#ended;
    void watchCard({ readers: client.readers, clock, signal, onState: (state) => this.#cardIs(state) });
    await this.#bridge.open();
  }

  async #firstWindow({ by, page }: Launch): Promise<void> {
    if (by !== 'person') return;
    const isFirstRun = !this.#settings().firstRunDone.value;
    if (page || isFirstRun || !(await this.#options.showsTray())) this.#open(page);
  }

  /** A question that stands comes first: the person may be looking for it. */
  #open(page?: MainPage): void {
    if (page || !this.consentWindows.raise()) this.#mainWindow.show(page);
  }

  #settings(): Settings {
    return this.#options.settings.read().settings;
  }

  #language(): WindowLanguage {
    return windowLanguage(this.#settings().language.value, this.#options.electron.app.getPreferredSystemLanguages());
  }

  #describe(window: WindowKind, page: MainPage): AppDescription {
    const { appearance, developerMode } = this.#settings();
    const port = this.#bridge?.port;
    return {
      window,
      version: this.#options.electron.app.getVersion(),
      language: this.#language(),
      appearance: appearance.value,
      page,
      developerMode: developerMode.value,
      ...(port !== undefined && { bridgePort: port }),
    };
  }

  #descriptionChanged(): void {
    if (this.#ended.signal.aborted) return;
    const background = this.#background();
    this.consentWindows.window?.setBackground(background);
    this.#mainWindow.window?.setBackground(background);
    this.consentWindows.window?.push('app.changed', this.#describe('consent', 'card'));
    this.#mainWindow.descriptionChanged();
    this.#showTray();
  }

  #background(): string {
    const { value } = this.#settings().appearance;
    if (value === 'high-contrast') return GROUNDS.highContrast;
    return this.#options.electron.prefersDark(value) ? GROUNDS.dark : GROUNDS.light;
  }

  #openWindow(kind: WindowKind, events: AppWindowEvents): AppWindow {
    const { electron, preload, icon, releaseBuild } = this.#options;
    const text = shellText(this.#language());
    return new AppWindow({
      kind,
      title: kind === 'consent' ? text.consentTitle : text.appName,
      background: this.#background(),
      preload,
      ...(icon !== undefined && { icon }),
      devTools: !releaseBuild,
      workArea: electron.workArea(),
      paintsHidden: electron.paintsHidden,
      create: (options) => electron.createWindow(options),
      stealFocus: () => electron.stealFocus(),
      events,
    });
  }

  #serveConsent() {
    return serveCalls('consent', {
      ...appCalls(() => this.#describe('consent', 'card')),
      ...consentCalls({
        conversation: () => this.consentWindows.conversation,
        keypadShuffle: () => this.#settings().keypadShuffle.value,
        onStart: () => this.consentWindows.pageStarted(),
      }),
    });
  }

  async #mainHandlers({ push, signal }: MainWindowUse) {
    const { electron, log } = this.#options;
    // Not before: it has all that the pages work with, and the tray does not wait for that.
    const { mainCalls } = await import('./window-calls/main-calls.js');
    const context = {
      client: await this.#client,
      desktop: createDesktop({ electron, log, parent: () => this.#mainWindow.window?.dialogParent }),
      language: () => this.#language(),
      push,
      signal: AbortSignal.any([signal, this.#ended.signal]),
    };
    return mainCalls(context);
  }

  #cardIs(state: CardState): void {
    if (state === this.#cardState) return;
    this.#cardState = state;
    this.#showTray();
  }

  #showTray(): void {
    if (this.#ended.signal.aborted) return;
    const { electron } = this.#options;
    const state = {
      language: this.#language(),
      shape: this.#isBusy ? 'working' : this.#cardState,
      isUnreachable: this.#bridge?.failed ?? false,
      lastUse: this.#lastUse,
    } as const;
    const look = trayLook(state, { open: (page) => this.#open(page), quit: () => electron.app.quit() });
    const shown = JSON.stringify(look);
    if (shown === this.#shownLook) return;
    this.#shownLook = shown;
    electron.showTray(look);
  }

  /** What the client was made with has changed. Nobody is interrupted for it, whoever changed it. */
  #restartWhenIdle(): void {
    if (!this.#mustRestart || this.#isBusy || this.#ended.signal.aborted) return;
    const { electron } = this.#options;
    electron.relaunch(pageArgument(this.#settings().firstRunDone.value ? 'settings' : 'welcome'));
    electron.app.quit();
  }

  /** Closes windows, bridge and client before the app ends, once. */
  #endBeforeQuit(): void {
    const { app } = this.#options.electron;
    let isOver = false;
    app.on('will-quit', (event) => {
      if (isOver) return;
      event.preventDefault();
      if (this.#ended.signal.aborted) return;
      this.#ended.abort();
      void this.#end().finally(() => {
        isOver = true;
        app.quit();
      });
    });
  }

  async #end(): Promise<void> {
    this.consentWindows.close();
    this.#mainWindow.close();
    this.#options.settings.close();
    const bridge = this.#bridge;
    // Without a bridge there is no client yet, and nothing of it to end.
    if (!bridge) return;
    await bridge.close();
    await (await this.#client).close();
  }
}
