import { statSync } from 'node:fs';
import { programOf } from '../../../native/peer-process/program-names.js';
import type { Caller } from '../../core/consent/consent-model.js';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * What to call the program at `path`, which started the native messaging host as the host says. A browser's name needs a
 * file that this user cannot have put there; whoever runs as this user could still claim another path.
 */
export function callerOfProgram(path: string | undefined): Caller {
  return (path && programOf(path, { trusted: isSystemFile(path) })) || { kind: 'unknown' };
}

function isSystemFile(path: string): boolean {
  try {
    const { uid, mode } = statSync(path);
    return uid === 0 && (mode & WRITABLE_BY_OTHERS) === 0;
  } catch {
    return false;
  }
}
