import { LIMITS } from '../../../sdk/protocol/index.js';
import { SETTING_DEFINITIONS, type LockableSetting } from '../settings/settings.js';

/** How policies are grouped wherever administrators see them. */
export const POLICY_CATEGORIES = ['sites', 'signing', 'settings', 'network', 'updates'] as const;
export type PolicyCategory = (typeof POLICY_CATEGORIES)[number];

/** What every policy has, whatever its values are. */
export interface PolicyFacts {
  readonly category: PolicyCategory;
  /** Release that knew it first. */
  readonly since: string;
  /**
   * `rule`: holds for everybody. `locks`: decides a setting, which the person cannot change then. `default`: holds where
   * the person says nothing else.
   */
  readonly mode: 'rule' | 'locks' | 'default';
  /** With `locks`: which one. */
  readonly setting?: LockableSetting;
  /** A change takes effect when the program starts again. */
  readonly needsRestart?: true;
  /**
   * A malformed value makes the whole policy unusable, because nothing that could be put in its place is sure to loosen
   * nothing. Elsewhere `careful` takes the place of a malformed value: it is never looser than any value there is.
   */
  readonly stops?: true;
}

export interface SwitchPolicy extends PolicyFacts {
  readonly kind: 'switch';
  readonly default?: boolean | undefined;
  readonly careful: boolean;
}

export interface ChoicePolicy extends PolicyFacts {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default?: string | undefined;
  readonly careful: string;
}

/** A whole number within bounds that both belong to it. */
export interface NumberPolicy extends PolicyFacts {
  readonly kind: 'number';
  readonly least: number;
  readonly most: number;
  readonly default?: number | undefined;
  readonly careful: number;
}

/** `address`: of a web service. `version`: three numbers. `proxy`: a word or an address. */
export interface TextPolicy extends PolicyFacts {
  readonly kind: 'text';
  readonly form: 'address' | 'version' | 'proxy';
  readonly default?: undefined;
  readonly careful: string | undefined;
}

/** Serialised origins, each to the letter; no patterns. */
export interface OriginsPolicy extends PolicyFacts {
  readonly kind: 'origins';
  /** Whether `*` may stand for every origin. */
  readonly takesAll: boolean;
  readonly default?: readonly string[];
  readonly careful: readonly string[];
}

export interface PortsPolicy extends PolicyFacts {
  readonly kind: 'ports';
  readonly least: number;
  readonly most: number;
  readonly longest: number;
  readonly default?: undefined;
  readonly careful: undefined;
}

export interface RegistriesPolicy extends PolicyFacts {
  readonly kind: 'registries';
  readonly longest: number;
  readonly default: readonly never[];
  readonly careful: readonly never[];
  readonly stops: true;
}

/** What a policy may be. Plain data: reader, locks, `policy show`, administrators' templates and documents follow from it. */
export type PolicyDefinition =
  SwitchPolicy | ChoicePolicy | NumberPolicy | TextPolicy | OriginsPolicy | PortsPolicy | RegistriesPolicy;

/** Entries of a list of origins. */
export const MOST_ORIGINS = 1_000;
/** In a list that takes it: every origin there is. */
export const ALL_ORIGINS = '*';

const FIRST = { since: '0.1.0' } as const;

