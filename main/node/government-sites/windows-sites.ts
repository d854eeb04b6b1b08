import { join } from 'node:path';
import { z } from 'zod';
import { LIMITS, NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import type { WindowsSites } from '../../core/government-sites/government-sites.js';
import { OwnFile } from './own-file.js';

const LARGEST_FILE = 512 * 1024;

const fileSchema = z.strictObject({
  version: z.literal(1),
  windowsUserAgent: z.array(z.string().min(1).max(LIMITS.originLength)).max(NATIVE_LIMITS.governmentOrigins),
});

/** The sites that are told of Windows, in `government-sites.json` of the state directory. Read at every question. */
export function openWindowsSites(stateDirectory: string): WindowsSites {
  const file = new OwnFile({
    path: join(stateDirectory, 'government-sites.json'),
    largest: LARGEST_FILE,
    secret: false,
  });
  const list = (): readonly string[] => {
    const text = file.read()?.toString('utf8');
    if (text === undefined) return [];
    try {
      return fileSchema.parse(JSON.parse(text)).windowsUserAgent;
    } catch (cause) {
      throw file.failure('is damaged', cause);
    }
  };
  return {
    list,
    set(origin, on) {
      file.change((write) => {
        const others = list().filter((one) => one !== origin);
        const windowsUserAgent = on ? [...others, origin].sort() : others;
        if (windowsUserAgent.length > NATIVE_LIMITS.governmentOrigins) throw file.failure('holds too many sites');
        write(`${JSON.stringify({ version: 1, windowsUserAgent }, null, 2)}\n`);
      });
    },
  };
}
