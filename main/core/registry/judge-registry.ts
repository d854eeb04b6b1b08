import {
  LIMITS,
  registryClaimsSchema,
  registryHeaderSchema,
  type RegistryClaims,
  type RegistryService,
  type SignatureJwk,
} from '../../../sdk/protocol/index.js';
import { verifyCompactJws } from '../bridge/compact-jws.js';
import { authorizeOrigin } from '../bridge/origin.js';
import { parseStrictJson } from '../bridge/strict-json.js';
import { ClientError } from '../errors.js';
import type { Clock, JoseCrypto } from '../ports.js';

/** Characters of a registry's JWS; the most services and verifiers that a registry can have, each of a usual size. */
export const MAX_REGISTRY_LENGTH = 8 * 1024 * 1024;
const REGISTRY_BOUNDS = { depth: LIMITS.jsonDepth, structure: 500_000 };

/** Why a registry is not taken. */
export type RegistryFault =
  /** There is no such file, or it cannot be read. */
  | 'unreadable'
  /** Another type or algorithm, no trusted key, or a signature that does not hold. */
  | 'signature'
  /** Signed, and not what a registry is. */
  | 'content'
  /** Older than one that was in force before, or another one of the same version. */
  | 'rollback'
  | 'not-yet-valid'
  | 'expired';

/** Whose registries are taken. */
export interface RegistryTrust {
  readonly keys: readonly SignatureJwk[];
  /** `http:` origins on this PC may be listed too: a developer's own registry. */
  readonly loopbackOrigins: boolean;
}

export type JudgedRegistry =
  | { readonly claims: RegistryClaims }
  /** `reason`: for whoever signed the registry; names members, never their values. */
  | { readonly fault: RegistryFault; readonly reason: string };

export interface RegistryEnvironment {
  readonly jose: JoseCrypto;
  readonly clock: Clock;
}

/**
 * What a registry says, if it is one: type, algorithm and signature under a trusted key, strict JSON, dates, exact origins,
 * each listed once. Whether an older one may follow a newer is decided by whoever knows the newer.
 */
export async function judgeRegistry(
  { jose, clock }: RegistryEnvironment,
  unverifiedJws: string,
  { keys, loopbackOrigins }: RegistryTrust,
): Promise<JudgedRegistry> {
  const expectation = { header: registryHeaderSchema, keys, maxLength: MAX_REGISTRY_LENGTH };
  const payload = await verifyCompactJws(jose, unverifiedJws, expectation);
  if (!payload) return { fault: 'signature', reason: 'not signed by a trusted key' };
  const read = readClaims(payload);
  if ('fault' in read) return read;
  const { claims } = read;
  const complaint = contentFault(claims, loopbackOrigins);
  if (complaint !== undefined) return { fault: 'content', reason: complaint };
  return dateFault(claims, clock.now()) ?? read;
}

/** Whether a registry's time is over. */
export function isExpired({ exp }: RegistryClaims, date: Date): boolean {
  return exp * 1_000 <= date.getTime();
}

function dateFault(claims: RegistryClaims, date: Date): JudgedRegistry | undefined {
  if (isExpired(claims, date)) return { fault: 'expired', reason: 'exp' };
  if ((claims.iat - LIMITS.clockSkewSeconds) * 1_000 > date.getTime()) return { fault: 'not-yet-valid', reason: 'iat' };
  return undefined;
}

function readClaims(payload: Uint8Array): JudgedRegistry {
  try {
    const parsed = registryClaimsSchema.safeParse(parseStrictJson(payload, REGISTRY_BOUNDS));
    if (parsed.success) return { claims: parsed.data };
    const [issue] = parsed.error.issues;
    return { fault: 'content', reason: `${issue?.path.join('.') ?? ''}: ${issue?.code ?? ''}` };
  } catch (thrown) {
    if (thrown instanceof ClientError) return { fault: 'content', reason: 'not strict JSON' };
    throw thrown;
  }
}

/** What no schema says. */
function contentFault({ iat, exp, services, verifiers }: RegistryClaims, loopbackOrigins: boolean): string | undefined {
  if (exp <= iat) return 'exp: not after iat';
  const badOrigin = services.findIndex((service) => !service.origins.every((one) => isListable(one, loopbackOrigins)));
  if (badOrigin !== -1) return `services.${badOrigin}.origins: not a serialised https origin`;
  return (
    repeated(
      'services',
      services.map(({ id }) => [id]),
    ) ??
    repeated(
      'verifiers',
      verifiers.map(({ id }) => [id]),
    ) ??
    repeated(
      'services.origins',
      services.map(({ origins }) => origins),
    ) ??
    repeatedKey('services', services) ??
    repeatedKey('verifiers', verifiers)
  );
}

function isListable(origin: string, loopbackOrigins: boolean): boolean {
  try {
    return authorizeOrigin(origin, { developerMode: loopbackOrigins }) === origin;
  } catch {
    return false;
  }
}

/** A value that is there twice, wherever it is. */
function repeated(where: string, lists: readonly (readonly string[])[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, list] of lists.entries()) {
    for (const value of list) {
      if (seen.has(value)) return `${where}: entry ${index} repeats an earlier one`;
      seen.add(value);
    }
  }
  return undefined;
}

function repeatedKey(
  where: string,
  entries: readonly { readonly keys: RegistryService['keys'] }[],
): string | undefined {
  const index = entries.findIndex(({ keys }) => repeated('', [keys.map(({ kid }) => kid)]) !== undefined);
  return index === -1 ? undefined : `${where}.${index}.keys: two keys have one kid`;
}
