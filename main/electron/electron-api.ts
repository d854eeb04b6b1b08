/* eslint-disable @typescript-eslint/unified-signatures -- Electron has one overload per event; a union of names fits none of them. */
/**
 * The part of Electron this shell uses. `main.ts` alone has the real thing and passes it in, so that TypeScript checks
 * these against Electron's own types and everything else runs without Electron.
 */

export interface PreventableEvent {
  preventDefault(): void;
}

/** `Electron.WebContents` */
export interface GuardedContents {
  on(event: 'will-navigate', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-redirect', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: PreventableEvent) => void): unknown;
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
}

/** `Electron.Session` */
export interface GuardedSession {
  on(event: 'will-download', listener: (event: PreventableEvent) => void): unknown;
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: () => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setDisplayMediaRequestHandler(handler: (request: unknown, callback: (streams: null) => void) => void): void;
}

/** `Electron.App` */
export interface ShellApp {
  enableSandbox(): void;
  requestSingleInstanceLock(): boolean;
  setAsDefaultProtocolClient(scheme: string): boolean;
  whenReady(): Promise<void>;
  getLocale(): string;
  quit(): void;
  on(event: 'second-instance', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'open-url', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'will-quit', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: GuardedContents) => void): unknown;
  on(event: 'session-created', listener: (session: GuardedSession) => void): unknown;
}

/** `Electron.MenuItemConstructorOptions`, as far as the tray needs it. */
export type MenuEntry =
  | { readonly type: 'separator' }
  | { readonly label: string; readonly enabled: false }
  | { readonly label: string; readonly click: () => void };

export interface MessageBox {
  readonly title: string;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

export interface ElectronApi {
  readonly app: ShellApp;
  /** Puts the icon into the tray with this menu. Called once, when ready; does nothing where the desktop has no tray. */
  showTray(tooltip: string, menu: readonly MenuEntry[]): void;
  /** Shows a message of the operating system and answers with the index of the button pressed. */
  showMessageBox(box: MessageBox): Promise<number>;
}
