import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where browsers put what this person downloads; made where it is not there. */
export function downloadsFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = environment['HOME'] ?? homedir();
  const folder = (platform === 'linux' ? xdgDownloads(environment, home) : undefined) ?? join(home, 'Downloads');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** xdg-user-dirs: `XDG_DOWNLOAD_DIR="$HOME/…"`, or an absolute path. */
function xdgDownloads(environment: NodeJS.ProcessEnv, home: string): string | undefined {
  try {
    const chosen = environment['XDG_CONFIG_HOME'];
    const configuration = chosen && isAbsolute(chosen) ? chosen : join(home, '.config');
    const text = readFileSync(join(configuration, 'user-dirs.dirs'), 'utf8');
    const [, value] = /^XDG_DOWNLOAD_DIR="([^"\n]*)"$/m.exec(text) ?? [];
    if (value === undefined) return undefined;
    const folder = value.replace(/^\$HOME(?=\/|$)/, home);
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}
