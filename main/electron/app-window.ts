import type { WindowKind } from '../ipc/call.js';
import { WINDOW_PUSHES, type Pushes, type PushName } from '../ipc/calls.js';
import { pushChannel } from '../ipc/channels.js';
import type {
  ElectronWindow,
  InvokeEvent,
  KeyInput,
  PreventableEvent,
  Rectangle,
  SenderFrame,
  WindowOptions,
} from './electron-api.js';
import { WINDOW_ORIGIN, windowPage } from './window-files.js';

/** The session of every window: in memory, with nothing left of it when the app ends. */
export const WINDOW_PARTITION = 'madoguchi-windows';

/** Device-independent pixels, frame included. */
const SIZES: Readonly<Record<WindowKind, { readonly width: number; readonly height: number }>> = {
  consent: { width: 520, height: 760 },
  main: { width: 960, height: 680 },
};
const SMALLEST = { minWidth: 320, minHeight: 320 };

const ZOOM = { least: 0.5, most: 5, step: 1.1 };

export interface AppWindowOptions {
  readonly kind: WindowKind;
  readonly title: string;
  /** CSS colour, until the page has its own. */
  readonly background: string;
  /** Path of the bundled preload script. */
  readonly preload: string;
  readonly icon?: string;
  readonly devTools: boolean;
  /** Where to be in the middle of. */
  readonly workArea: Rectangle;
  /** As in `ElectronApi`. */
  readonly paintsHidden: boolean;
  readonly create: (options: WindowOptions) => ElectronWindow;
  readonly stealFocus: () => void;
  readonly events: AppWindowEvents;
}

export interface AppWindowEvents {
  /** The window gained or lost the keyboard, as the operating system says. */
  focused(hasFocus: boolean): void;
  /** Closed, by whomever, or its page has crashed. Once, and the last that is heard of it. */
  gone(): void;
}

/** Every window of the app: one page of ours in a sandbox, with the calls of its kind and nothing else. */
export class AppWindow {
  readonly kind: WindowKind;
  readonly #options: AppWindowOptions;
  readonly #window: ElectronWindow;
  /** Kept, since a destroyed window does not tell it. */
  readonly #contentsId: number;
  #hasFocus = false;
  #isPainted = false;
  #isGone = false;

  constructor(options: AppWindowOptions) {
    this.kind = options.kind;
    this.#options = options;
    this.#window = options.create(windowOptions(options));
    this.#contentsId = this.#window.webContents.id;
    this.#listen();
    // Fails only where the window is gone; `did-fail-load` says so.
    void this.#window.loadURL(windowPage(this.kind)).catch(() => undefined);
  }

  get isLive(): boolean {
    return !this.#isGone && !this.#window.isDestroyed() && !this.#window.webContents.isDestroyed();
  }

  /** For the system's dialogs that belong to this window. Undefined once it is gone. */
  get dialogParent(): ElectronWindow | undefined {
    return this.isLive ? this.#window : undefined;
  }

  /** Whether the window has the keyboard. */
  get hasFocus(): boolean {
    return this.isLive && this.#hasFocus;
  }

