import { describe, expect, it } from 'vitest';
import { AppWindow } from '../../../main/electron/app-window.js';
import { MainWindow, type MainWindowUse } from '../../../main/electron/main-window.js';
import { FakeElectron } from './fake-electron.js';

function desk(firstPage: 'card' | 'welcome' = 'card') {
  const electron = new FakeElectron();
  const uses: MainWindowUse[] = [];
  const main = new MainWindow({
    openWindow: (events) =>
      new AppWindow({
        kind: 'main',
        title: '',
        background: '',
        preload: '',
        devTools: false,
        workArea: electron.workArea(),
        paintsHidden: true,
        create: (options) => electron.createWindow(options),
        stealFocus: () => undefined,
        events,
      }),
    describe: (page) => ({
      window: 'main',
      version: '',
      language: 'ja',
      appearance: 'system',
      page,
      developerMode: false,
    }),
    handlers(use) {
      uses.push(use);
      return Promise.resolve({ 'card.stop': () => uses.length });
    },
    firstPage: () => firstPage,
  });
  return { electron, uses, main };
}

describe('the main window', () => {
  it('has handlers of its own, which end with it', async () => {
    const { electron, uses, main } = desk();
    main.show();
    main.show('history');
    expect(uses).toHaveLength(1);
    electron.live('main')[0]?.destroy();
    expect([uses[0]?.signal.aborted, main.window]).toEqual([true, undefined]);
    main.show('settings');
    expect([uses.length, uses[1]?.signal.aborted]).toEqual([2, false]);
    expect(await main.serve('card.stop', undefined)).toEqual({ ok: true, result: 2 });
  });

  it('is told only as long as it is open, not its successor', () => {
    const { electron, uses, main } = desk();
    main.show();
    electron.live('main')[0]?.destroy();
    main.show();
    uses[0]?.push('card.changed', undefined);
    expect(electron.live('main')[0]?.webContents.sent).toEqual([]);
    uses[1]?.push('card.changed', undefined);
    expect(electron.live('main')[0]?.pushed('card.changed')).toEqual([undefined]);
  });

  it('begins with the page that was asked for, else with its first', async () => {
    const { electron, main } = desk('welcome');
    main.show();
    expect(await main.serve('app.describe', undefined)).toMatchObject({ result: { page: 'welcome' } });
    electron.live('main')[0]?.destroy();
    main.show('diagnosis');
    expect(await main.serve('app.describe', undefined)).toMatchObject({ result: { page: 'diagnosis' } });
  });

  it('does nothing for a window that is gone', async () => {
    const { main } = desk();
    main.descriptionChanged();
    main.close();
    expect(await main.serve('card.stop', undefined)).toMatchObject({ ok: false });
  });
});
