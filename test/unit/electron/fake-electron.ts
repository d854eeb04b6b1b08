import { EventEmitter } from 'node:events';
import type {
  CallReceiver,
  ElectronApi,
  ElectronWindow,
  GuardedContents,
  GuardedSession,
  InvokeEvent,
  NativeDialogs,
  NotificationText,
  PreventableEvent,
  SenderFrame,
  ShellApp,
  TrayLook,
  WindowContents,
  WindowOptions,
} from '../../../main/electron/electron-api.js';

/** An event of Electron's whose default action can be prevented. */
export class FakeEvent implements PreventableEvent {
  prevented = false;

  preventDefault(): void {
    this.prevented = true;
  }
}

/** Any contents, whoever made them. */
export class FakeContents extends EventEmitter implements GuardedContents {
  windowOpenHandler: (() => { action: 'deny' }) | undefined;
  webRtcPolicy = 'default';

  setWindowOpenHandler(handler: () => { action: 'deny' }): void {
    this.windowOpenHandler = handler;
  }

  setWebRTCIPHandlingPolicy(policy: 'disable_non_proxied_udp'): void {
    this.webRtcPolicy = policy;
  }
}

type Handler<Name extends keyof GuardedSession> = GuardedSession[Name] extends (handler: infer H) => unknown
  ? H
  : never;

export class FakeSession extends EventEmitter implements GuardedSession {
  beforeRequest: Parameters<GuardedSession['webRequest']['onBeforeRequest']>[0] | undefined;
  readonly webRequest: GuardedSession['webRequest'] = {
    onBeforeRequest: (listener) => (this.beforeRequest = listener),
  };
  permissionRequestHandler: Handler<'setPermissionRequestHandler'> | undefined;
  permissionCheckHandler: Handler<'setPermissionCheckHandler'> | undefined;
  devicePermissionHandler: Handler<'setDevicePermissionHandler'> | undefined;
  bluetoothPairingHandler: Handler<'setBluetoothPairingHandler'> | undefined;
  displayMediaRequestHandler: Handler<'setDisplayMediaRequestHandler'> | undefined;
  certificateVerifyProc: Handler<'setCertificateVerifyProc'> | undefined;
  checksSpelling = true;
  proxy: Parameters<GuardedSession['setProxy']>[0] | undefined;

  setPermissionRequestHandler(handler: Handler<'setPermissionRequestHandler'>): void {
    this.permissionRequestHandler = handler;
  }

  setPermissionCheckHandler(handler: Handler<'setPermissionCheckHandler'>): void {
    this.permissionCheckHandler = handler;
  }

  setDevicePermissionHandler(handler: Handler<'setDevicePermissionHandler'>): void {
    this.devicePermissionHandler = handler;
  }

  setBluetoothPairingHandler(handler: Handler<'setBluetoothPairingHandler'>): void {
    this.bluetoothPairingHandler = handler;
  }

  setDisplayMediaRequestHandler(handler: Handler<'setDisplayMediaRequestHandler'>): void {
    this.displayMediaRequestHandler = handler;
  }

  setCertificateVerifyProc(verify: Handler<'setCertificateVerifyProc'>): void {
    this.certificateVerifyProc = verify;
  }

  setSpellCheckerEnabled(enable: boolean): void {
    this.checksSpelling = enable;
  }

  setProxy(proxy: Parameters<GuardedSession['setProxy']>[0]): Promise<void> {
    this.proxy = proxy;
    return Promise.resolve();
  }
}

export class FakeWindowContents extends EventEmitter implements WindowContents {
  static #next = 1;
  readonly id = FakeWindowContents.#next++;
  readonly mainFrame: SenderFrame;
  readonly sent: { readonly channel: string; readonly value: unknown }[] = [];
  destroyed = false;
  zoom = 1;

  constructor(page: string) {
    super();
    this.mainFrame = frameOf({ url: page, frameTreeNodeId: this.id * 100 });
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }

  send(channel: string, value: unknown): void {
    if (this.destroyed) throw new Error('Object has been destroyed');
    this.sent.push({ channel, value });
  }

  getZoomFactor(): number {
    return this.zoom;
  }

  setZoomFactor(factor: number): void {
    this.zoom = factor;
  }
}

