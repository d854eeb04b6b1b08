import { accessSync, constants, existsSync, openSync, closeSync, readSync } from 'node:fs';
import { delimiter, posix, win32 } from 'node:path';
import type { BrowserState } from '../../core/diagnosis/diagnosis-ports.js';
import {
  BROWSERS,
  inspectIntegration,
  installIntegration,
  type Browser,
  type FileState,
  type IntegrationOptions,
  type Situation,
} from '../browser-integration/index.js';

export interface BrowserCheckOptions {
  /** Of this user; `root` is put before the places where browsers are looked for. */
  readonly situation: Situation;
  /** What the launcher runs; this program unless given. */
  readonly host?: Pick<IntegrationOptions, 'node' | 'program' | 'registry'>;
  /** Whether a launcher that names another program is another shell's of ours, and as good. */
  readonly sharesLauncher?: boolean;
}

const LINUX_PROGRAMS: Record<Browser, readonly string[]> = {
  chrome: ['google-chrome', 'google-chrome-stable'],
  chromium: ['chromium', 'chromium-browser'],
  edge: ['microsoft-edge', 'microsoft-edge-stable'],
  firefox: ['firefox', 'firefox-esr'],
};
const LINUX_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/google/chrome', '/opt/microsoft/msedge'];

const MACOS_BUNDLES: Record<Browser, string> = {
  chrome: 'Google Chrome.app',
  chromium: 'Chromium.app',
  edge: 'Microsoft Edge.app',
  firefox: 'Firefox.app',
};

const WINDOWS_PROGRAMS: Record<Browser, string> = {
  chrome: 'Google\\Chrome\\Application\\chrome.exe',
  chromium: 'Chromium\\Application\\chrome.exe',
  edge: 'Microsoft\\Edge\\Application\\msedge.exe',
  firefox: 'Mozilla Firefox\\firefox.exe',
};
const WINDOWS_FOLDERS = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'] as const;

/** Browsers of this PC, and whether each could start this program for our extension. */
export function browserStates(options: BrowserCheckOptions): BrowserState[] {
  const native = installedBrowsers(options.situation).map((browser): BrowserState => {
    return { browser, packaging: 'native', registration: registrationOf(browser, options) };
  });
  const { unreachable } = inspectNothing(options.situation);
  const sandboxed = unreachable.map(({ browser, packaging }): BrowserState => {
    return { browser, packaging, registration: 'absent' };
  });
  return [...native, ...sandboxed];
}

/** Lets every installed browser find this program, for this user. @throws ClientError ERR_INTERNAL_FILE */
export function registerInBrowsers({ situation, host }: BrowserCheckOptions): void {
  const browsers = installedBrowsers(situation);
  if (browsers.length > 0) installIntegration({ ...host, browsers, situation });
}

/** Which browsers came in a sandbox; the rest of the report is not asked for. */
function inspectNothing(situation: Situation) {
  try {
    return inspectIntegration({ browsers: BROWSERS, situation });
  } catch {
    return { unreachable: [] };
  }
}

/** As this user has it, or else as the administrator installed it for all. */
function registrationOf(browser: Browser, options: BrowserCheckOptions): BrowserState['registration'] {
  const own = stateOf(browser, options);
  if (own === 'current') return own;
  const shared = { ...options, situation: { ...options.situation, system: true, root: '' }, sharesLauncher: true };
  return stateOf(browser, shared) === 'current' ? 'current' : own;
}

function stateOf(
  browser: Browser,
  { situation, host, sharesLauncher = false }: BrowserCheckOptions,
): BrowserState['registration'] {
  try {
    const { entries } = inspectIntegration({ ...host, browsers: [browser], situation });
    const state = (what: 'manifest' | 'launcher'): FileState =>
      entries.find((entry) => entry.what === what)?.state ?? 'absent';
    const [manifest, launcher] = [state('manifest'), state('launcher')];
    if (manifest !== 'current') return manifest;
    return sharesLauncher && launcher === 'outdated' ? 'current' : launcher;
  } catch {
    return 'unreadable';
  }
}

/** By their programs, in the usual places and on the search path. Those in a sandbox are not among them. */
export function installedBrowsers({ platform, environment, home, root }: Situation): Browser[] {
  const isThere = (path: string): boolean => existsSync(root === '' ? path : posix.join(root, path));
  switch (platform) {
    case 'win32': {
      const folders = WINDOWS_FOLDERS.map((name) => environment[name]).filter((folder) => folder !== undefined);
      return BROWSERS.filter((browser) =>
        folders.some((folder) => isThere(win32.join(folder, WINDOWS_PROGRAMS[browser]))),
      );
    }
    case 'darwin': {
      const folders = ['/Applications', posix.join(home, 'Applications')];
      return BROWSERS.filter((browser) =>
        folders.some((folder) => isThere(posix.join(folder, MACOS_BUNDLES[browser]))),
      );
    }
    default: {
      const searched = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
      const folders = [...new Set([...searched, ...LINUX_FOLDERS])].filter((folder) => !isSandboxFolder(folder));
      const paths = (browser: Browser): string[] =>
        LINUX_PROGRAMS[browser].flatMap((name) => folders.map((folder) => posix.join(root, folder, name)));
      return BROWSERS.filter((browser) => paths(browser).some(isNativeProgram));
    }
  }
}

function isSandboxFolder(folder: string): boolean {
  return /(?:^|\/)snap(?:\/|$)|\/flatpak\//.test(folder);
}

const HEAD_BYTES = 4_096;

/** Ubuntu's packages of some browsers are scripts that start the Snap. */
function isNativeProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const head = readHead(path);
    return !(head.startsWith('#!') && /\/snap\/|\bflatpak run\b/.test(head));
  } catch {
    return false;
  }
}

function readHead(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
