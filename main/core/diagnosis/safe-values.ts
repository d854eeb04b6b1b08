import type { DiagnosedSystem, DiagnosisDetails } from './diagnosis.js';
import { maskText } from './mask.js';

/** Texts of others, masked where they are made, and once more here: the form alone is judged then. */
const FOREIGN_TEXTS: ReadonlySet<string> = new Set(['reader', 'program']);

const BROWSERS = ['chrome', 'chromium', 'edge', 'firefox'];

/** Every word of ours that a fact may be made of. A fact can be several of them, a space between. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  ...BROWSERS.flatMap((browser) => [browser, `${browser}-snap`, `${browser}-flatpak`]),
  ...['my-number-card', 'juki-card', 'android', 'iphone', 'unknown'],
  ...['blocked', 'still-verified', 'absent', 'unreadable'],
  ...['program-release', 'certificate'],
]);
/** Names of return values and errors. */
const CODE = /^(?:ERR|SCARD|MADOGUCHI)(?:_[A-Z]+){1,6}$/;
/** Counts and port numbers. */
const LARGEST_NUMBER = 65_535;

const UNKNOWN = 'unknown';
const OTHER = 'other';

const SYSTEMS: ReadonlySet<string> = new Set([
  ...['windows', 'macos', 'linux', 'debian', 'ubuntu', 'linuxmint', 'fedora', 'rhel', 'centos', 'rocky', 'almalinux'],
  ...['arch', 'manjaro', 'endeavouros', 'opensuse-leap', 'opensuse-tumbleweed', 'sles', 'gentoo', 'nixos', 'alpine'],
  ...['pop', 'zorin', 'elementary', 'kali', 'raspbian', 'void', 'chromeos', 'freebsd'],
]);
const ARCHITECTURES: ReadonlySet<string> = new Set(['x64', 'arm64', 'ia32', 'arm', 'riscv64', 'ppc64', 's390x']);
const DESKTOPS: ReadonlySet<string> = new Set([
  ...['gnome', 'kde', 'xfce', 'cinnamon', 'mate', 'lxqt', 'lxde', 'unity', 'budgie', 'pantheon', 'deepin', 'cosmic'],
  ...['sway', 'hyprland', 'i3'],
]);
const SESSIONS: ReadonlySet<string> = new Set(['x11', 'wayland', 'tty', 'remote']);
const SANDBOXES: ReadonlySet<string> = new Set(['snap', 'flatpak', 'container', 'wsl']);
/** Three parts: four would be an IPv4 address. */
const VERSION = /^\d{1,5}(?:\.\d{1,5}){0,2}$/;
const PROGRAM_VERSION = /^\d{1,5}(?:\.\d{1,5}){2}(?:-(?:alpha|beta|rc)(?:\.\d{1,3})?)?$/;

/** Only what is one of our own facts. Anything else is a defect somewhere, and must not become a leak. */
export function safeDetails(details: DiagnosisDetails): DiagnosisDetails {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, safeValue(name, value)]));
}

function safeValue(name: string, value: string | number | boolean): string | number | boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 && value <= LARGEST_NUMBER ? value : OTHER;
  if (FOREIGN_TEXTS.has(name)) return maskText(value, []);
  return CODE.test(value) || value.split(' ').every((word) => OWN_WORDS.has(word)) ? value : OTHER;
}

/** Words from lists of ours and versions that are numbers: of a PC that its owner named, nothing of the name is left. */
export function safeSystem(system: DiagnosedSystem): DiagnosedSystem {
  const { version, kernel, desktop, session, sandbox } = system;
  return {
    name: listed(system.name, SYSTEMS),
    architecture: listed(system.architecture, ARCHITECTURES),
    ...(version !== undefined && { version: safeVersion(version) }),
    ...(kernel !== undefined && { kernel: safeVersion(kernel) }),
    ...(desktop !== undefined && { desktop: listed(desktop, DESKTOPS) }),
    ...(session !== undefined && { session: listed(session, SESSIONS) }),
    ...(sandbox !== undefined && { sandbox: listed(sandbox, SANDBOXES) }),
  };
}

/** Of a system, numbers alone; `unknown` for anything else. */
function safeVersion(version: string): string {
  return VERSION.test(version) ? version : UNKNOWN;
}

export function safeProgramVersion(version: string): string {
  return PROGRAM_VERSION.test(version) ? version : UNKNOWN;
}

function listed(word: string, words: ReadonlySet<string>): string {
  return words.has(word) ? word : OTHER;
}
