import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withFileLock } from '../../../native/file-lock.js';
import type { ExpiryMemory } from '../../core/notices/notices.js';
import type { Log } from '../../core/ports.js';
import { replaceFileSync } from '../replace-file.js';

/** Cards and steps that are remembered; the oldest make room. */
const MAX_TOLD = 200;
/** That many take less. */
const LARGEST_FILE = 32 * 1024;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

const fileSchema = z.strictObject({
  version: z.literal(1),
  key: z.base64().refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES),
  told: z.array(z.base64().max(24)).max(MAX_TOLD),
});
type Memory = z.infer<typeof fileSchema>;

/**
 * What was told of certificates, in `notices.json` of the state directory, which only its owner can read: for each, an HMAC
 * of certificate and step under a random key beside it. Whoever has no copy of the certificate learns nothing from it, and
 * neither learns who has two files whether they are of one card. A damaged file is begun anew: one more notice harms nobody.
 */
export function openExpiryMemory(stateDirectory: string, log: Log): ExpiryMemory {
  const path = join(stateDirectory, 'notices.json');
  /** Where nothing can be kept, once for as long as the program runs. */
  const unkept = newMemory();
  return {
    claim(certificateDer, step) {
      if (unkept.told.includes(tagOf(unkept, certificateDer, step))) return false;
      try {
        mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
        return withFileLock(`${path}.lock`, () => {
          const memory = readMemory(path) ?? newMemory();
          const tag = tagOf(memory, certificateDer, step);
          if (memory.told.includes(tag)) return false;
          const told = [...memory.told, tag].slice(-MAX_TOLD);
          replaceFileSync(path, `${JSON.stringify({ ...memory, told }, null, 2)}\n`);
          return true;
        });
      } catch {
        log.event('notice.not-remembered');
        unkept.told = [...unkept.told, tagOf(unkept, certificateDer, step)].slice(-MAX_TOLD);
        return true;
      }
    },
  };
}

function newMemory(): Memory {
  return { version: 1, key: randomBytes(KEY_BYTES).toString('base64'), told: [] };
}

/** A step has a fixed name without a zero octet, so that no two pairs meet. */
function tagOf({ key }: Memory, certificateDer: Uint8Array, step: string | number): string {
  const hmac = createHmac('sha256', Buffer.from(key, 'base64'));
  return hmac.update(`${step}\0`).update(certificateDer).digest().subarray(0, TAG_BYTES).toString('base64');
}

function readMemory(path: string): Memory | undefined {
  try {
    const status = statSync(path);
    if (!status.isFile() || status.size > LARGEST_FILE) return undefined;
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
