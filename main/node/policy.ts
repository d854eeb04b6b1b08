import { closeSync, fstatSync, openSync, readFileSync, statSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { LIMITS, signatureJwkSchema } from '../../sdk/protocol/index.js';
import { authorizeOrigin } from '../core/bridge/origin.js';
import { ClientError } from '../core/errors.js';
import { DEFAULT_POLICY, type Policy } from '../core/policy/policy.js';
import {
  acceptedValues,
  isSettingValue,
  LOCKABLE_SETTINGS,
  type LockableSetting,
  type SettingLocks,
  type SettingValues,
} from '../core/settings/settings.js';

const MAX_POLICY_BYTES = 1024 * 1024;

const registrySchema = z.strictObject({
  /** Absolute path of a compact JWS. */
  file: z.string().max(4_096).refine(isAbsolute, 'not an absolute path'),
  keys: z.array(signatureJwkSchema).min(1).max(10),
});

const originsSchema = z
  .array(z.string().max(LIMITS.originLength).refine(isOrigin, 'not a serialised origin'))
  .max(1_000);

/** What each setting may be is in the table of settings. */
const lockSchemas = Object.fromEntries(
  LOCKABLE_SETTINGS.map((name) => [
    name,
    z.custom((value) => isSettingValue(name, value), `not one of: ${acceptedValues(name)}`).optional(),
  ]),
) as unknown as { readonly [Name in LockableSetting]: z.ZodOptional<z.ZodType<SettingValues[Name]>> };

const policySchema = z.strictObject({
  ...lockSchemas,
  allowedOrigins: originsSchema.optional(),
  unlistedSigning: z.enum(['ask', 'allow', 'refuse']).default(DEFAULT_POLICY.unlistedSigning),
  requesterKeys: z.enum(['allow', 'refuse']).default(DEFAULT_POLICY.requesterKeys),
  rememberedConsent: z.enum(['allow', 'refuse']).default(DEFAULT_POLICY.rememberedConsent),
  signItems: z.int().min(1).max(LIMITS.signItemsMost).default(DEFAULT_POLICY.signItems),
  rawDigestOrigins: originsSchema.default([]),
  registries: z.array(registrySchema).max(10).default([]),
  registryMode: z.enum(['add', 'replace']).default('add'),
});

/** The rules of this PC. Texts of the file are in `docs/service-registry.md`. */
export interface ClientPolicy extends Policy {
  /** Registries besides or, with `replace`, in place of the shipped one. */
  readonly registries: readonly z.infer<typeof registrySchema>[];
  readonly registryMode: 'add' | 'replace';
}

/** The settings that a policy decides. */
export function settingLocks(policy: Policy): SettingLocks {
  return Object.fromEntries(
    LOCKABLE_SETTINGS.flatMap((name) => (policy[name] === undefined ? [] : [[name, policy[name]]])),
  );
}

/** Where there is no policy file. */
export const NO_POLICY_FILE: ClientPolicy = { ...DEFAULT_POLICY, registries: [], registryMode: 'add' };

/** Where a policy file lies, and whose it has to be. */
export interface PolicyPlace {
  readonly path: string;
  /** User number of file and folder; undefined where the system has none (Windows). */
  readonly owner: number | undefined;
}

/** The folder of each system that only administrators can write to. */
export function systemPolicyPlace(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): PolicyPlace {
  switch (platform) {
    case 'win32':
      return {
        path: join(environment['ProgramData'] ?? 'C:\\ProgramData', 'Madoguchi', 'policy.json'),
        owner: undefined,
      };
    case 'darwin':
      return { path: '/Library/Application Support/Madoguchi/policy.json', owner: 0 };
    default:
      return { path: '/etc/madoguchi/policy.json', owner: 0 };
  }
}

/**
 * Reads the administrator's rules. No file: the careful defaults. A file that cannot be read, is not well-formed, or could
 * have been written by somebody else is no file either way: the program must not start without rules that were meant for it.
 * @throws ClientError `ERR_INTERNAL_FILE`, naming file and member
 */
export function loadPolicy(place: PolicyPlace = systemPolicyPlace()): ClientPolicy {
  const text = readPolicyFile(place);
  if (text === undefined) return NO_POLICY_FILE;
  const parsed = policySchema.safeParse(parseJson(place.path, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(`${place.path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, parsed.error);
}

function readPolicyFile({ path, owner }: PolicyPlace): string | undefined {
  const file = openPolicyFile(path);
  if (file === undefined) return undefined;
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > MAX_POLICY_BYTES) throw unusable(`${path}: not a file of usual size`);
    if (owner !== undefined) {
      checkProtection(path, stats, owner);
      // Whoever can write to the folder can put another file in its place.
      checkProtection(dirname(path), statSync(dirname(path)), owner);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof ClientError ? error : systemFailure(path, error);
  } finally {
    closeSync(file);
  }
}

function openPolicyFile(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw systemFailure(path, error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function checkProtection(path: string, { uid, mode }: Stats, owner: number): void {
  if (uid !== owner) throw unusable(`${path}: belongs to user ${uid}, not to ${owner}`);
  if ((mode & 0o022) !== 0) throw unusable(`${path}: others can write to it`);
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw systemFailure(path, error);
  }
}

/** Also an origin that only developer mode lets through: without that mode it may not ask at all. */
function isOrigin(text: string): boolean {
  try {
    return authorizeOrigin(text, { developerMode: true }) === text;
  } catch {
    return false;
  }
}

function systemFailure(path: string, error: unknown): ClientError {
  return unusable(`${path}: ${error instanceof Error ? error.message : 'unreadable'}`, error);
}

function unusable(reason: string, cause?: unknown): ClientError {
  const message = "the administrator's policy cannot be used";
  return new ClientError('ERR_INTERNAL_FILE', message, { details: { reason }, cause });
}
