import { posix, win32 } from 'node:path';
import { NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';

export const BROWSERS = ['chrome', 'chromium', 'edge', 'firefox'] as const;
export type Browser = (typeof BROWSERS)[number];

export interface Situation {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  /** The user's home directory. */
  readonly home: string;
  readonly stateDirectory: string;
  /** For every user of this PC instead of this one. */
  readonly system: boolean;
  /** The host that came along in a package of the system, which the manifests for every user name. */
  readonly packagedHost?: string;
  /** Put before every path that is written, for packagers. Not part of what the files say. */
  readonly root: string;
}

/** Where one browser looks for the host. On Windows a registry key names the file. */
export interface ManifestPlace {
  readonly browser: Browser;
  readonly path: string;
  readonly registryKey?: string;
}

/** Folders of the per-user manifests: below `~/.config` on Linux, `~/Library/Application Support` on macOS. */
const USER_FOLDERS: Record<'linux' | 'darwin', Record<Browser, string>> = {
  linux: { chrome: 'google-chrome', chromium: 'chromium', edge: 'microsoft-edge', firefox: '.mozilla' },
  darwin: { chrome: 'Google/Chrome', chromium: 'Chromium', edge: 'Microsoft Edge', firefox: 'Mozilla' },
};

const SYSTEM_FOLDERS: Record<'linux' | 'darwin', Record<Browser, string>> = {
  linux: {
    chrome: '/etc/opt/chrome/native-messaging-hosts',
    chromium: '/etc/chromium/native-messaging-hosts',
    edge: '/etc/opt/edge/native-messaging-hosts',
    firefox: '/usr/lib/mozilla/native-messaging-hosts',
  },
  darwin: {
    chrome: '/Library/Google/Chrome/NativeMessagingHosts',
    chromium: '/Library/Application Support/Chromium/NativeMessagingHosts',
    edge: '/Library/Microsoft/Edge/NativeMessagingHosts',
    firefox: '/Library/Application Support/Mozilla/NativeMessagingHosts',
  },
};

const REGISTRY_FOLDERS: Record<Browser, string> = {
  chrome: 'Google\\Chrome',
  chromium: 'Chromium',
  edge: 'Microsoft\\Edge',
  firefox: 'Mozilla',
};

/** Where the manifest for `browser` belongs, by the browsers' own documentation. */
export function manifestPlace(browser: Browser, situation: Situation): ManifestPlace {
  const { platform, system } = situation;
  if (platform === 'win32') return windowsPlace(browser, situation);
  const folder = system ? SYSTEM_FOLDERS[unixKind(platform)][browser] : userFolder(browser, situation);
  return { browser, path: posix.join(folder, `${NATIVE_HOST_NAME}.json`) };
}

function userFolder(browser: Browser, { platform, environment, home }: Situation): string {
  if (platform === 'darwin') {
    return posix.join(home, 'Library', 'Application Support', USER_FOLDERS.darwin[browser], 'NativeMessagingHosts');
  }
  if (browser === 'firefox') return posix.join(home, USER_FOLDERS.linux.firefox, 'native-messaging-hosts');
  const configuration = environment['XDG_CONFIG_HOME'] || posix.join(home, '.config');
  return posix.join(configuration, USER_FOLDERS.linux[browser], 'NativeMessagingHosts');
}

function windowsPlace(browser: Browser, situation: Situation): ManifestPlace {
  const path = win32.join(ownDirectory(situation), 'native-messaging', `${browser}.json`);
  const hive = situation.system ? 'HKLM' : 'HKCU';
  const registryKey = `${hive}\\Software\\${REGISTRY_FOLDERS[browser]}\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`;
  return { browser, path, registryKey };
}

/** Whether the package manager has written what the manifests name, and alone may change it. */
export function isPackaged({ system, packagedHost }: Situation): boolean {
  return system && packagedHost !== undefined;
}

/** Path of the program that the manifests name. */
export function launcherPath(situation: Situation): string {
  if (situation.system && situation.packagedHost !== undefined) return situation.packagedHost;
  const isWindows = situation.platform === 'win32';
  return isWindows
    ? win32.join(ownDirectory(situation), 'native-host.cmd')
    : posix.join(ownDirectory(situation), 'native-host');
}

function ownDirectory({ platform, environment, stateDirectory, system }: Situation): string {
  if (!system) return stateDirectory;
  if (platform === 'win32') return win32.join(environment['ProgramData'] ?? 'C:\\ProgramData', 'Madoguchi');
  return platform === 'darwin' ? '/Library/Application Support/Madoguchi' : '/usr/local/lib/madoguchi';
}

function unixKind(platform: NodeJS.Platform): 'linux' | 'darwin' {
  return platform === 'darwin' ? 'darwin' : 'linux';
}
