import { MAIN_PAGES, type MainPage } from '../ipc/app.js';

/** How the app was started, or started again while it runs. */
export interface Launch {
  /**
   * - `person`: from a menu, an icon, a terminal
   * - `system`: with the system, into the tray
   * - `scheme`: by `madoguchi:`, which only wakes
   */
  readonly by: 'person' | 'system' | 'scheme';
  /** Where the person asked for a page. */
  readonly page?: MainPage;
}

/** Only wakes the app: nothing that follows the colon is read. */
export const WAKING_SCHEME = 'madoguchi';
/** Argument of the entry that starts the app with the system. */
export const HIDDEN_ARGUMENT = '--hidden';

/** @param page a page of the main window: the argument that opens it */
export function pageArgument(page: MainPage): string {
  return `--page=${page}`;
}

/** Reads the arguments of a start. Anybody can choose them: what is not known is passed over. */
export function readLaunch(unverifiedArguments: readonly string[]): Launch {
  // A page chose all of it: browsers pass the address on as one argument, and not all have quoted it well.
  if (unverifiedArguments.some((argument) => argument.toLowerCase().startsWith(`${WAKING_SCHEME}:`))) {
    return { by: 'scheme' };
  }
  if (unverifiedArguments.includes(HIDDEN_ARGUMENT)) return { by: 'system' };
  const page = MAIN_PAGES.find((known) => unverifiedArguments.includes(pageArgument(known)));
  return { by: 'person', ...(page && { page }) };
}

/**
 * Switches by which another program would read or steer the windows or the app's own code, or take the sandbox away.
 * Chromium's and Node's; the fuses of a release build turn off those that have one. None that Electron gives itself at every
 * start (`allow-file-access-from-files`).
 */
const REFUSED_SWITCHES: readonly string[] = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-debugging-targets',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'inspect-brk-node',
  'inspect-port',
  'inspect-publish-uid',
  'inspect-wait',
  'debug',
  'debug-brk',
  'debug-port',
  'js-flags',
  'enable-automation',
  'auto-open-devtools-for-tabs',
  'load-extension',
  'no-sandbox',
  'no-zygote',
  'single-process',
  'in-process-gpu',
  'allow-sandbox-debugging',
  'disable-setuid-sandbox',
  'disable-namespace-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-gpu-sandbox',
  'disable-site-isolation-trials',
  'disable-web-security',
  'renderer-cmd-prefix',
  'renderer-startup-dialog',
  'utility-cmd-prefix',
  'utility-startup-dialog',
  'gpu-launcher',
];

/** Variables of the environment that do the same. */
const REFUSED_VARIABLES: readonly string[] = ['ELECTRON_RUN_AS_NODE', 'ELECTRON_DISABLE_SANDBOX'];

/** Of Node, for a process that is started from here: nobody else decides what code runs in it. */
const NODE_VARIABLES = /^(?:NODE_OPTIONS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|NODE_V8_COVERAGE|ELECTRON_RUN_AS_NODE)$/i;

export interface LaunchSurroundings {
  readonly unverifiedArguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Whether Chromium took a switch of this name, however it was written. */
  readonly hasSwitch: (name: string) => boolean;
}

/** The switch or variable for which a release build does not start. */
export function refusedSwitch({ unverifiedArguments, environment, hasSwitch }: LaunchSurroundings): string | undefined {
  // `-x`, `--x` and, on Windows, `/x`; Node takes `_` for `-`.
  const given = new Set(
    unverifiedArguments
      .filter((argument) => /^(?:--?|\/)/.test(argument))
      .map((argument) => (argument.replace(/^(?:--?|\/)/, '').split('=', 1)[0] ?? '').toLowerCase())
      .map((name) => name.replaceAll('_', '-')),
  );
  const refused = REFUSED_SWITCHES.find((name) => given.has(name) || hasSwitch(name));
  if (refused !== undefined) return `--${refused}`;
  return REFUSED_VARIABLES.find((name) => (environment[name] ?? '') !== '');
}

/** The environment for processes of ours. */
export function ownEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || NODE_VARIABLES.test(name) ? [] : [[name, value]],
    ),
  );
}
