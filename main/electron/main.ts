/** Entry of the desktop app; the only file that runs Electron. */
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
  type OpenDialogOptions,
} from 'electron';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CardProcessChannel } from '../node/card-process.js';
import { systemEventSink } from '../node/event-log/index.js';
import { createLog } from '../node/log.js';
import { packageRoot } from '../node/package-root.js';
import {
  desktopEntryAutostart,
  loginItemsAutostart,
  openPersonSettings,
  type Autostart,
} from '../node/settings/index.js';
import { requireOwnStateDirectory, stateDirectory } from '../node/state-directory.js';
import { systemClock } from '../node/system.js';
import { utilityProcessChannel } from './card-process-channel.js';
import type { ElectronApi, ElectronWindow, NativeDialogs, TrayLook } from './electron-api.js';
import { windowLanguage } from './language.js';
import { HIDDEN_ARGUMENT, ownEnvironment, VERBOSE_ARGUMENT } from './launch.js';
import { notificationBody } from './notification-markup.js';
import { startShell } from './shell.js';
import { fill, shellText } from './shell-text.js';
import { showsTray } from './tray-host.js';

const { platform } = process;
const icons = join(packageRoot(), 'resources', 'icons');
const log = createLog(process.argv.includes(VERBOSE_ARGUMENT) ? 'info' : 'silent');
/** Milliseconds for a question to the desktop. */
const QUESTION_MILLISECONDS = 2_000;

/** Held here, or the icon would vanish with the object. */
let tray: Tray | undefined;
/** Held here, or a click would reach nobody. */
const notifications = new Set<Notification>();

function showTray({ shape, tooltip, menu, onClick }: TrayLook): void {
  // macOS tints an image of this name to suit the menu bar; a file with @2x beside it is found by itself.
  const suffix = platform === 'darwin' ? 'Template' : platform === 'linux' ? '-large' : '';
  const image = nativeImage.createFromPath(join(icons, 'tray', `${shape}${suffix}.png`));
  if (tray) {
    tray.setImage(image);
  } else {
    tray = new Tray(image);
    if (platform === 'win32') tray.on('click', () => openFromTray());
  }
  openFromTray = onClick;
  tray.setToolTip(tooltip);
  // Linux shows a changed menu only where it is set again.
  tray.setContextMenu(Menu.buildFromTemplate([...menu]));
}
let openFromTray = (): void => undefined;

const notify: ElectronApi['notify'] = ({ title, body }, onClick) => {
  if (!Notification.isSupported()) return () => undefined;
  const notification = new Notification({ title, body: notificationBody(body, platform), silent: true });
  notifications.add(notification);
  notification.on('click', () => onClick());
  notification.on('close', () => void notifications.delete(notification));
  notification.show();
  return () => {
    notification.close();
    notifications.delete(notification);
  };
};

/** The same object as `createWindow` answered. */
function browserWindow(window: ElectronWindow): BrowserWindow {
  if (!(window instanceof BrowserWindow)) throw new TypeError('not a window of ours');
  return window;
}

async function showOpenDialog(parent: ElectronWindow, options: OpenDialogOptions): Promise<readonly string[]> {
  const { filePaths } = await dialog.showOpenDialog(browserWindow(parent), options);
  return filePaths;
}

