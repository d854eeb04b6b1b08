import type { Client } from '../../node/compose.js';
import type { WindowLanguage } from '../../ipc/app.js';
import type { Pushes, PushName } from '../../ipc/calls.js';

export interface Question {
  readonly title: string;
  readonly message: string;
  readonly yes: string;
  readonly no: string;
}

/**
 * What handlers of the main window's calls need of the desktop. The system's dialogs reject with `ERR_PROTOCOL_BUSY` while
 * another of that window is open, and with `ERR_USER_CANCELLED` once the window is gone. The shell has the real
 * thing; tests have their own.
 */
export interface Desktop {
  /** Asks for files to read. Empty where the person chose none. */
  chooseFiles(options: { readonly title: string; readonly extensions?: readonly string[] }): Promise<readonly string[]>;
  /** Asks for a place for a new file; the person has agreed to replace one that is there. */
  chooseSavePath(options: { readonly title: string; readonly suggestedName: string }): Promise<string | undefined>;
  chooseFolder(options: { readonly title: string }): Promise<string | undefined>;
  /** Asks in a dialog of the system, which no page can answer. Every text is the app's own. */
  confirm(question: Question): Promise<boolean>;
  copyText(text: string): void;
  /** Shows a file in the desktop's file manager. */
  showInFolder(path: string): void;
  /** Opens an address in the person's browser. Only ever given addresses of the app's own. */
  openInBrowser(address: string): void;
}

/** What the handlers of one main window work with. Bytes in a request are zeroed once it is answered. */
export interface CallContext {
  readonly client: Client;
  readonly desktop: Desktop;
  /** Of the windows, at that moment; the system's dialogs are in it, too. */
  readonly language: () => WindowLanguage;
  /** Tells that window, as long as it is open. */
  readonly push: <Name extends PushName>(name: Name, value: Pushes[Name]) => void;
  /** Aborts when that window is closed, at the latest when the app ends. */
  readonly signal: AbortSignal;
}
