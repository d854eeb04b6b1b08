import type { LockableSetting, SettingsAdministrator } from '../settings/settings.js';
import { isPolicyName, POLICY_NAMES, policyDefinition, type PolicyName } from './definitions.js';
import { NO_POLICY, settingLocks, type ClientPolicy } from './policy.js';
import { judgePolicyValue, type PolicyValue } from './values.js';

/** What was found at one place: values by name, not looked at, or something that is there and cannot be read. */
export type PolicyReading =
  | { readonly status: 'read'; readonly source: string; readonly unverifiedValues: unknown }
  | { readonly status: 'unreadable'; readonly source: string; readonly reason: string };

/** A place, or a family of them, that an administrator can put policies at. */
export interface PolicySource {
  /** For people. */
  readonly name: string;
  /** Folders in which a change of it shows. */
  readonly watched: readonly string[];
  /** As it is now, what counts most last. Empty: nothing is there, which is known for sure. Never throws. */
  read(): readonly PolicyReading[];
}

/**
 * What is wrong with a policy. `unreadable`: nothing of the source is known. `unknown`: a name of no policy, which may be a
 * misspelt one. `malformed`: a value that the policy does not take.
 */
export interface PolicyProblem {
  readonly kind: 'unreadable' | 'unknown' | 'malformed';
  readonly source: string;
  /** With `unknown` and `malformed`; with `unknown` foreign text. */
  readonly name?: string;
  readonly reason: string;
  /** Whether the policy cannot be used with it: the program does not start, and one that runs goes by what it knew. */
  readonly stops: boolean;
}

/** A policy that somebody set. */
export interface PolicyEntry {
  readonly name: PolicyName;
  readonly value: PolicyValue | undefined;
  readonly source: string;
  /** What was set cannot be read; `value` is what holds in its place. */
  readonly malformed?: true;
}

export interface ResolvedPolicy {
  readonly policy: ClientPolicy;
  /** In the order of the table. */
  readonly entries: readonly PolicyEntry[];
  readonly problems: readonly PolicyProblem[];
}

/** Characters of a foreign name that are shown. */
const LONGEST_NAME = 64;

/** The rules that follow from all readings. Each policy comes from the last reading that has it, malformed or not. */
export function resolvePolicy(readings: readonly PolicyReading[]): ResolvedPolicy {
  const found = new Map<PolicyName, PolicyEntry>();
  const problems: PolicyProblem[] = [];
  for (const reading of readings) {
    const { entries, problems: own } = judgeReading(reading);
    for (const entry of entries) found.set(entry.name, entry);
    problems.push(...own);
  }
  const entries = POLICY_NAMES.flatMap((name) => found.get(name) ?? []);
  const values = Object.fromEntries(
    entries.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  ) as Partial<ClientPolicy>;
  return { policy: { ...NO_POLICY, ...values }, entries, problems };
}

function judgeReading(reading: PolicyReading): Pick<ResolvedPolicy, 'entries' | 'problems'> {
  const { source } = reading;
  if (reading.status === 'unreadable') {
    return { entries: [], problems: [{ kind: 'unreadable', source, reason: reading.reason, stops: true }] };
  }
  const { unverifiedValues } = reading;
  if (typeof unverifiedValues !== 'object' || unverifiedValues === null || Array.isArray(unverifiedValues)) {
    const reason = 'not an object of policies';
    return { entries: [], problems: [{ kind: 'unreadable', source, reason, stops: true }] };
  }
  const entries: PolicyEntry[] = [];
  const problems: PolicyProblem[] = [];
  for (const [name, unverifiedValue] of Object.entries(unverifiedValues)) {
    if (!isPolicyName(name)) {
      const reason = 'no such policy';
      problems.push({ kind: 'unknown', source, name: name.slice(0, LONGEST_NAME), reason, stops: true });
      continue;
    }
    const judged = judgePolicyValue(name, unverifiedValue);
    const { value } = judged;
    if (judged.status === 'valid') {
      entries.push({ name, value, source });
      continue;
    }
    entries.push({ name, value, source, malformed: true });
    const stops = policyDefinition(name).stops === true;
    problems.push({ kind: 'malformed', source, name, reason: judged.reason, stops });
  }
  return { entries, problems };
}

/** The administrator's part of the settings. `from` is what is said where a policy comes from nowhere in particular. */
export function settingsAdministrator({ policy, entries }: ResolvedPolicy, from: string): SettingsAdministrator {
  const decided = entries.flatMap((entry) => {
    const { setting } = policyDefinition(entry.name);
    return setting === undefined ? [] : [{ ...entry, setting }];
  });
  const sources: Partial<Record<LockableSetting, string>> = Object.fromEntries(
    decided.map(({ setting, source }) => [setting, source]),
  );
  const unreadable = decided.flatMap(({ setting, malformed }) => (malformed ? [setting] : []));
  return { from, locks: settingLocks(policy), sources, unreadable };
}