/** Every policy, by the name it has in every source. */
export const POLICY_DEFINITIONS = {
  allowedOrigins: { ...FIRST, kind: 'origins', category: 'sites', mode: 'rule', takesAll: false, careful: [] },
  blockedOrigins: {
    ...FIRST,
    kind: 'origins',
    category: 'sites',
    mode: 'rule',
    takesAll: true,
    default: [],
    careful: [ALL_ORIGINS],
  },
  registries: {
    ...FIRST,
    kind: 'registries',
    category: 'sites',
    mode: 'rule',
    longest: 10,
    default: [],
    careful: [],
    stops: true,
    needsRestart: true,
  },
  registryMode: {
    ...choice(['add', 'replace'], { standard: 'add', careful: 'replace' }),
    category: 'sites',
    stops: true,
    needsRestart: true,
  },
  rememberedConsent: {
    ...choice(['allow', 'refuse'], { standard: 'allow', careful: 'refuse' }),
    category: 'sites',
  },
  extensionForced: {
    ...FIRST,
    kind: 'switch',
    category: 'sites',
    mode: 'locks',
    setting: 'extension',
    default: false,
    careful: false,
  },
  governmentSites: { ...SETTING_DEFINITIONS.governmentSites, ...lock('governmentSites'), category: 'sites' },
  governmentOrigins: {
    ...FIRST,
    kind: 'origins',
    category: 'sites',
    mode: 'rule',
    takesAll: false,
    default: [],
    careful: [],
  },
  governmentSha1: {
    ...choice(['refuse', 'allow'], { standard: 'refuse', careful: 'refuse' }),
    category: 'sites',
  },
  unlistedSigning: {
    ...choice(['ask', 'allow', 'refuse'], { standard: 'ask', careful: 'refuse' }),
    category: 'signing',
  },
  requesterKeys: {
    ...choice(['allow', 'refuse'], { standard: 'refuse', careful: 'refuse' }),
    category: 'signing',
  },
  requireEncryption: {
    ...FIRST,
    kind: 'switch',
    category: 'signing',
    mode: 'rule',
    default: false,
    careful: true,
  },
  signItems: {
    ...FIRST,
    kind: 'number',
    category: 'signing',
    mode: 'rule',
    least: 1,
    most: LIMITS.signItemsMost,
    default: LIMITS.signItems,
    careful: 1,
  },
  rawDigestOrigins: {
    ...FIRST,
    kind: 'origins',
    category: 'signing',
    mode: 'rule',
    takesAll: false,
    default: [],
    careful: [],
  },
  timeStampAuthority: {
    ...FIRST,
    kind: 'text',
    category: 'signing',
    mode: 'default',
    form: 'address',
    careful: undefined,
  },
  language: { ...SETTING_DEFINITIONS.language, ...lock('language'), category: 'settings' },
  startWithSystem: { ...SETTING_DEFINITIONS.startWithSystem, ...lock('startWithSystem'), category: 'settings' },
  historyDays: { ...SETTING_DEFINITIONS.historyDays, ...lock('historyDays'), category: 'settings' },
  keypadShuffle: { ...SETTING_DEFINITIONS.keypadShuffle, ...lock('keypadShuffle'), category: 'settings' },
  developerMode: { ...SETTING_DEFINITIONS.developerMode, ...lock('developerMode'), category: 'settings' },
  phoneReader: { ...SETTING_DEFINITIONS.phoneReader, ...lock('phoneReader'), category: 'settings' },
  diagnosisExport: {
    ...choice(['allow', 'refuse'], { standard: 'allow', careful: 'refuse' }),
    category: 'settings',
  },
  ports: {
    ...FIRST,
    kind: 'ports',
    category: 'network',
    mode: 'rule',
    least: 1_024,
    most: 65_535,
    longest: 8,
    careful: undefined,
    needsRestart: true,
  },
  proxy: {
    ...FIRST,
    kind: 'text',
    category: 'network',
    mode: 'rule',
    form: 'proxy',
    careful: 'offline',
  },
  update: { ...SETTING_DEFINITIONS.update, ...lock('update'), category: 'updates' },
  updateChannel: {
    ...FIRST,
    kind: 'choice',
    choices: ['stable', 'preview'],
    careful: 'stable',
    category: 'updates',
    mode: 'rule',
  },
  minimumVersion: {
    ...FIRST,
    kind: 'text',
    category: 'updates',
    mode: 'rule',
    form: 'version',
    // No release reaches it: a version that was demanded and cannot be read is none that is known to be there.
    careful: '65535.65535.65535',
    needsRestart: true,
  },
} as const satisfies Readonly<Record<string, PolicyDefinition>>;

export type PolicyName = keyof typeof POLICY_DEFINITIONS;

/** In the order in which they are shown. */
export const POLICY_NAMES = Object.keys(POLICY_DEFINITIONS) as PolicyName[];

export function isPolicyName(text: string): text is PolicyName {
  return Object.hasOwn(POLICY_DEFINITIONS, text);
}

export function policyDefinition(name: PolicyName): PolicyDefinition {
  return POLICY_DEFINITIONS[name];
}

function choice<const Choice extends string>(
  choices: readonly Choice[],
  { standard, careful }: { readonly standard: Choice; readonly careful: Choice },
) {
  return { ...FIRST, kind: 'choice', mode: 'rule', choices, default: standard, careful } as const;
}

/** What a setting may be is in the table of settings. No default: without a lock the person decides. */
function lock<Name extends LockableSetting>(setting: Name) {
  return { ...FIRST, mode: 'locks', setting, default: undefined } as const;
}
