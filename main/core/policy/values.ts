import { LIMITS, signatureJwkSchema } from '../../../sdk/protocol/index.js';
import { authorizeOrigin } from '../bridge/origin.js';
import {
  ALL_ORIGINS,
  MOST_ORIGINS,
  policyDefinition,
  type OriginsPolicy,
  type PolicyName,
  type PortsPolicy,
  type RegistriesPolicy,
  type TextPolicy,
} from './definitions.js';
import type { PolicyRegistry } from './policy.js';

export type PolicyValue = boolean | number | string | readonly string[] | readonly number[] | readonly PolicyRegistry[];

/** A value as it counts. Malformed: `value` takes its place, undefined for no value at all; `reason` is for the administrator. */
export type JudgedValue =
  | { readonly status: 'valid'; readonly value: PolicyValue }
  | { readonly status: 'malformed'; readonly value: PolicyValue | undefined; readonly reason: string };

/** Characters of an address. */
const LONGEST_ADDRESS = 2_048;
const PROXY_WORDS: readonly string[] = ['system', 'direct', 'offline'];
const VERSION = /^(?:0|[1-9][0-9]{0,4})(?:\.(?:0|[1-9][0-9]{0,4})){2}$/;
/** Of Unix, of a Windows drive, of a Windows share. */
const ABSOLUTE_PATH = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;
const LONGEST_PATH = 4_096;
const MOST_KEYS = 10;

/** Checks a value by the table of policies, and answers what holds. Never looser than what was given, whatever was meant. */
export function judgePolicyValue(name: PolicyName, unverifiedValue: unknown): JudgedValue {
  const definition = policyDefinition(name);
  const fault = (reason: string): JudgedValue => ({ status: 'malformed', value: definition.careful, reason });
  switch (definition.kind) {
    case 'switch':
      return typeof unverifiedValue === 'boolean' ? valid(unverifiedValue) : fault('not true or false');
    case 'choice':
      return typeof unverifiedValue === 'string' && definition.choices.includes(unverifiedValue)
        ? valid(unverifiedValue)
        : fault(`not one of: ${definition.choices.join(', ')}`);
    case 'number':
      return isWholeNumber(unverifiedValue, definition)
        ? valid(unverifiedValue)
        : fault(`not a whole number from ${definition.least} to ${definition.most}`);
    case 'text': {
      const reason = textFault(unverifiedValue, definition);
      return reason === undefined ? valid(unverifiedValue as string) : fault(reason);
    }
    case 'origins':
      return judgeOrigins(unverifiedValue, definition);
    case 'ports':
      return isPorts(unverifiedValue, definition)
        ? valid(unverifiedValue)
        : fault(`not 1 to ${definition.longest} whole numbers from ${definition.least} to ${definition.most}`);
    case 'registries': {
      const registries = readRegistries(unverifiedValue, definition);
      return registries
        ? valid(registries)
        : fault('not a list of {"file": "/absolute/path", "keys": [public JWK, …]}');
    }
  }
}

function valid(value: PolicyValue): JudgedValue {
  return { status: 'valid', value };
}

function isWholeNumber(
  unverifiedValue: unknown,
  { least, most }: { readonly least: number; readonly most: number },
): unverifiedValue is number {
  return (
    typeof unverifiedValue === 'number' &&
    Number.isInteger(unverifiedValue) &&
    !Object.is(unverifiedValue, -0) &&
    unverifiedValue >= least &&
    unverifiedValue <= most
  );
}

function isPorts(unverifiedValue: unknown, definition: PortsPolicy): unverifiedValue is readonly number[] {
  return (
    Array.isArray(unverifiedValue) &&
    unverifiedValue.length > 0 &&
    unverifiedValue.length <= definition.longest &&
    new Set(unverifiedValue).size === unverifiedValue.length &&
    unverifiedValue.every((port) => isWholeNumber(port, definition))
  );
}

