import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import { LIMITS } from '../../../sdk/protocol/index.js';
import type { PolicyReading, PolicySource } from '../../core/policy/resolve.js';

const MAX_POLICY_BYTES = 1024 * 1024;
const JSON_BOUNDS = { depth: LIMITS.jsonDepth, structure: 20_000 };
const MOST_FILES = 100;

/** Where policies lie, and whose they have to be. */
export interface PolicyPlace {
  readonly path: string;
  /** User number of files and folders; undefined where the system has none (Windows). */
  readonly owner: number | undefined;
}

/** One file of JSON. */
export function policyFileSource(place: PolicyPlace): PolicySource {
  return {
    name: place.path,
    watched: [dirname(place.path)],
    read: () => [readPolicyFile(place)].filter((reading) => reading !== undefined),
  };
}

/**
 * Files of JSON in a folder, `*.json`, by name; what a later one says counts. Hidden files and others are not looked at, as
 * editors leave them behind.
 */
export function policyFolderSource({ path, owner }: PolicyPlace): PolicySource {
  const readAll = (): readonly PolicyReading[] => {
    if (owner !== undefined) {
      checkProtection(path, statSync(path), owner);
      checkFoldersAbove(path, owner);
    }
    const names = readdirSync(path).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
    if (names.length > MOST_FILES) throw new Error(`${path}: more than ${MOST_FILES} files`);
    return names.sort().flatMap((name) => readPolicyFile({ path: join(path, name), owner }) ?? []);
  };
  const read = (): readonly PolicyReading[] => {
    try {
      return readAll();
    } catch (error) {
      return isMissing(path, error) ? [] : [unreadable(path, error)];
    }
  };
  return { name: path, watched: [path], read };
}

/** Undefined: there is no such file. */
export function readPolicyFile(
  { path, owner }: PolicyPlace,
  parse: (bytes: Uint8Array) => unknown = (bytes) => parseStrictJson(bytes, JSON_BOUNDS),
): PolicyReading | undefined {
  try {
    return { status: 'read', source: path, unverifiedValues: parse(readProtected({ path, owner })) };
  } catch (error) {
    return isMissing(path, error) ? undefined : unreadable(path, error);
  }
}

function readProtected({ path, owner }: PolicyPlace): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > MAX_POLICY_BYTES) throw new Error('not a file of usual size');
    if (owner !== undefined) {
      checkProtection(path, stats, owner);
      // Whoever can write to the folder can put another file in its place.
      checkProtection(dirname(path), statSync(dirname(path)), owner);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function checkProtection(path: string, { uid, mode }: Stats, owner: number): void {
  if (uid !== owner) throw new Error(`${path}: belongs to user ${uid}, not to ${owner}`);
  if ((mode & 0o022) !== 0) throw new Error(`${path}: others can write to it`);
}

/** Whoever can rename a folder above can put another in its place; where only owners can rename (sticky), they cannot. */
function checkFoldersAbove(path: string, owner: number): void {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { uid, mode } = statSync(folder);
    const isProtected = (uid === owner || uid === 0) && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0);
    if (!isProtected) throw new Error(`${folder}: others can rename what is in it`);
    if (folder === dirname(folder)) return;
  }
}

/** Whether nothing is there. A link that leads nowhere, such as to a disk that is not mounted yet, is something. */
function isMissing(path: string, error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT' && !leadsNowhere(path);
}

/** Whether the first of a path and its folders that is there is such a link. */
function leadsNowhere(path: string): boolean {
  try {
    for (let place = path; ; place = dirname(place)) {
      const isThere = lstatSync(place, { throwIfNoEntry: false }) !== undefined;
      if (isThere) return statSync(place, { throwIfNoEntry: false }) === undefined;
      if (place === dirname(place)) return false;
    }
  } catch {
    return true;
  }
}

function unreadable(path: string, error: unknown): PolicyReading {
  return { status: 'unreadable', source: path, reason: error instanceof Error ? error.message : 'unreadable' };
}
