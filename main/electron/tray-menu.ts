import { MAIN_PAGES, type MainPage, type WindowLanguage } from '../ipc/app.js';
import type { MenuEntry, TrayLook, TrayShape } from './electron-api.js';
import { momentText } from './language.js';
import { fill, shellText } from './shell-text.js';

export interface TrayState {
  readonly language: WindowLanguage;
  readonly shape: TrayShape;
  /** Web pages cannot reach the app, though they should. */
  readonly isUnreachable: boolean;
  /** When the card was used last, since the start. */
  readonly lastUse: Date | undefined;
}

export interface TrayActions {
  readonly open: (page?: MainPage) => void;
  readonly quit: () => void;
}

/** What the tray shows. Whatever its menu offers is in the main window, too: not every desktop has a tray. */
export function trayLook(state: TrayState, { open, quit }: TrayActions): TrayLook {
  const { language, isUnreachable, lastUse } = state;
  const text = shellText(language);
  const shape = isUnreachable && state.shape !== 'working' ? 'error' : state.shape;
  const status = isUnreachable ? text.unreachable : text.status[state.shape];
  const used = lastUse ? fill(text.lastUse, { moment: momentText(language, lastUse) }) : text.notUsed;
  const pages = MAIN_PAGES.filter((page) => page !== 'welcome').map((page): MenuEntry => ({
    label: text.page[page],
    click: () => open(page),
  }));
  return {
    shape,
    tooltip: `${text.appName} - ${status}`,
    menu: [
      { label: status, enabled: false },
      { label: used, enabled: false },
      { type: 'separator' },
      ...pages,
      { type: 'separator' },
      { label: text.quit, click: quit },
    ],
    onClick: () => open(),
  };
}
