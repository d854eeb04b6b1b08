import { spawnSync } from 'node:child_process';
import { win32 } from 'node:path';
import { isPolicyName, POLICY_NAMES, policyDefinition, type PolicyName } from '../../core/policy/definitions.js';
import type { PolicyReading, PolicySource } from '../../core/policy/resolve.js';

/** Runs `reg.exe` and answers what it printed, one character for each octet; undefined where it failed. */
export type RunReg = (parameters: readonly string[]) => string | undefined;

/** A value of the registry as `reg.exe query` prints it. */
export interface RegistryValue {
  /** Path below the key that was asked for, with `\`; empty for the key's own values. */
  readonly below: string;
  readonly name: string;
  readonly type: string;
  readonly data: string;
}

export type RegistryHive = 'HKLM' | 'HKCU';

const LONGEST_RUN_MILLISECONDS = 5_000;
const LONGEST_OUTPUT = 4 * 1024 * 1024;
const POLICIES = 'SOFTWARE\\Policies';
const OWN_KEY = 'Madoguchi';
const HIVES: Readonly<Record<RegistryHive, string>> = { HKLM: 'HKEY_LOCAL_MACHINE', HKCU: 'HKEY_CURRENT_USER' };

/**
 * Policies of a hive, where group policy puts them. Both keys are for administrators to write only. `reg.exe` fails alike for
 * a key that is not there and one that may not be read, so the key above is asked, which every Windows has.
 */
export function windowsPolicySource(hive: RegistryHive, run: RunReg = runReg): PolicySource {
  const above = `${hive}\\${POLICIES}`;
  const source = `${above}\\${OWN_KEY}`;
  const unreadable = (reason: string): PolicyReading => ({ status: 'unreadable', source, reason });
  const read = (): readonly PolicyReading[] => {
    const listed = run(['query', above]);
    if (listed === undefined) return [unreadable('the key above cannot be listed')];
    if (!hasOwnKey(listed, hive)) return [];
    const printed = run(['query', source, '/s']);
    if (printed === undefined) return [unreadable('the key cannot be read')];
    const values = parseRegQuery(printed, `${HIVES[hive]}\\${POLICIES}\\${OWN_KEY}`);
    if (values === undefined) return [unreadable('what reg.exe printed is not understood')];
    return [{ status: 'read', source, unverifiedValues: policyValues(values) }];
  };
  return { name: source, watched: [], read };
}

function hasOwnKey(listed: string, hive: RegistryHive): boolean {
  const own = `${HIVES[hive]}\\${POLICIES}\\${OWN_KEY}`.toLowerCase();
  return listed.split(/\r?\n/).some((line) => line.trim().toLowerCase() === own);
}

/** What `reg.exe query KEY /s` printed; undefined where a line is none it can have printed. */
export function parseRegQuery(printed: string, key: string): readonly RegistryValue[] | undefined {
  const values: RegistryValue[] = [];
  let below: string | undefined;
  for (const line of printed.split(/\r?\n/)) {
    if (line.trim() === '' || /^\S.*: \d+/.test(line)) continue;
    if (/^HKEY_/i.test(line)) {
      const path = line.trimEnd();
      if (path.slice(0, key.length).toLowerCase() !== key.toLowerCase()) return undefined;
      below = path.slice(key.length + 1);
      continue;
    }
    const [, name, type, data] = /^ {4}(.*?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/.exec(line) ?? [];
    if (below === undefined || name === undefined || type === undefined) return undefined;
    values.push({ below, name, type, data: data ?? '' });
  }
  return values;
}

/**
 * Values by policy, in the form that JSON has. A list is a key of its own with a value for each entry, one value with several
 * strings, or one string with spaces, commas or semicolons between. Names count in any case, as in Windows. What has none of
 * these forms stays as it is, for nothing to accept.
 */
export function policyValues(values: readonly RegistryValue[]): Readonly<Record<string, unknown>> {
  const read = new Map<string, unknown>();
  for (const value of values) {
    const isInList = value.below !== '';
    const name = knownName(isInList ? value.below : value.name);
    // A key with nothing in it but its default value, which is there for no reason of ours.
    if (!isInList && /^\(.*\)$/.test(value.name)) continue;
    const decoded = isInList ? textOf(value) : decode(name, value);
    const before = read.get(name);
    if (isInList && Array.isArray(before)) before.push(decoded);
    else if (read.has(name)) read.set(name, { saidTwice: true });
    else read.set(name, isInList ? [decoded] : decoded);
  }
  return Object.fromEntries([...read].map(([name, value]) => [name, asPorts(name, value)]));
}

function knownName(name: string): string {
  return POLICY_NAMES.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
}

function decode(name: string, value: RegistryValue): unknown {
  const kind = isPolicyName(name) ? policyDefinition(name).kind : undefined;
  if (value.type === 'REG_DWORD' || value.type === 'REG_QWORD') return decodeNumber(kind, value);
  if (value.type === 'REG_MULTI_SZ') return value.data === '' ? [] : texts(value, /\\0/);
  const text = textOf(value);
  if (typeof text !== 'string') return text;
  if (/^\s*[[{]/.test(text)) return jsonOf(text);
  return kind === 'origins' || kind === 'ports' ? texts(value, /[\s,;]+/) : text;
}

function decodeNumber(kind: PolicyKind | undefined, { data }: RegistryValue): unknown {
  const number = /^0x[0-9a-f]{1,13}$/i.test(data) ? Number(data) : undefined;
  if (kind === 'switch' && (number === 0 || number === 1)) return number === 1;
  if (kind === 'ports') return [number];
  return number ?? { unreadableNumber: true };
}

type PolicyKind = ReturnType<typeof policyDefinition>['kind'];

/** What is not ASCII comes in a code page that is not known; a guess could be another value. */
function textOf({ type, data }: RegistryValue): unknown {
  return type === 'REG_SZ' && /^[\x20-\x7e]*$/.test(data) ? data : { unreadableText: true };
}

function texts({ data }: RegistryValue, separator: RegExp): readonly unknown[] {
  return data
    .split(separator)
    .filter((text) => text !== '')
    .map((text) => textOf({ below: '', name: '', type: 'REG_SZ', data: text }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { unreadableJson: true };
  }
}

/** Lists in the registry are of texts. */
function asPorts(name: string, value: unknown): unknown {
  if (knownName(name) !== ('ports' satisfies PolicyName) || !Array.isArray(value)) return value;
  return value.map((entry: unknown) =>
    typeof entry === 'string' && /^[1-9][0-9]{0,5}$/.test(entry) ? Number(entry) : entry,
  );
}

const runReg: RunReg = (parameters) => {
  const program = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe');
  const { status, stdout } = spawnSync(program, [...parameters], {
    encoding: 'latin1',
    timeout: LONGEST_RUN_MILLISECONDS,
    maxBuffer: LONGEST_OUTPUT,
    windowsHide: true,
  });
  return status === 0 ? stdout : undefined;
};
