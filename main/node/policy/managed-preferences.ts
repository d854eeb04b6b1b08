import { spawnSync } from 'node:child_process';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import type { PolicySource } from '../../core/policy/resolve.js';
import { readPolicyFile, type PolicyPlace } from './policy-file.js';

/** Converts a property list in the form that it has on disk to JSON; undefined where it cannot. */
export type PlistToJson = (plist: Uint8Array) => Uint8Array | undefined;

const LONGEST_RUN_MILLISECONDS = 5_000;
const JSON_BOUNDS = { depth: 16, structure: 20_000 };

/**
 * What a configuration profile forces. Read from the file that macOS keeps for it: what `defaults` answers may as well be the
 * person's own. The members that describe the profile are no policies.
 */
export function managedPreferencesSource(place: PolicyPlace, toJson: PlistToJson = plutil): PolicySource {
  const parse = (plist: Uint8Array): unknown => {
    const json = toJson(plist);
    if (json === undefined) throw new Error('not a property list of policies');
    const values = parseStrictJson(json, JSON_BOUNDS);
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
    return Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('Payload')));
  };
  return {
    name: place.path,
    watched: [],
    read: () => [readPolicyFile(place, parse)].filter((reading) => reading !== undefined),
  };
}

/** Of every macOS. Fails for dates and data, which no policy has. */
const plutil: PlistToJson = (plist) => {
  const { status, stdout } = spawnSync('/usr/bin/plutil', ['-convert', 'json', '-o', '-', '--', '-'], {
    input: plist,
    timeout: LONGEST_RUN_MILLISECONDS,
  });
  return status === 0 ? new Uint8Array(stdout) : undefined;
};
