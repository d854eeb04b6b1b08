import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ask, CAN_ASK, run, say } from './terminal.js';

/** @typedef {'demo' | 'test'} Level */

/** What builds and serves a real card reader. The virtual card needs none of it. */
const CARD_READER = ['libpcsclite-dev', 'pcscd', 'g++', 'make', 'python3'];

/** What the suites run against: a virtual reader, readers of cards and signatures that we did not write, browsers. */
const SUITES = [
  'vsmartcard-vpcd',
  'opensc',
  'openssl',
  'chromium',
  'firefox-esr',
  'webkit2gtk-driver',
  'xvfb',
  'xdotool',
  'fonts-noto-cjk',
  'poppler-utils',
  'qpdf',
  'libnss3-tools',
  'xmlsec1',
  'libxml2-utils',
  'time',
  'zip',
  'unzip',
  'default-jdk-headless',
  'libbcpkix-java',
  'iproute2',
  'util-linux',
  'bsdutils',
  'desktop-file-utils',
];

/** What packages are built, looked at and installed with. */
const PACKAGING = ['dpkg-dev', 'lintian', 'msitools', 'wixl', 'wine'];

/** @type {Readonly<Record<Level, readonly string[]>>} */
export const DEBIAN_PACKAGES = {
  demo: CARD_READER,
  test: [...CARD_READER, ...SUITES, ...PACKAGING],
};

/** Programs the suites start, for machines where Debian's package names mean nothing. */
const SUITE_COMMANDS = [
  'pcscd',
  'opensc-tool',
  'pkcs11-tool',
  'openssl',
  'chromium',
  'firefox-esr',
  'WebKitWebDriver',
  'Xvfb',
  'xdotool',
  'unshare',
  'script',
  'pdfsig',
  'qpdf',
  'certutil',
  'xmlsec1',
  'xmllint',
  'time',
  'lintian',
  'wixl',
  'msibuild',
  'wine',
];

/** @type {Readonly<Record<Level, readonly string[]>>} */
const COMMANDS = { demo: [], test: SUITE_COMMANDS };

/** @param {string} osRelease Text of os-release(5). */
export function isDebianLike(osRelease) {
  const words = osRelease
    .split('\n')
    .filter((line) => /^ID(_LIKE)?=/.test(line))
    .flatMap((line) => line.replace(/^\w+=/, '').replaceAll('"', '').split(' '));
  return words.includes('debian');
}

/**
 * @param {readonly string[]} wanted
 * @param {string} dpkgOutput One `name status` a line, as `dpkg-query` prints it; packages it never heard of are absent.
 */
export function missingPackages(wanted, dpkgOutput) {
  const installed = dpkgOutput.split('\n').flatMap((line) => {
    const [name, status] = line.trim().split(/\s+/);
    return status?.startsWith('ii') ? [name] : [];
  });
  return wanted.filter((name) => !installed.includes(name));
}

/** How commands become root here; undefined where they cannot. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!ask('sudo', ['--version']).ok) return undefined;
  if (CAN_ASK) return ['sudo'];
  return ask('sudo', ['-n', 'true']).ok ? ['sudo', '-n'] : undefined;
}

/** @param {readonly string[]} prefix @param {readonly string[]} args */
function aptGet(prefix, args) {
  const [command = '', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  return run(command, rest);
}

/** @param {Level} level */
function ensureDebianPackages(level) {
  const wanted = DEBIAN_PACKAGES[level];
  const query = ask('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\n', ...wanted]);
  const missing = missingPackages(wanted, query.output);
  if (missing.length === 0) return true;

  const prefix = rootPrefix();
  if (prefix === undefined) {
    say(`These system packages are missing, and only root can install them:\n  apt-get install ${missing.join(' ')}`);
    return false;
  }
  say(`Installing system packages: ${missing.join(' ')}`);
  aptGet(prefix, ['update']);
  const lockTimeout = ['-o', 'DPkg::Lock::Timeout=120'];
  return aptGet(prefix, ['install', '-y', '--no-install-recommends', ...lockTimeout, ...missing]);
}

/** @param {string} command */
function isOnPath(command) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** @type {Partial<Record<NodeJS.Platform, string>>} */
const CARD_READER_ELSEWHERE = {
  darwin: 'the Xcode command line tools (xcode-select --install)',
  win32: 'Python 3 and the Visual Studio Build Tools with "Desktop development with C++"',
  linux: 'the PC/SC headers (pcsc-lite-devel or pcsclite), pcscd, a C++ compiler, make and Python 3',
};

/** @param {Level} level @param {boolean} bindingWorks */
function describeWhatIsMissing(level, bindingWorks) {
  if (!bindingWorks) {
    say(`For a real card reader, install ${CARD_READER_ELSEWHERE[process.platform] ?? 'PC/SC'}.`);
  }
  const commands = COMMANDS[level].filter((command) => !isOnPath(command));
  if (commands.length > 0) say(`Tests that need these programs will be skipped: ${commands.join(', ')}`);
}

export function isDebian() {
  return existsSync('/etc/os-release') && isDebianLike(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * On Debian and its kin, installs what is missing; elsewhere says what to install.
 * @param {Level} level @param {boolean} bindingWorks Whether the PC/SC binding is built and loads already.
 * @returns {boolean} Whether everything is there, as far as can be known.
 */
export function ensureSystemPackages(level, bindingWorks) {
  if (isDebian()) return ensureDebianPackages(level);
  describeWhatIsMissing(level, bindingWorks);
  return true;
}
