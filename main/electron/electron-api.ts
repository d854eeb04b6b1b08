/* eslint-disable @typescript-eslint/unified-signatures -- Electron has one overload per event; a union of names fits none of them. */
/**
 * The part of Electron this shell uses. `main.ts` alone has the real thing and passes it in, so that TypeScript checks
 * these against Electron's own types and everything else runs without Electron.
 */

export interface PreventableEvent {
  preventDefault(): void;
}

/** `Electron.WebContents`, as far as nothing is let out of it. */
export interface GuardedContents {
  on(event: 'will-navigate', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-redirect', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: PreventableEvent) => void): unknown;
  on(
    event: 'select-bluetooth-device',
    listener: (event: PreventableEvent, devices: unknown, callback: (deviceId: string) => void) => void,
  ): unknown;
  on(event: 'will-prevent-unload', listener: (event: PreventableEvent) => void): unknown;
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  setWebRTCIPHandlingPolicy(policy: 'disable_non_proxied_udp'): void;
}

/** `Electron.Session`, as far as nothing is let out of it. */
export interface GuardedSession {
  readonly webRequest: {
    onBeforeRequest(
      listener: (details: { readonly url: string }, callback: (answer: { cancel: boolean }) => void) => void,
    ): void;
  };
  on(event: 'will-download', listener: (event: PreventableEvent) => void): unknown;
  on(
    event: 'select-hid-device',
    listener: (event: PreventableEvent, details: unknown, callback: (deviceId?: null) => void) => void,
  ): unknown;
  on(
    event: 'select-usb-device',
    listener: (event: PreventableEvent, details: unknown, callback: (deviceId?: string) => void) => void,
  ): unknown;
  on(event: 'select-serial-port', listener: SelectSerialPort): unknown;
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: () => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setBluetoothPairingHandler(
    handler: (details: unknown, callback: (answer: { confirmed: boolean }) => void) => void,
  ): void;
  setDisplayMediaRequestHandler(handler: (request: unknown, callback: (streams: null) => void) => void): void;
  setCertificateVerifyProc(verify: (request: unknown, callback: (verdict: number) => void) => void): void;
  setSpellCheckerEnabled(enable: boolean): void;
  setProxy(proxy: { mode: 'fixed_servers'; proxyRules: string; proxyBypassRules: string }): Promise<void>;
}

type SelectSerialPort = (
  event: PreventableEvent,
  ports: unknown,
  contents: unknown,
  callback: (portId: string) => void,
) => void;

/** `Electron.WebFrameMain`. Reading anything of a frame that is gone throws. */
export interface SenderFrame {
  readonly parent: unknown;
  readonly detached: boolean;
  readonly frameTreeNodeId: number;
  readonly url: string;
  readonly origin: string;
}

/** `Electron.IpcMainInvokeEvent` */
export interface InvokeEvent {
  readonly sender: { readonly id: number };
  readonly senderFrame: SenderFrame | null;
}

/** `Electron.IpcMain` */
export interface CallReceiver {
  handle(
    channel: string,
    listener: (event: InvokeEvent, unverifiedName: unknown, unverifiedRequest: unknown) => Promise<unknown>,
  ): void;
}

/** `Electron.Input` of a key. */
export interface KeyInput {
  readonly type: string;
  readonly key: string;
  readonly control: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
}

/** `Electron.WebContents` of one of our windows. */
export interface WindowContents {
  readonly id: number;
  readonly mainFrame: Pick<SenderFrame, 'frameTreeNodeId'>;
  isDestroyed(): boolean;
  send(channel: string, value: unknown): void;
  getZoomFactor(): number;
  setZoomFactor(factor: number): void;
  on(event: 'before-input-event', listener: (event: PreventableEvent, input: KeyInput) => void): unknown;
  on(event: 'zoom-changed', listener: (event: PreventableEvent, direction: 'in' | 'out') => void): unknown;
  on(event: 'did-finish-load', listener: () => void): unknown;
  on(event: 'did-fail-load', listener: () => void): unknown;
  on(event: 'render-process-gone', listener: () => void): unknown;
}

/** `Electron.BrowserWindow` */
export interface ElectronWindow {
  readonly webContents: WindowContents;
  loadURL(url: string): Promise<void>;
  show(): void;
  focus(): void;
  moveTop(): void;
  restore(): void;
  destroy(): void;
  isDestroyed(): boolean;
  isMinimized(): boolean;
  flashFrame(flag: boolean): void;
  setContentProtection(enable: boolean): void;
  setBackgroundColor(color: string): void;
  on(event: 'ready-to-show', listener: () => void): unknown;
  on(event: 'focus', listener: () => void): unknown;
  on(event: 'blur', listener: () => void): unknown;
  on(event: 'closed', listener: () => void): unknown;
}

/** `Electron.Rectangle` */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `Electron.BrowserWindowConstructorOptions` */
export interface WindowOptions {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly x?: number;
  readonly y?: number;
  readonly show: false;
  readonly resizable: true;
  readonly fullscreenable: boolean;
  readonly alwaysOnTop: boolean;
  readonly autoHideMenuBar: true;
  readonly backgroundColor: string;
  readonly icon?: string;
  readonly webPreferences: {
    readonly preload: string;
    readonly partition: string;
    readonly additionalArguments: string[];
    readonly sandbox: true;
    readonly contextIsolation: true;
    readonly nodeIntegration: false;
    readonly nodeIntegrationInWorker: false;
    readonly nodeIntegrationInSubFrames: false;
    readonly webSecurity: true;
    readonly allowRunningInsecureContent: false;
    readonly webviewTag: false;
    readonly plugins: false;
    readonly experimentalFeatures: false;
    readonly navigateOnDragDrop: false;
    readonly disableDialogs: true;
    readonly spellcheck: false;
    readonly webgl: false;
    readonly devTools: boolean;
  };
}

/** `Electron.App` */
export interface ShellApp {
  readonly commandLine: { hasSwitch(name: string): boolean; appendSwitch(name: string, value: string): void };
  enableSandbox(): void;
  requestSingleInstanceLock(): boolean;
  setAsDefaultProtocolClient(scheme: string): boolean;
  whenReady(): Promise<void>;
  getPreferredSystemLanguages(): string[];
  getVersion(): string;
  quit(): void;
  exit(exitCode: number): void;
  on(event: 'second-instance', listener: (event: PreventableEvent, argv: string[]) => void): unknown;
  on(event: 'open-url', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'open-file', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'activate', listener: () => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'will-quit', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: GuardedContents) => void): unknown;
  on(event: 'session-created', listener: (session: GuardedSession) => void): unknown;
  on(event: 'certificate-error', listener: CertificateError): unknown;
  on(event: 'select-client-certificate', listener: SelectClientCertificate): unknown;
  on(event: 'login', listener: Login): unknown;
}