export function frameOf(values: Partial<SenderFrame>): SenderFrame {
  return {
    parent: null,
    detached: false,
    frameTreeNodeId: 1,
    url: 'madoguchi-app://windows/main.html',
    origin: 'madoguchi-app://windows',
    ...values,
  };
}

/** Gets the keyboard when it is focused, unless the desktop withholds it. */
export class FakeWindow extends EventEmitter implements ElectronWindow {
  readonly options: WindowOptions;
  readonly webContents: FakeWindowContents;
  readonly loaded: string[] = [];
  readonly calls: string[] = [];
  readonly #withholdsFocus: () => boolean;
  destroyed = false;
  shown = false;
  focused = false;
  contentProtected = false;
  background = '';

  constructor(options: WindowOptions, withholdsFocus: () => boolean = () => false) {
    super();
    this.options = options;
    this.#withholdsFocus = withholdsFocus;
    const kind = options.webPreferences.additionalArguments.join().replace('--madoguchi-window=', '');
    this.webContents = new FakeWindowContents(`madoguchi-app://windows/${kind}.html`);
  }

  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return Promise.resolve();
  }

  show(): void {
    this.shown = true;
  }

  focus(): void {
    if (this.focused || this.#withholdsFocus()) return;
    this.focused = true;
    this.emit('focus');
  }

  blur(): void {
    this.focused = false;
    this.emit('blur');
  }

  moveTop(): void {
    this.calls.push('moveTop');
  }

  restore(): void {
    this.calls.push('restore');
  }

  destroy(): void {
    if (this.destroyed) throw new Error('Object has been destroyed');
    this.destroyed = true;
    this.webContents.destroyed = true;
    this.emit('closed');
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }

  isMinimized(): boolean {
    return false;
  }

  flashFrame(flag: boolean): void {
    this.calls.push(`flash ${flag}`);
  }

  setContentProtection(enable: boolean): void {
    this.contentProtected = enable;
  }

  setBackgroundColor(color: string): void {
    this.background = color;
  }

  /** The call of the window's own page. */
  event(changes: Partial<SenderFrame> = {}): InvokeEvent {
    return { sender: { id: this.webContents.id }, senderFrame: { ...this.webContents.mainFrame, ...changes } };
  }

  /** Values that were pushed under a name, in order. */
  pushed(name: string): unknown[] {
    return this.webContents.sent
      .filter(({ channel }) => channel === `madoguchi:push:${name}`)
      .map(({ value }) => value);
  }
}

/** Goes through Electron's life: not ready until told so; `quit` announces itself and ends unless prevented. */
export class FakeApp extends EventEmitter implements ShellApp {
  languages = ['ja-JP'];
  holdsLock = true;
  sandboxed = false;
  quitRequests = 0;
  ended = false;
  exitCode: number | undefined;
  readonly schemes: string[] = [];
  readonly switches = new Set<string>();
  readonly appended = new Map<string, string>();
  readonly commandLine = {
    hasSwitch: (name: string): boolean => this.switches.has(name),
    appendSwitch: (name: string, value: string): void => void this.appended.set(name, value),
  };
  readonly #ready: Promise<void> = Promise.resolve();

  enableSandbox(): void {
    this.sandboxed = true;
  }

  requestSingleInstanceLock(): boolean {
    return this.holdsLock;
  }

  setAsDefaultProtocolClient(scheme: string): boolean {
    this.schemes.push(scheme);
    return true;
  }

  whenReady(): Promise<void> {
    return this.#ready;
  }

  getPreferredSystemLanguages(): string[] {
    return this.languages;
  }

  getVersion(): string {
    return '0.1.0';
  }

  quit(): void {
    this.quitRequests += 1;
    const event = new FakeEvent();
    this.emit('will-quit', event);
    this.ended = !event.prevented;
  }

  exit(exitCode: number): void {
    this.exitCode = exitCode;
  }
}

type CallListener = Parameters<CallReceiver['handle']>[1];