function textFault(unverifiedValue: unknown, { form }: TextPolicy): string | undefined {
  if (typeof unverifiedValue !== 'string' || unverifiedValue.length > LONGEST_ADDRESS)
    return 'not a text of usual length';
  switch (form) {
    case 'version':
      return VERSION.test(unverifiedValue) ? undefined : 'not a version such as 1.2.3';
    case 'address':
      return isAddress(unverifiedValue) ? undefined : 'not an http: or https: address without user and password';
    case 'proxy':
      return PROXY_WORDS.includes(unverifiedValue) || isOriginOnly(unverifiedValue)
        ? undefined
        : `not one of ${PROXY_WORDS.join(', ')} nor http://host:port`;
  }
}

/** With no user and password, which would be in a file that everybody can read. */
const ADDRESS = /^https?:\/\/[^\s/?#@\\]+(?:[/?#][^\s\p{Cc}]*)?$/u;

function isAddress(text: string): boolean {
  return ADDRESS.test(text) && URL.canParse(text);
}

function isOriginOnly(text: string): boolean {
  return isAddress(text) && new URL(text).origin === text;
}

/**
 * An entry that cannot be read leaves a list that permits, which makes it narrower. A list that forbids forbids everything
 * then: which origin was meant is not known.
 */
function judgeOrigins(unverifiedValue: unknown, { takesAll, careful }: OriginsPolicy): JudgedValue {
  if (!Array.isArray(unverifiedValue)) return { status: 'malformed', value: careful, reason: 'not a list of origins' };
  const entries: readonly unknown[] = unverifiedValue;
  if (entries.length > MOST_ORIGINS) {
    return { status: 'malformed', value: careful, reason: `more than ${MOST_ORIGINS} origins` };
  }
  const isValid = (entry: unknown): entry is string => isOrigin(entry) || (takesAll && entry === ALL_ORIGINS);
  const wrong = entries.findIndex((entry) => !isValid(entry));
  if (wrong === -1) return valid(entries as readonly string[]);
  const reason = `entry ${wrong + 1}: ${originFault(entries[wrong])}`;
  return { status: 'malformed', value: takesAll ? careful : entries.filter(isValid), reason };
}

/** Also an origin that only developer mode lets through: without that mode it may not ask at all. */
export function isOrigin(unverifiedValue: unknown): unverifiedValue is string {
  if (typeof unverifiedValue !== 'string' || unverifiedValue.length > LIMITS.originLength) return false;
  try {
    return authorizeOrigin(unverifiedValue, { developerMode: true }) === unverifiedValue;
  } catch {
    return false;
  }
}

function originFault(unverifiedValue: unknown): string {
  if (typeof unverifiedValue !== 'string') return 'not a text';
  if (unverifiedValue.includes('*')) return 'a pattern; only whole origins are compared';
  if (/^https:\/\/[^/]+\//.test(unverifiedValue)) return 'an origin has no path, nor a slash at its end';
  return 'not a serialised origin such as https://service.example';
}

const REGISTRY_MEMBERS: readonly string[] = ['file', 'keys'];

function readRegistries(
  unverifiedValue: unknown,
  { longest }: RegistriesPolicy,
): readonly PolicyRegistry[] | undefined {
  if (!Array.isArray(unverifiedValue) || unverifiedValue.length > longest) return undefined;
  return unverifiedValue.every(isRegistry) ? unverifiedValue : undefined;
}

function isRegistry(unverifiedValue: unknown): unverifiedValue is PolicyRegistry {
  if (typeof unverifiedValue !== 'object' || unverifiedValue === null) return false;
  if (!Object.keys(unverifiedValue).every((name) => REGISTRY_MEMBERS.includes(name))) return false;
  const { file, keys } = unverifiedValue as Readonly<Record<string, unknown>>;
  return (
    typeof file === 'string' &&
    file.length <= LONGEST_PATH &&
    ABSOLUTE_PATH.test(file) &&
    Array.isArray(keys) &&
    keys.length >= 1 &&
    keys.length <= MOST_KEYS &&
    keys.every((key) => signatureJwkSchema.safeParse(key).success)
  );
}
