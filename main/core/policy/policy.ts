import type { SignatureJwk } from '../../../sdk/protocol/index.js';
import type { LockableSetting, SettingLocks } from '../settings/settings.js';
import { ClientError } from '../errors.js';
import { POLICY_DEFINITIONS, POLICY_NAMES, policyDefinition, type PolicyDefinition } from './definitions.js';

/**
 * Rules an administrator may set. Every default is the careful one. Settings that are not there are the person's. What each
 * may be, and what takes the place of what cannot be read, is in `POLICY_DEFINITIONS`.
 */
export interface Policy extends Omit<SettingLocks, 'extension'> {
  /** Serialised origins that may ask at all. It only narrows. Undefined: every origin the other rules let through. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Serialised origins that may never ask, also where they are allowed; `ALL_ORIGINS` among them: none may. */
  readonly blockedOrigins: readonly string[];
  /** Whether an origin that no registry lists may ask for the signing certificate: after a question of its own, freely, never. */
  readonly unlistedSigning: 'ask' | 'allow' | 'refuse';
  /** Whether results may be encrypted to a key that the site brings along. */
  readonly requesterKeys: 'allow' | 'refuse';
  /** Whether a page gets results only encrypted to a verifier of the registry. */
  readonly requireEncryption: boolean;
  /** Whether a person may have the explanation for a site shortened. */
  readonly rememberedConsent: 'allow' | 'refuse';
  /** Items of one request of a page, 1 to `LIMITS.signItemsMost`. */
  readonly signItems: number;
  /** Serialised origins that may have bare digests signed, beside those whose registry entry says so. */
  readonly rawDigestOrigins: readonly string[];
  /** Serialised `https:` origins that may speak the government sites' page protocol, besides those under `go.jp`. */
  readonly governmentOrigins: readonly string[];
  /** Whether those sites may have SHA-1 digests signed. */
  readonly governmentSha1: 'refuse' | 'allow';
  /** Whether browsers are told where to find this program, whatever the person would have. */
  readonly extensionForced: boolean;
  /** Whether the report of a diagnosis may be written to a file. */
  readonly diagnosisExport: 'allow' | 'refuse';
  /** Address of the authority whose time stamps are got where the person names none. */
  readonly timeStampAuthority?: string | undefined;
  /** Loopback ports to listen on, in order. Undefined: `BRIDGE_PORTS`. */
  readonly ports?: readonly number[] | undefined;
  /** Which releases are looked for. Undefined: `stable`. */
  readonly updateChannel?: 'stable' | 'preview' | undefined;
  /** Below this version the program does nothing but tell about itself. */
  readonly minimumVersion?: string | undefined;
  /** How the network is reached: `system`, `direct`, `offline`, or the address of a proxy. Undefined: `system`. */
  readonly proxy?: string | undefined;
}

/** A registry of the administrator's. */
export interface PolicyRegistry {
  /** Absolute path of a compact JWS. */
  readonly file: string;
  readonly keys: readonly SignatureJwk[];
}

/** The rules of this PC, with what is for adapters alone. */
export interface ClientPolicy extends Policy {
  /** Registries besides or, with `replace`, in place of the shipped one. */
  readonly registries: readonly PolicyRegistry[];
  readonly registryMode: 'add' | 'replace';
}

/** A name that only the type above has, or only the table, does not compile. */
const DEFINITIONS: Readonly<Record<keyof ClientPolicy, PolicyDefinition>> = POLICY_DEFINITIONS;

/** Where nobody set any policy. */
export const NO_POLICY: ClientPolicy = Object.fromEntries(
  (POLICY_NAMES satisfies readonly (keyof ClientPolicy)[]).flatMap((name) => {
    const { default: standard } = DEFINITIONS[name];
    return standard === undefined ? [] : [[name, standard]];
  }),
) as unknown as ClientPolicy;

/** The same without what is for adapters alone. */
export const DEFAULT_POLICY: Policy = Object.fromEntries(
  Object.entries(NO_POLICY).filter(([name]) => name !== 'registries' && name !== 'registryMode'),
) as unknown as Policy;

/** The settings that a policy decides. */
export function settingLocks(policy: Policy): SettingLocks {
  const values = policy as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    POLICY_NAMES.flatMap((name): [LockableSetting, unknown][] => {
      const definition = policyDefinition(name);
      const value = values[name];
      if (definition.setting === undefined || value === undefined) return [];
      // What is not forced is the person's.
      return name === 'extensionForced' && value === false ? [] : [[definition.setting, value]];
    }),
  );
}

/** @throws ClientError `ERR_POLICY_OPERATION`, `rule` `diagnosis-export` */
export function requireDiagnosisExport({ diagnosisExport }: Pick<Policy, 'diagnosisExport'>): void {
  if (diagnosisExport === 'allow') return;
  const details = { rule: 'diagnosis-export' };
  throw new ClientError('ERR_POLICY_OPERATION', 'the administrator forbids reports of the diagnosis', { details });
}

/** Whether `policy` lets this client take requests from http: pages of this PC. */
export function allowsDeveloperMode({ developerMode }: Pick<Policy, 'developerMode'>): boolean {
  return developerMode !== false;
}