export class FakeElectron implements ElectronApi {
  readonly app = new FakeApp();
  readonly windows: FakeWindow[] = [];
  readonly looks: TrayLook[] = [];
  readonly notifications: { text: NotificationText; click: () => void; isTakenBack: boolean }[] = [];
  readonly errors: { title: string; message: string }[] = [];
  readonly secureEntry: boolean[] = [];
  readonly privileged: string[] = [];
  readonly relaunches: string[] = [];
  readonly opened: string[] = [];
  readonly clipboard: string[] = [];
  readonly shownFiles: string[] = [];
  readonly saves: string[] = [];
  readonly handlers = new Map<string, CallListener>();
  serve: ((url: string, method: string) => Response) | undefined;
  withholdsFocus = false;
  paintsHidden = true;
  dark = false;
  readonly calls: CallReceiver = {
    handle: (channel, listener) => {
      if (this.handlers.has(channel)) throw new Error('a second handler');
      this.handlers.set(channel, listener);
    },
  };
  /** The window of every dialog of the system, in order. */
  readonly dialogParents: ElectronWindow[] = [];
  readonly questions: string[] = [];
  /** What the person says to the next question. */
  answer: Promise<boolean> = Promise.resolve(false);
  /** What the person does with the next file dialog. */
  saving: Promise<string | undefined> = Promise.resolve(undefined);
  readonly dialogs: NativeDialogs = {
    chooseFiles: ({ parent }) => {
      this.dialogParents.push(parent);
      return Promise.resolve([]);
    },
    chooseFolder: ({ parent }) => {
      this.dialogParents.push(parent);
      return Promise.resolve(undefined);
    },
    chooseSavePath: ({ parent, suggestedName }) => {
      this.dialogParents.push(parent);
      this.saves.push(suggestedName);
      return this.saving;
    },
    confirm: ({ parent, message }) => {
      this.dialogParents.push(parent);
      this.questions.push(message);
      return this.answer;
    },
  };

  registerScheme(scheme: string): void {
    this.privileged.push(scheme);
  }

  serveScheme(_partition: string, _scheme: string, serve: (url: string, method: string) => Response): void {
    this.serve = serve;
  }

  createWindow(options: WindowOptions): FakeWindow {
    const window = new FakeWindow(options, () => this.withholdsFocus);
    this.windows.push(window);
    return window;
  }

  workArea() {
    return { x: 1_000, y: 20, width: 1_600, height: 900 };
  }

  prefersDark(source: 'system' | 'light' | 'dark'): boolean {
    return source === 'dark' || (source === 'system' && this.dark);
  }

  showTray(look: TrayLook): void {
    this.looks.push(look);
  }

  notify(text: NotificationText, click: () => void): () => void {
    const notification = { text, click, isTakenBack: false };
    this.notifications.push(notification);
    return () => (notification.isTakenBack = true);
  }

  setSecureKeyboardEntry(enabled: boolean): void {
    this.secureEntry.push(enabled);
  }

  stealFocus(): void {
    return;
  }

  writeClipboard(text: string): Promise<void> {
    this.clipboard.push(text);
    return Promise.resolve();
  }

  showInFolder(path: string): void {
    this.shownFiles.push(path);
  }

  openExternal(address: string): Promise<void> {
    this.opened.push(address);
    return Promise.resolve();
  }

  showError(title: string, message: string): void {
    this.errors.push({ title, message });
  }

  relaunch(argument: string): void {
    this.relaunches.push(argument);
  }

  /** Of what is in the tray now. */
  get tray(): TrayLook | undefined {
    return this.looks.at(-1);
  }

  /** Live windows of one kind. */
  live(kind: 'consent' | 'main'): FakeWindow[] {
    const argument = `--madoguchi-window=${kind}`;
    return this.windows.filter(
      ({ destroyed, options }) => !destroyed && options.webPreferences.additionalArguments.includes(argument),
    );
  }

  /** What Electron does with a message from a window. */
  call(event: InvokeEvent, name: unknown, request?: unknown): Promise<unknown> {
    const handler = this.handlers.get('madoguchi:call');
    if (!handler) throw new Error('nobody listens');
    return handler(event, name, request);
  }

  press(label: string): void {
    const entry = this.tray?.menu.find((candidate) => 'label' in candidate && candidate.label === label);
    if (entry === undefined || !('click' in entry)) throw new Error(`no menu entry ${label}`);
    entry.click();
  }
}
