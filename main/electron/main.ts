/** Entry of the desktop app; the only file that runs Electron. */
import { app, dialog, Menu, nativeImage, Tray, utilityProcess } from 'electron';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CardProcessChannel } from '../node/card-process.js';
import { createClient } from '../node/compose.js';
import { createLog } from '../node/log.js';
import { packageRoot } from '../node/package-root.js';
import { stateDirectory } from '../node/state-directory.js';
import { utilityProcessChannel } from './card-process-channel.js';
import type { ElectronApi } from './electron-api.js';
import { startShell } from './shell.js';

const icons = join(packageRoot(), 'resources', 'icons');
// macOS tints an image of this name to suit the menu bar.
const trayIcon = join(icons, process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png');
/** Held here, or the icon would vanish with the object. */
let tray: Tray | undefined;

const electron: ElectronApi = {
  app,
  showTray(tooltip, menu) {
    tray ??= new Tray(nativeImage.createFromPath(trayIcon));
    tray.setToolTip(tooltip);
    tray.setContextMenu(Menu.buildFromTemplate([...menu]));
  },
  async showMessageBox({ title, message, detail, buttons }) {
    const { response } = await dialog.showMessageBox({ type: 'info', title, message, detail, buttons: [...buttons] });
    return response;
  },
};

function openCardProcess(): CardProcessChannel {
  const entry = fileURLToPath(new URL('./card-process.js', import.meta.url));
  // Each running call of PC/SC takes a thread of libuv's pool.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
  return utilityProcessChannel(
    utilityProcess.fork(entry, [], { env, stdio: 'ignore', serviceName: 'Madoguchi cards' }),
  );
}

Menu.setApplicationMenu(null);
app.dock?.hide();

// Not awaited: Electron is ready only after this module has been loaded.
void startShell({
  electron,
  createClient: (interaction) =>
    createClient({
      interaction,
      reader: { kind: 'auto' },
      developerMode: false,
      releaseBuild: app.isPackaged,
      stateDirectory: stateDirectory(process.env),
      cardWaitMilliseconds: 0,
      openCardProcess,
      log: createLog('silent'),
    }),
}).catch((error: unknown) => {
  dialog.showErrorBox('まどぐち', error instanceof Error ? error.message : String(error));
  app.exit(1);
});
