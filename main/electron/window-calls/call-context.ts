import type { Client } from '../../node/compose.js';
import type { Pushes, PushName } from '../../ipc/calls.js';

/** What handlers of the main window's calls need of the desktop. The shell has the real thing; tests have their own. */
export interface Desktop {
  /** Asks for files to read. Empty where the person chose none. */
  chooseFiles(options: { readonly title: string; readonly extensions?: readonly string[] }): Promise<readonly string[]>;
  /** Asks for a place for a new file; the person has agreed to replace one that is there. */
  chooseSavePath(options: { readonly title: string; readonly suggestedName: string }): Promise<string | undefined>;
  chooseFolder(options: { readonly title: string }): Promise<string | undefined>;
  copyText(text: string): void;
  /** Shows a file in the desktop's file manager. */
  showInFolder(path: string): void;
  /** Opens an address in the person's browser. Only ever given addresses of the app's own. */
  openInBrowser(address: string): void;
  quit(): void;
}

/** What the handlers of one main window work with. Bytes in a request are zeroed once it is answered. */
export interface CallContext {
  readonly client: Client;
  readonly desktop: Desktop;
  /** Tells that window, as long as it is open. */
  readonly push: <Name extends PushName>(name: Name, value: Pushes[Name]) => void;
  /** Aborts when that window is closed, at the latest when the app ends. */
  readonly signal: AbortSignal;
}