  /** Whether a call comes from this window's own page, and not from anything that was put into it or took its place. */
  isSender({ sender, senderFrame }: InvokeEvent): boolean {
    if (!this.isLive || sender.id !== this.#contentsId || senderFrame === null) return false;
    try {
      return this.#isOwnPage(senderFrame);
    } catch {
      // The frame went while it was looked at.
      return false;
    }
  }

  /** Tells the page something. Nothing happens where this kind of window is not told it. */
  push<Name extends PushName>(name: Name, value: Pushes[Name]): void {
    if (this.isLive && WINDOW_PUSHES[this.kind].includes(name)) {
      this.#window.webContents.send(pushChannel(name), value);
    }
  }

  /** Before all others with the keyboard, as far as the desktop lets it; as soon as there is something to see. */
  raise(): void {
    if (!this.isLive || !this.#isPainted) return;
    if (this.#window.isMinimized()) this.#window.restore();
    this.#options.stealFocus();
    this.#window.show();
    this.#window.moveTop();
    this.#window.focus();
  }

  /** Asks for attention without taking the keyboard; stops when the window gets it. */
  flash(on: boolean): void {
    if (this.isLive) this.#window.flashFrame(on);
  }

  /** Windows and macOS: keeps the window out of pictures of the screen. Elsewhere nothing does. */
  protectContent(on: boolean): void {
    if (this.isLive) this.#window.setContentProtection(on);
  }

  setBackground(color: string): void {
    if (this.isLive) this.#window.setBackgroundColor(color);
  }

  /** Ends the window and its page's process with all that was in it. */
  destroy(): void {
    if (!this.#window.isDestroyed()) this.#window.destroy();
    this.#gone();
  }

  #isOwnPage(frame: SenderFrame): boolean {
    return (
      !frame.detached &&
      frame.parent === null &&
      frame.frameTreeNodeId === this.#window.webContents.mainFrame.frameTreeNodeId &&
      frame.origin === WINDOW_ORIGIN &&
      // A link within the page adds a fragment; nothing adds a query.
      frame.url.split('#', 1)[0] === windowPage(this.kind)
    );
  }

  #listen(): void {
    const contents = this.#window.webContents;
    const { events, paintsHidden } = this.#options;
    this.#window.on('ready-to-show', () => this.#painted());
    if (!paintsHidden) contents.on('did-finish-load', () => this.#painted());
    this.#window.on('focus', () => {
      this.flash(false);
      this.#hasFocus = true;
      events.focused(true);
    });
    this.#window.on('blur', () => {
      this.#hasFocus = false;
      events.focused(false);
    });
    this.#window.on('closed', () => this.#gone());
    contents.on('render-process-gone', () => this.destroy());
    contents.on('did-fail-load', () => this.destroy());
    contents.on('before-input-event', (event, input) => this.#zoomByKey(event, input));
    contents.on('zoom-changed', (_event, direction) => this.#zoom(direction));
  }

  #painted(): void {
    if (this.#isPainted) return;
    this.#isPainted = true;
    this.raise();
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.events.gone();
  }

  /** There is no menu that would have these keys. */
  #zoomByKey(event: PreventableEvent, { type, key, control, meta, alt }: KeyInput): void {
    if (type !== 'keyDown' || !(control || meta) || alt) return;
    const direction = ZOOM_KEYS.get(key);
    if (direction === undefined) return;
    event.preventDefault();
    this.#zoom(direction);
  }

  #zoom(direction: ZoomDirection): void {
    if (!this.isLive) return;
    const contents = this.#window.webContents;
    const factor = direction === 'reset' ? 1 : contents.getZoomFactor() * ZOOM.step ** (direction === 'in' ? 1 : -1);
    contents.setZoomFactor(Math.min(ZOOM.most, Math.max(ZOOM.least, factor)));
  }
}

type ZoomDirection = 'in' | 'out' | 'reset';

/** `=` and `;` carry the plus sign on American and Japanese keyboards. */
const ZOOM_KEYS: ReadonlyMap<string, ZoomDirection> = new Map([
  ['+', 'in'],
  ['=', 'in'],
  [';', 'in'],
  ['-', 'out'],
  ['_', 'out'],
  ['0', 'reset'],
]);

function windowOptions({
  kind,
  title,
  background,
  preload,
  icon,
  devTools,
  workArea,
}: AppWindowOptions): WindowOptions {
  const width = Math.min(SIZES[kind].width, workArea.width);
  const height = Math.min(SIZES[kind].height, workArea.height);
  return {
    title,
    width,
    height,
    ...SMALLEST,
    x: Math.round(workArea.x + (workArea.width - width) / 2),
    y: Math.round(workArea.y + (workArea.height - height) / 2),
    show: false,
    resizable: true,
    fullscreenable: kind === 'main',
    alwaysOnTop: kind === 'consent',
    autoHideMenuBar: true,
    backgroundColor: background,
    ...(icon !== undefined && { icon }),
    webPreferences: {
      preload,
      partition: WINDOW_PARTITION,
      additionalArguments: [`--madoguchi-window=${kind}`],
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      plugins: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      disableDialogs: true,
      spellcheck: false,
      webgl: false,
      devTools,
    },
  };
}
