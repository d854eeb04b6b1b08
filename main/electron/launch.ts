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
/** Argument with which events are logged to standard error, as by the command line's. */
export const VERBOSE_ARGUMENT = '--verbose';

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
 * What a release build may be started with: its own arguments, and what desktops and their people give to programs like it
 * for the display, the language, keyboards and the system's key store.
 */
const ALLOWED_SWITCHES: ReadonlySet<string> = new Set([
  'hidden',
  'page',
  'updated',
  // Electron's own, at every start.
  'allow-file-access-from-files',
  'original-process-start-time',
  'class',
  'disable-gpu',
  'display',
  'enable-wayland-ime',
  'force-device-scale-factor',
  'force-renderer-accessibility',
  'gtk-version',
  'lang',
  'name',
  'ozone-platform',
  'ozone-platform-hint',
  'wayland-text-input-version',
]);

/** Those that may have some values. */
const ALLOWED_VALUES: Readonly<Record<string, readonly string[]>> = {
  'enable-features': ['UseOzonePlatform', 'WaylandWindowDecorations', 'WaylandLinuxDrmSyncobj'],
  // Not `basic`, which protects nothing.
  'password-store': ['gnome-libsecret', 'kwallet', 'kwallet5', 'kwallet6'],
};

/** The process number that macOS gives. */
const PROCESS_SERIAL_NUMBER = /^psn-[0-9-]+$/;

/**
 * Switches by which another program would read or steer the windows or the app's own code, or take the sandbox away, in
 * whatever way Chromium or Node took them. The fuses of a release build turn off those that have one.
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
  'ppapi-plugin-launcher',
  'enable-blink-features',
  'disable-blink-features',
  'log-net-log',
  'trace-startup',
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
  const given = unverifiedArguments.filter((argument) => SWITCH.test(argument)).map(readSwitch);
  const refused = given.find((one) => !isAllowed(one))?.name ?? REFUSED_SWITCHES.find((name) => hasSwitch(name));
  if (refused !== undefined) return `--${refused}`;
  return REFUSED_VARIABLES.find((name) => (environment[name] ?? '') !== '');
}

/** `-x`, `--x` and, on Windows, `/x`, which is no path. */
const SWITCH = /^(?:-|\/[^/\\]+$)/;

interface GivenSwitch {
  readonly name: string;
  readonly value: string;
}

/** Node takes `_` for `-`. */
function readSwitch(argument: string): GivenSwitch {
  const text = argument.replace(/^(?:--?|\/)/, '');
  const [name = ''] = text.split('=', 1);
  return { name: name.toLowerCase().replaceAll('_', '-'), value: text.slice(name.length + 1) };
}

function isAllowed({ name, value }: GivenSwitch): boolean {
  const values = Object.hasOwn(ALLOWED_VALUES, name) ? ALLOWED_VALUES[name] : undefined;
  if (values) return value.split(',').every((one) => values.includes(one));
  return ALLOWED_SWITCHES.has(name) || PROCESS_SERIAL_NUMBER.test(name);
}

/** The environment for processes of ours. */
export function ownEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || NODE_VARIABLES.test(name) ? [] : [[name, value]],
    ),
  );
}
