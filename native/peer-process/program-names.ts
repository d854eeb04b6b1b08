import type { PeerProgram } from './peer-process.js';

/** Executables of browsers, in lower case, without `.exe` and without macOS's ` Helper`. */
const BROWSERS: Readonly<Record<string, string>> = {
  chrome: 'Google Chrome',
  'google chrome': 'Google Chrome',
  chromium: 'Chromium',
  'chromium-browser': 'Chromium',
  msedge: 'Microsoft Edge',
  'microsoft edge': 'Microsoft Edge',
  firefox: 'Firefox',
  'firefox-bin': 'Firefox',
  'firefox-esr': 'Firefox',
  brave: 'Brave',
  'brave browser': 'Brave',
  vivaldi: 'Vivaldi',
  'vivaldi-bin': 'Vivaldi',
  opera: 'Opera',
  safari: 'Safari',
  'com.apple.webkit.networking': 'Safari',
  epiphany: 'GNOME Web',
  // The network process of every program with a WebKitGTK view.
  webkitnetworkprocess: 'WebKit',
};

const NAME_LENGTH = 64;
// eslint-disable-next-line no-control-regex -- control and format characters are what is taken out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * What to call the program of an executable, given by its path or file name.
 * @param options.trusted whether the file is one that this user cannot have put there. Any file can be named `firefox`;
 * without this it is shown as the program of that file name.
 */
export function programOf(executable: string, { trusted }: { trusted: boolean }): PeerProgram | undefined {
  const fileName = executable.split(/[/\\]/).at(-1) ?? '';
  const printable = fileName.replace(UNPRINTABLE, '').trim().slice(0, NAME_LENGTH);
  if (printable === '') return undefined;
  const key = printable
    .toLowerCase()
    .replace(/\.exe$/, '')
    .replace(/ helper(?: \([a-z]+\))?$/, '');
  const browser = trusted && Object.hasOwn(BROWSERS, key) ? BROWSERS[key] : undefined;
  return browser === undefined ? { name: printable, kind: 'program' } : { name: browser, kind: 'browser' };
}

/**
 * The same where only a name is known, and not whose file it is: any program can bear a browser's name, so that a browser's
 * says nothing, and another says at least that it is none.
 */
export function programByName(name: string): PeerProgram | undefined {
  const program = programOf(name, { trusted: true });
  return program?.kind === 'browser' ? undefined : program;
}
