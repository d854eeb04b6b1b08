import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ClientError } from '../../core/errors.js';
import type { Setting } from '../../core/settings/settings.js';
import { fileState, removeOwnFile, writeOwnFile, type OwnFile } from '../browser-integration/own-file.js';

/** `disabled`: our entry is there, and the desktop's own tool has switched it off. `foreign`: somebody else's is in its place. */
export type AutostartState = 'on' | 'off' | 'disabled' | 'foreign';

/** Whether the system starts this program when the person logs in. Both throw `ERR_INTERNAL_FILE`. */
export interface Autostart {
  state(): AutostartState;
  /** A second call with the same does nothing. Somebody else's entry is neither overwritten nor removed. */
  set(enabled: boolean): void;
}

/** What Windows and macOS have for it: `app.getLoginItemSettings` and `app.setLoginItemSettings` of Electron. */
export interface LoginItems {
  isEnabled(): boolean;
  setEnabled(enabled: boolean): void;
}

/** A program with its arguments; `program` is an absolute path. */
export interface AutostartCommand {
  readonly program: string;
  readonly args: readonly string[];
}

export function loginItemsAutostart(items: LoginItems): Autostart {
  return {
    state: () => (items.isEnabled() ? 'on' : 'off'),
    set(enabled) {
      if (items.isEnabled() !== enabled) items.setEnabled(enabled);
    },
  };
}

/** Every file of ours has this line, and we touch no other. */
const OWN_MARK = 'X-Madoguchi-Autostart=true';

/**
 * An entry in the person's own autostart folder (Desktop Application Autostart Specification).
 * @throws ClientError `ERR_INTERNAL_FILE` where the command cannot be written into one
 */
export function desktopEntryAutostart(
  command: AutostartCommand,
  environment: NodeJS.ProcessEnv = process.env,
): Autostart {
  const configuration = configurationFolder(environment);
  const file: OwnFile = {
    path: join(configuration, 'autostart', 'madoguchi.desktop'),
    text: desktopEntry(command),
    mode: 0o644,
    isOwn: (text) => text.split('\n').includes(OWN_MARK),
  };
  return {
    state() {
      requireOwnFolder(configuration);
      const state = fileState(file);
      if (state === 'absent') return 'off';
      if (state === 'foreign') return 'foreign';
      return isDisabled(readFileSync(file.path, 'utf8')) ? 'disabled' : 'on';
    },
    set(enabled) {
      requireOwnFolder(configuration);
      if (enabled) writeOwnFile(file);
      else removeOwnFile(file);
    },
  };
}

/**
 * Brings the system in line with the setting. At start, what the person did in the desktop's own tool stays; what cannot be
 * read changes nothing.
 * @param occasion `changed`: somebody just decided
 * @throws ClientError `ERR_INTERNAL_FILE`
 */
export function followAutostart(
  { value, source, unreadable }: Setting<boolean>,
  autostart: Autostart,
  occasion: 'start' | 'changed',
): void {
  if (unreadable) return;
  if (occasion === 'start' && source !== 'administrator' && autostart.state() === 'disabled') return;
  autostart.set(value);
}

/** Desktop Entry Specification; nothing here is newer than 1.4, which older validators know. */
export function desktopEntry({ program, args }: AutostartCommand): string {
  if (!isAbsolute(program)) throw unusable(`${program}: not an absolute path`);
  // The specification has no `=` in a program's path, and desktops that look for the program do not undo `%%`.
  if (/[=%]/.test(program)) throw unusable(`${program}: cannot be named in a desktop entry`);
  const exec = [program, ...args].map(execArgument).join(' ');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.4',
    'Name=Madoguchi',
    'Name[ja]=まどぐち',
    'Comment=Use the My Number Card on this PC',
    'Comment[ja]=マイナンバーカードをこのPCで使う',
    `TryExec=${stringValue(program)}`,
    `Exec=${stringValue(exec)}`,
    'Icon=madoguchi',
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
    OWN_MARK,
    '',
  ].join('\n');
}

/** “The Exec key”: quoted where a character is reserved; `%` would begin a field code. */
function execArgument(text: string): string {
  if (/\p{Cc}/u.test(text)) throw unusable('a control character in the command');
  const literal = text.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(literal)) return literal;
  return `"${literal.replace(/["`$\\]/g, '\\$&')}"`;
}

/** “Possible value types”: a backslash begins an escape. */
function stringValue(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

function isDisabled(entry: string): boolean {
  return entry
    .split('\n')
    .some((line) => /^\s*(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/.test(line));
}

/** XDG Base Directory Specification: a relative path counts as none. */
function configurationFolder(environment: NodeJS.ProcessEnv): string {
  const chosen = environment['XDG_CONFIG_HOME'];
  return chosen && isAbsolute(chosen) ? chosen : join(environment['HOME'] ?? homedir(), '.config');
}

/** A link in the place of the folder would have us write where somebody else wants it. */
function requireOwnFolder(configuration: string): void {
  const folder = join(configuration, 'autostart');
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw unusable(`${folder}: not a folder of its own`);
  const user = process.getuid?.();
  const isOthers = user !== undefined && (stats.uid !== user || (stats.mode & 0o002) !== 0);
  if (isOthers) throw unusable(`${folder}: others can write to it`);
  if (realpathSync(folder) !== join(realpathSync(configuration), 'autostart'))
    throw unusable(`${folder}: leads elsewhere`);
}

function unusable(reason: string): ClientError {
  return new ClientError('ERR_INTERNAL_FILE', 'starting with the system cannot be set up', { details: { reason } });
}
