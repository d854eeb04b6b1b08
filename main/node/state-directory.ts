import { lstatSync, statSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ClientError } from '../core/errors.js';

/** A group's members are other users, too: on macOS everybody is in `staff`. */
const WRITABLE_BY_OTHERS = 0o022;

/** Where this program keeps what is its own (the test card's keys, for one): per user, by each system's custom. */
export function stateDirectory(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const override = environment['MADOGUCHI_STATE_DIRECTORY'];
  if (override) return override;
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Madoguchi');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Madoguchi');
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'madoguchi');
}

/**
 * Refuses a state directory that another user could have made or can change: what is believed in it (decisions about sites,
 * what starts the client) would be theirs. One that is not there yet is all right.
 * @throws ClientError `ERR_INTERNAL_FILE`
 */
export function requireOwnStateDirectory(directory: string, self = process.getuid?.()): void {
  if (self === undefined) return;
  const isOwn = (stats: Stats): boolean => stats.uid === self;
  let cause: unknown;
  try {
    const found = lstatSync(directory, { throwIfNoEntry: false });
    if (found === undefined) return;
    // A link is all right where the person made it, and for what it leads to.
    const target = found.isSymbolicLink() ? statSync(directory, { throwIfNoEntry: false }) : found;
    if (isOwn(found) && target?.isDirectory() && isOwn(target) && !(target.mode & WRITABLE_BY_OTHERS)) return;
  } catch (thrown) {
    // Such as below another user's folder, as after `su`.
    cause = thrown;
  }
  const details = { reason: `${directory} is not a directory of this user's alone` };
  throw new ClientError('ERR_INTERNAL_FILE', 'the state directory cannot be used', { details, cause });
}
