import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this program keeps what is its own (the test card's keys, for one): per user, by each system's custom. */
export function stateDirectory(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const override = environment['MADOGUCHI_STATE_DIRECTORY'];
  if (override) return override;
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Madoguchi');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Madoguchi');
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'madoguchi');
}
