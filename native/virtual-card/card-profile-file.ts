import { closeSync, openSync, readSync } from 'node:fs';
import { CardProfileError, decodeProfileFields } from './card-profile-document.js';
import { CARD_PROFILE_NAMES, CARD_PROFILES, isCardProfileName } from './card-profiles.js';
import type { CardProfile } from './card-profile.js';

/** A profile file's own words for what it is. */
const FORMAT = 'madoguchi-card-profile';
const VERSION = 1;

/** Bytes; no profile needs a tenth of it. */
const LARGEST_FILE = 64 * 1024;

/**
 * The profile of that name or, where `nameOrPath` ends in `.json`, the one in that file.
 * @throws CardProfileError where there is none, or the file is not one; the message says what is wrong with it
 */
export function loadCardProfile(nameOrPath: string): CardProfile {
  if (isCardProfileName(nameOrPath)) return CARD_PROFILES[nameOrPath];
  if (!nameOrPath.toLowerCase().endsWith('.json')) {
    throw new CardProfileError(`no such profile; there are ${CARD_PROFILE_NAMES.join(', ')}, or name a .json file`);
  }
  return decodeCardProfile(readProfileFile(nameOrPath));
}

/** @throws CardProfileError unless `json` is a profile as docs/virtual-card.md describes it. */
function decodeCardProfile(json: string): CardProfile {
  const { format, version, base, ...fields } = parseObject(json);
  if (format !== FORMAT || version !== VERSION) {
    throw new CardProfileError(`format is not "${FORMAT}", or version is not ${VERSION}`);
  }
  if (typeof base !== 'string' || !isCardProfileName(base)) {
    throw new CardProfileError(`base is not one of ${CARD_PROFILE_NAMES.join(', ')}`);
  }
  return decodeProfileFields(fields, CARD_PROFILES[base]);
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new CardProfileError('not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CardProfileError('not an object');
  return value as Readonly<Record<string, unknown>>;
}

/** Reads no more than it takes to know that the file is too large, whatever the path leads to. */
function readProfileFile(path: string): string {
  const buffer = Buffer.alloc(LARGEST_FILE + 1);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    try {
      for (let count = -1; count !== 0 && length < buffer.length; length += count) {
        count = readSync(file, buffer, length, buffer.length - length, null);
      }
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new CardProfileError('the file cannot be read', { cause });
  }
  if (length > LARGEST_FILE) throw new CardProfileError(`the file is larger than ${LARGEST_FILE} bytes`);
  return buffer.toString('utf8', 0, length);
}
