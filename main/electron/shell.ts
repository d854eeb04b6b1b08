import { createWindowInteraction } from '../core/consent-window/consent-window.js';
import { toClientError } from '../core/errors.js';
import type { NoticePort } from '../core/notices/notices.js';
import type { Clock, Log, UserInteraction } from '../core/ports.js';
import type { SettingsStore } from '../core/settings/settings.js';
import { WINDOW_SCHEME } from '../ipc/channels.js';
import type { Client } from '../node/compose.js';
import { followAutostart, type Autostart } from '../node/settings/index.js';
import { WINDOW_PARTITION } from './app-window.js';
import type { ElectronApi } from './electron-api.js';
import { harden } from './hardening.js';
import { windowLanguage } from './language.js';
import { readLaunch, refusedSwitch, WAKING_SCHEME, type Launch } from './launch.js';
import { RunningShell } from './running-shell.js';
import { fill, shellText } from './shell-text.js';
import { readWindowFiles, serveWindowUrl } from './window-files.js';

/** What the composed client needs of this shell. */
export interface ClientSurroundings {
  readonly interaction: UserInteraction;
  readonly notices: NoticePort;
  readonly onHistoryChanged: () => void;
  readonly developerMode: boolean;
}

export interface ShellOptions {
  readonly electron: ElectronApi;
  /** As the system gave them, without the program and its entry. */
  readonly unverifiedArguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly releaseBuild: boolean;
  /** The folder of the windows' pages, and the bundled preload script. */
  readonly rendererFolder: string;
  readonly preload: string;
  readonly icon?: string;
  readonly openSettings: () => SettingsStore;
  readonly createClient: (surroundings: ClientSurroundings) => Promise<Client>;
  /** Undefined in a build that the system cannot start by itself. */
  readonly autostart?: Autostart;
  readonly showsTray: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Starts the desktop app: one instance per person, in the tray. Resolves when it answers web pages or knows that it cannot, or
 * at once where it does not run: another instance does, or the way it was started is refused.
 */
export async function startShell(options: ShellOptions): Promise<void> {
  const { electron, unverifiedArguments } = options;
  const { app } = electron;
  const refused = options.releaseBuild ? refusedStart(options) : undefined;
  if (refused !== undefined) {
    const text = shellText(windowLanguage('system', app.getPreferredSystemLanguages()));
    electron.showError(text.appName, fill(text.refusedSwitch, { name: refused }));
    app.exit(1);
    return;
  }
  harden(app);
  electron.registerScheme(WINDOW_SCHEME);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const wakes = new Wakes(app);
  await app.whenReady();
  // A checkout is no program that pages could wake.
  if (options.releaseBuild) app.setAsDefaultProtocolClient(WAKING_SCHEME);
  const files = readWindowFiles(options.rendererFolder);
  electron.serveScheme(WINDOW_PARTITION, WINDOW_SCHEME, (url, method) => serveWindowUrl(files, url, method));

  const settings = options.openSettings();
  const shell = new RunningShell({ ...options, settings });
  const interaction = createWindowInteraction({ windows: shell.consentWindows, clock: options.clock });
  shell.start(readLaunch(unverifiedArguments));
  wakes.passTo((launch) => shell.wake(launch));
  const developerMode = settings.read().settings.developerMode.value;
  const { notices, historyChanged: onHistoryChanged } = shell;
  await shell.run(await options.createClient({ interaction, notices, onHistoryChanged, developerMode }));
  followSetting(settings, options);
}

function refusedStart({ electron, unverifiedArguments, environment }: ShellOptions): string | undefined {
  const hasSwitch = (name: string): boolean => electron.app.commandLine.hasSwitch(name);
  return refusedSwitch({ unverifiedArguments, environment, hasSwitch });
}

/** What wakes the app, from the first moment on: the last that came before it could be heard is not lost. */
class Wakes {
  #hear: ((launch: Launch) => void) | undefined;
  #missed: Launch | undefined;

  constructor(app: ElectronApi['app']) {
    app.on('second-instance', (_event, argv) => this.#wake(readLaunch(argv.slice(1))));
    app.on('open-url', (event) => {
      event.preventDefault();
      this.#wake({ by: 'scheme' });
    });
    // macOS. At the first start it says nothing that the arguments do not.
    app.on('activate', () => this.#hear?.({ by: 'person' }));
    // The app stays in the tray.
    app.on('window-all-closed', () => undefined);
  }

  passTo(hear: (launch: Launch) => void): void {
    this.#hear = hear;
    if (this.#missed) hear(this.#missed);
  }

  #wake(launch: Launch): void {
    if (this.#hear) this.#hear(launch);
    else this.#missed = launch;
  }
}

/** Has the system start the app, or not, as the setting says. */
function followSetting(settings: SettingsStore, { autostart, log }: ShellOptions): void {
  if (!autostart) return;
  const follow = (occasion: 'start' | 'changed'): void => {
    try {
      followAutostart(settings.read().settings.startWithSystem, autostart, occasion);
    } catch (thrown) {
      log.event('autostart.failed', { code: toClientError(thrown).code });
    }
  };
  follow('start');
  settings.onChange((_report, changed) => {
    if (changed.includes('startWithSystem')) follow('changed');
  });
}
