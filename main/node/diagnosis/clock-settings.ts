import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** A program of the system and what it is given, both fixed. */
export interface SettingsCommand {
  readonly program: string;
  readonly parameters: readonly string[];
}

const GNOME_SETTINGS = '/usr/bin/gnome-control-center';
const KDE_SETTINGS = ['/usr/bin/systemsettings', '/usr/bin/systemsettings5'];

/** What opens the date and time settings here; undefined where nothing known does. */
export function clockSettingsCommand(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  exists: (path: string) => boolean = existsSync,
): SettingsCommand | undefined {
  switch (platform) {
    case 'win32': {
      const program = win32.join(environment['SystemRoot'] ?? 'C:\\Windows', 'explorer.exe');
      return { program, parameters: ['ms-settings:dateandtime'] };
    }
    case 'darwin':
      return { program: '/usr/bin/open', parameters: ['x-apple.systempreferences:com.apple.preference.datetime'] };
    case 'linux': {
      const desktop = (environment['XDG_CURRENT_DESKTOP'] ?? '').toLowerCase();
      const hasDisplay = Boolean(environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY']);
      if (!hasDisplay) return undefined;
      if (desktop.includes('gnome') && exists(GNOME_SETTINGS)) {
        return { program: GNOME_SETTINGS, parameters: ['datetime'] };
      }
      const kde = KDE_SETTINGS.find((path) => desktop.includes('kde') && exists(path));
      return kde === undefined ? undefined : { program: kde, parameters: ['kcm_clock'] };
    }
    default:
      return undefined;
  }
}

/** Starts it and does not wait for its end. Rejects where it cannot be started. */
export function openSettings({ program, parameters }: SettingsCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: 'ignore', detached: true, cwd: posix.sep });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
