import { EventEmitter } from 'node:events';
import type {
  ElectronApi,
  GuardedContents,
  GuardedSession,
  MenuEntry,
  MessageBox,
  PreventableEvent,
  ShellApp,
} from '../../../main/electron/electron-api.js';

/** An event of Electron's whose default action can be prevented. */
export class FakeEvent implements PreventableEvent {
  prevented = false;

  preventDefault(): void {
    this.prevented = true;
  }
}

export class FakeContents extends EventEmitter implements GuardedContents {
  windowOpenHandler: (() => { action: 'deny' }) | undefined;

  setWindowOpenHandler(handler: () => { action: 'deny' }): void {
    this.windowOpenHandler = handler;
  }
}

type Handler<Name extends keyof GuardedSession> = Parameters<GuardedSession[Name]>[0];

export class FakeSession extends EventEmitter implements GuardedSession {
  permissionRequestHandler: Handler<'setPermissionRequestHandler'> | undefined;
  permissionCheckHandler: Handler<'setPermissionCheckHandler'> | undefined;
  devicePermissionHandler: Handler<'setDevicePermissionHandler'> | undefined;
  displayMediaRequestHandler: Handler<'setDisplayMediaRequestHandler'> | undefined;

  setPermissionRequestHandler(handler: Handler<'setPermissionRequestHandler'>): void {
    this.permissionRequestHandler = handler;
  }

  setPermissionCheckHandler(handler: Handler<'setPermissionCheckHandler'>): void {
    this.permissionCheckHandler = handler;
  }

  setDevicePermissionHandler(handler: Handler<'setDevicePermissionHandler'>): void {
    this.devicePermissionHandler = handler;
  }

  setDisplayMediaRequestHandler(handler: Handler<'setDisplayMediaRequestHandler'>): void {
    this.displayMediaRequestHandler = handler;
  }
}

/** Goes through Electron's life: not ready until told so; `quit` announces itself and ends unless prevented. */
export class FakeApp extends EventEmitter implements ShellApp {
  locale = 'ja';
  holdsLock = true;
  sandboxed = false;
  quitRequests = 0;
  ended = false;
  readonly schemes: string[] = [];

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
    return Promise.resolve();
  }

  getLocale(): string {
    return this.locale;
  }

  quit(): void {
    this.quitRequests += 1;
    const event = new FakeEvent();
    this.emit('will-quit', event);
    this.ended = !event.prevented;
  }
}

export class FakeElectron implements ElectronApi {
  readonly app = new FakeApp();
  readonly trays: { tooltip: string; menu: readonly MenuEntry[] }[] = [];
  readonly messageBoxes: { box: MessageBox; press: (button: number) => void }[] = [];

  showTray(tooltip: string, menu: readonly MenuEntry[]): void {
    this.trays.push({ tooltip, menu });
  }

  showMessageBox(box: MessageBox): Promise<number> {
    return new Promise((press) => this.messageBoxes.push({ box, press }));
  }
}
