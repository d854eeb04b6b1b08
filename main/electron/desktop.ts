import { isAbsolute } from 'node:path';
import { ClientError } from '../core/errors.js';
import type { Log } from '../core/ports.js';
import type { ElectronApi, ElectronWindow } from './electron-api.js';
import { isOwnAddress } from './own-addresses.js';
import type { Desktop } from './window-calls/call-context.js';

export interface DesktopOptions {
  readonly electron: Pick<ElectronApi, 'dialogs' | 'writeClipboard' | 'showInFolder' | 'openExternal'>;
  /** The window that the system's dialogs belong to; undefined once it is gone. */
  readonly parent: () => ElectronWindow | undefined;
  readonly log: Log;
}

/** The desktop, as the main window's calls use it. */
export function createDesktop({ electron, parent, log }: DesktopOptions): Desktop {
  const { dialogs } = electron;
  let isDialogOpen = false;
  /** One at a time: whatever controls the page could bury the person in them. */
  const alone = async <Answer>(ask: (parent: ElectronWindow) => Promise<Answer>): Promise<Answer> => {
    if (isDialogOpen) throw new ClientError('ERR_PROTOCOL_BUSY', 'another dialog of this window is open');
    const window = parent();
    if (!window) throw new ClientError('ERR_USER_CANCELLED', 'the window is closed');
    isDialogOpen = true;
    try {
      return await ask(window);
    } finally {
      isDialogOpen = false;
    }
  };
  const failed = (event: string) => (): void => {
    log.event(event);
  };
  return {
    chooseFiles: ({ title, extensions = [] }) =>
      alone((window) => dialogs.chooseFiles({ parent: window, title, extensions, many: true })),
    chooseSavePath: ({ title, suggestedName }) =>
      alone((window) => dialogs.chooseSavePath({ parent: window, title, suggestedName: fileName(suggestedName) })),
    chooseFolder: ({ title }) => alone((window) => dialogs.chooseFolder({ parent: window, title })),
    confirm: (question) => alone((window) => dialogs.confirm({ parent: window, ...question })),
    copyText: (text) => void electron.writeClipboard(text).catch(failed('desktop.clipboard-failed')),
    showInFolder(path) {
      if (!isAbsolute(path)) throw refused('a path that is not absolute');
      electron.showInFolder(path);
    },
    openInBrowser(address) {
      if (!isOwnAddress(address)) throw refused('an address that is not of this app');
      void electron.openExternal(address).catch(failed('desktop.browser-failed'));
    },
  };
}

/** Longest name that every file system takes, in UTF-16 code units; fewer than octets would be. */
const NAME_LENGTH = 80;

/** A name suggested to the person names no folder, and nothing that a file dialog would take for anything else. */
function fileName(suggestedName: string): string {
  const name = suggestedName
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, '_')
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '');
  if (name.length <= NAME_LENGTH) return name === '' ? 'madoguchi' : name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  // Half a character at the cut belongs to no name.
  return name.slice(0, NAME_LENGTH - extension.length).replace(/[\uD800-\uDBFF]$/, '') + extension;
}

function refused(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'the desktop is not asked for this', { details: { reason } });
}