type CertificateError = (
  event: PreventableEvent,
  ...rest: [contents: unknown, url: string, error: string, certificate: unknown, callback: (isTrusted: boolean) => void]
) => void;
type SelectClientCertificate = (
  event: PreventableEvent,
  ...rest: [contents: unknown, url: string, list: unknown, callback: () => void]
) => void;
type Login = (
  event: PreventableEvent,
  ...rest: [contents: unknown, details: unknown, authInfo: unknown, callback: () => void]
) => void;

/** `Electron.MenuItemConstructorOptions`, as far as the tray needs it. */
export type MenuEntry =
  | { readonly type: 'separator' }
  | { readonly label: string; readonly enabled: false }
  | { readonly label: string; readonly click: () => void };

/** What the icon in the tray looks like; each has a shape of its own. */
export type TrayShape = 'no-reader' | 'no-card' | 'card' | 'working' | 'error';

export interface TrayLook {
  readonly shape: TrayShape;
  readonly tooltip: string;
  readonly menu: readonly MenuEntry[];
  /** Windows: a click on the icon itself; elsewhere that opens the menu. */
  readonly onClick: () => void;
}

/** Plain text: each desktop's mark-up is escaped where it is shown. */
export interface NotificationText {
  readonly title: string;
  readonly body: string;
}

interface DialogOptions {
  /** The window that it belongs to, and that waits for it. */
  readonly parent: ElectronWindow;
  readonly title: string;
}

/** `Electron.Dialog` */
export interface NativeDialogs {
  chooseFiles(
    options: DialogOptions & { readonly extensions: readonly string[]; readonly many: boolean },
  ): Promise<readonly string[]>;
  chooseFolder(options: DialogOptions): Promise<string | undefined>;
  chooseSavePath(options: DialogOptions & { readonly suggestedName: string }): Promise<string | undefined>;
  /** Whether the person said yes; the other answer has the keyboard. */
  confirm(
    options: DialogOptions & { readonly message: string; readonly yes: string; readonly no: string },
  ): Promise<boolean>;
}

export interface ElectronApi {
  readonly app: ShellApp;
  readonly calls: CallReceiver;
  readonly dialogs: NativeDialogs;
  /** `protocol.registerSchemesAsPrivileged`: before the app is ready, once. */
  registerScheme(scheme: string): void;
  /** Serves a scheme in the session of this partition, and no other. When ready. */
  serveScheme(partition: string, scheme: string, serve: (url: string, method: string) => Response): void;
  createWindow(options: WindowOptions): ElectronWindow;
  /** Whether a window that is not shown paints, so that it is `ready-to-show`: not on Wayland. */
  readonly paintsHidden: boolean;
  /** Of the display with the cursor, without bars. */
  workArea(): Rectangle;
  /** Whether the desktop is dark, once `source` was taken over from the settings. */
  prefersDark(source: 'system' | 'light' | 'dark'): boolean;
  /** Puts the icon into the tray, or changes it. When ready; does nothing where the desktop has no tray. */
  showTray(look: TrayLook): void;
  /** Shows a notification; answers how to take it back. */
  notify(text: NotificationText, onClick: () => void): () => void;
  /** macOS: no other program of this person reads the keyboard meanwhile. Nothing elsewhere. */
  setSecureKeyboardEntry(enabled: boolean): void;
  /** macOS: before the windows of other programs. Nothing elsewhere. */
  stealFocus(): void;
  writeClipboard(text: string): Promise<void>;
  showInFolder(path: string): void;
  openExternal(address: string): Promise<void>;
  /** A message of the operating system, also before the app is ready. */
  showError(title: string, message: string): void;
  /** Starts again with this argument, once it has ended. */
  relaunch(argument: string): void;
}
