import type { AppDescription, MainPage } from '../ipc/app.js';
import type { AppWindow, AppWindowEvents } from './app-window.js';
import { appCalls } from './window-calls/app-calls.js';
import { serveCalls, type AnyHandler, type ServeCall } from './window-calls/serve-calls.js';
import type { CallName, Pushes, PushName } from '../ipc/calls.js';

/** What one opened window's calls need of it. */
export interface MainWindowUse {
  readonly push: <Name extends PushName>(name: Name, value: Pushes[Name]) => void;
  /** Aborts when the window is closed. */
  readonly signal: AbortSignal;
}

export interface MainWindowOptions {
  readonly openWindow: (events: AppWindowEvents) => AppWindow;
  readonly describe: (page: MainPage) => AppDescription;
  /** Handlers for one opened window; resolves once the program behind them is there. */
  readonly handlers: (use: MainWindowUse) => Promise<Readonly<Partial<Record<CallName, AnyHandler>>>>;
  readonly firstPage: () => MainPage;
}

interface OpenWindow {
  readonly window: AppWindow;
  readonly page: MainPage;
  readonly serve: Promise<ServeCall>;
}

/** The main window: at most one, opened when somebody wants it, with handlers that end with it. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  /** Needs nothing of the program, so that the window has its first words before that is there. */
  readonly #serveApp: ServeCall;
  #open: OpenWindow | undefined;

  constructor(options: MainWindowOptions) {
    this.#options = options;
    this.#serveApp = serveCalls(
      'main',
      appCalls(() => this.#describe()),
    );
  }

  get window(): AppWindow | undefined {
    return this.#open?.window;
  }

  /** Brings the window before the person. @param page `undefined`: the page it has, or begins with */
  show(page?: MainPage): void {
    const open = this.#open;
    if (open?.window.isLive) {
      if (page) open.window.push('app.showPage', { page });
      open.window.raise();
      return;
    }
    const ended = new AbortController();
    const window: AppWindow = this.#options.openWindow({
      focused: () => undefined,
      gone: () => {
        ended.abort();
        if (this.#open?.window === window) this.#open = undefined;
      },
    });
    const use: MainWindowUse = {
      push: (name, value) => window.push(name, value),
      signal: ended.signal,
    };
    const serve = this.#options.handlers(use).then((handlers) => serveCalls('main', handlers));
    // Whoever calls hears of it.
    serve.catch(() => undefined);
    this.#open = { window, page: page ?? this.#options.firstPage(), serve };
  }

  /** Language, appearance or the like has changed. */
  descriptionChanged(): void {
    if (this.#open) this.#open.window.push('app.changed', this.#describe());
  }

  close(): void {
    this.#open?.window.destroy();
  }

  serve: ServeCall = async (unverifiedName, unverifiedRequest) => {
    if (unverifiedName === 'app.describe' || !this.#open) return this.#serveApp(unverifiedName, unverifiedRequest);
    return (await this.#open.serve)(unverifiedName, unverifiedRequest);
  };

  #describe(): AppDescription {
    return this.#options.describe(this.#open?.page ?? this.#options.firstPage());
  }
}