const dialogs: NativeDialogs = {
  chooseFiles: ({ parent, title, extensions, many }) =>
    showOpenDialog(parent, {
      title,
      properties: many ? ['openFile', 'multiSelections'] : ['openFile'],
      ...(extensions.length > 0 && { filters: [{ name: title, extensions: [...extensions] }] }),
    }),
  async chooseFolder({ parent, title }) {
    const [folder] = await showOpenDialog(parent, { title, properties: ['openDirectory', 'createDirectory'] });
    return folder;
  },
  async chooseSavePath({ parent, title, suggestedName }) {
    const options = { title, defaultPath: suggestedName };
    const { canceled, filePath } = await dialog.showSaveDialog(browserWindow(parent), options);
    return canceled || filePath === '' ? undefined : filePath;
  },
  async confirm({ parent, title, message, yes, no }) {
    const { response } = await dialog.showMessageBox(browserWindow(parent), {
      type: 'question',
      title,
      message: title,
      detail: message,
      buttons: [no, yes],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    return response === 1;
  },
};

const electron: ElectronApi = {
  app,
  calls: ipcMain,
  dialogs,
  registerScheme(scheme) {
    // An origin of its own, whose pages may load modules from it. Not `corsEnabled`: that would let other origins read it.
    const privileges = { standard: true, secure: true, supportFetchAPI: true };
    protocol.registerSchemesAsPrivileged([{ scheme, privileges }]);
  },
  serveScheme(partition, scheme, serve) {
    const { protocol: ofSession } = session.fromPartition(partition, { cache: false });
    ofSession.handle(scheme, ({ url, method }) => serve(url, method));
  },
  createWindow: (options) => new BrowserWindow(options),
  paintsHidden: platform !== 'linux',
  workArea: () => screen.getDisplayNearestPoint(screen.getCursorScreenPoint()).workArea,
  prefersDark(source) {
    nativeTheme.themeSource = source;
    return nativeTheme.shouldUseDarkColors;
  },
  showTray,
  notify,
  setSecureKeyboardEntry(enabled) {
    if (platform === 'darwin') app.setSecureKeyboardEntryEnabled(enabled);
  },
  stealFocus() {
    if (platform === 'darwin') app.focus({ steal: true });
  },
  writeClipboard: (text) => clipboard.writeText(text),
  showInFolder: (path) => shell.showItemInFolder(path),
  openExternal: (address) => shell.openExternal(address),
  showError: (title, message) => dialog.showErrorBox(title, message),
  relaunch: (argument) => app.relaunch({ args: [...process.argv.slice(1, app.isPackaged ? 1 : 2), argument] }),
};

function openCardProcess(): CardProcessChannel {
  const entry = fileURLToPath(new URL('./card-process.js', import.meta.url));
  // Each running call of PC/SC takes a thread of libuv's pool.
  const env = { ...ownEnvironment(process.env), UV_THREADPOOL_SIZE: '16' };
  return utilityProcessChannel(
    utilityProcess.fork(entry, [], { env, stdio: 'ignore', serviceName: 'Madoguchi cards' }),
  );
}

/** Undefined in a checkout: what would be started is no program of its own. */
function systemAutostart(): Autostart | undefined {
  if (!app.isPackaged) return undefined;
  const args = [HIDDEN_ARGUMENT];
  if (platform === 'linux') return desktopEntryAutostart({ program: process.execPath, args });
  return loginItemsAutostart({
    isEnabled: () => app.getLoginItemSettings({ args }).openAtLogin,
    setEnabled: (enabled) => app.setLoginItemSettings({ openAtLogin: enabled, args }),
  });
}

/** macOS passes no arguments to what it starts with the system. */
function startArguments(): string[] {
  const given = process.argv.slice(app.isPackaged ? 1 : 2);
  const bySystem = platform === 'darwin' && app.isPackaged && app.getLoginItemSettings().wasOpenedAtLogin;
  return bySystem ? [...given, HIDDEN_ARGUMENT] : given;
}

const run = promisify(execFile);
const autostart = systemAutostart();
// On macOS the menu has the keys for copying and pasting.
Menu.setApplicationMenu(
  platform === 'darwin'
    ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
    : null,
);
app.dock?.hide();
// Without it, Windows shows no notification of ours.
if (platform === 'win32') app.setAppUserModelId('jp.madoguchi.desktop');

// Not awaited: Electron is ready only after this module has been loaded.
void startShell({
  electron,
  unverifiedArguments: startArguments(),
  environment: process.env,
  releaseBuild: app.isPackaged,
  rendererFolder: join(packageRoot(), 'dist', 'renderer'),
  preload: fileURLToPath(new URL('./preload.cjs', import.meta.url)),
  icon: join(icons, 'icon.png'),
  openSettings() {
    const directory = stateDirectory(process.env);
    requireOwnStateDirectory(directory);
    return openPersonSettings({ stateDirectory: directory, log });
  },
  async createClient({ interaction, notices, onHistoryChanged, developerMode }) {
    // Not before: the tray does not wait for these.
    const [{ createClient }, { systemHistoryKey }] = await Promise.all([
      import('../node/compose.js'),
      import('../node/history/index.js'),
    ]);
    const findHistoryKey = () => systemHistoryKey(safeStorage);
    const historyKey = await findHistoryKey();
    return createClient({
      interaction,
      reader: { kind: developerMode ? 'virtual' : 'auto' },
      developerMode,
      releaseBuild: app.isPackaged,
      stateDirectory: stateDirectory(process.env),
      cardWaitMilliseconds: 60_000,
      openCardProcess,
      ...(historyKey && { historyKey }),
      // A key ring that is still locked when the app starts with the system.
      findHistoryKey,
      onHistoryChanged,
      noticePort: notices,
      eventSink: systemEventSink(),
      log,
    });
  },
  ...(autostart && { autostart }),
  showsTray: () =>
    showsTray(platform, async (program, args) => {
      const { stdout } = await run(program, [...args], { timeout: QUESTION_MILLISECONDS });
      return stdout;
    }),
  clock: systemClock,
  log,
}).catch((error: unknown) => {
  const text = shellText(windowLanguage('system', app.getPreferredSystemLanguages()));
  const reason = error instanceof Error ? error.message : String(error);
  dialog.showErrorBox(text.appName, fill(text.notStarted, { reason }));
  app.exit(1);
});
