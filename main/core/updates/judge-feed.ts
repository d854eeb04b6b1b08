import {
  LIMITS,
  updateFeedClaimsSchema,
  updateFeedHeaderSchema,
  type SignatureJwk,
  type UpdateFeedClaims,
} from '../../../sdk/protocol/index.js';
import { verifyCompactJws } from '../bridge/compact-jws.js';
import { parseStrictJson } from '../bridge/strict-json.js';
import { ClientError } from '../errors.js';
import type { Clock, JoseCrypto } from '../ports.js';

/** Characters of a feed's JWS: every release and package it may have, each of a usual size. */
export const MAX_FEED_LENGTH = 512 * 1024;
const FEED_BOUNDS = { depth: LIMITS.jsonDepth, structure: 20_000 };
/** The longest that a feed may claim to hold: whoever keeps newer ones away gains no more time than this. */
const LONGEST_VALIDITY_SECONDS = 90 * 86_400;

/** Why a feed is not taken. */
export type FeedFault =
  /** Another type or algorithm, no trusted key, too long, or a signature that does not hold. */
  | 'signature'
  /** Signed, and not what a feed is. */
  | 'content'
  /** Older than one that was accepted before, or another one of the same edition. */
  | 'rollback'
  | 'not-yet-valid'
  | 'expired';

export type JudgedFeed =
  | { readonly claims: UpdateFeedClaims }
  /** `reason`: for whoever signed it; names members, never their values. */
  | { readonly fault: FeedFault; readonly reason: string };

/** The newest feed that was ever accepted here. */
export interface SeenFeed {
  readonly edition: number;
  /** Compact JWS. */
  readonly jws: string;
}

export interface FeedEnvironment {
  readonly jose: JoseCrypto;
  readonly clock: Pick<Clock, 'now'>;
  readonly keys: readonly SignatureJwk[];
}

/** What a feed says, if it is one: type, algorithm, signature under a trusted key, strict JSON, form, dates, no rollback. */
export async function judgeFeed(
  environment: FeedEnvironment,
  unverifiedJws: string,
  seen: SeenFeed | undefined,
): Promise<JudgedFeed> {
  const expectation = { header: updateFeedHeaderSchema, keys: environment.keys, maxLength: MAX_FEED_LENGTH };
  const payload = await verifyCompactJws(environment.jose, unverifiedJws, expectation);
  if (!payload) return { fault: 'signature', reason: 'not signed by a trusted key' };
  const read = readClaims(payload);
  if ('fault' in read) return read;
  if (seen && isRollback(read.claims, unverifiedJws, seen)) {
    return { fault: 'rollback', reason: 'edition: not higher than before' };
  }
  return dateFault(read.claims, environment.clock.now()) ?? read;
}

/**
 * What is still known of the feed that was accepted last. Undefined where nothing of it counts: a key that is trusted no more
 * must not be able to keep all later feeds out by a high edition.
 */
export async function recallFeed(environment: FeedEnvironment, seen: SeenFeed): Promise<SeenFeed | undefined> {
  const judged = await judgeFeed(environment, seen.jws, undefined);
  const isGenuine =
    'fault' in judged
      ? judged.fault === 'expired' || judged.fault === 'not-yet-valid'
      : judged.claims.edition === seen.edition;
  return isGenuine ? seen : undefined;
}

function isRollback({ edition }: UpdateFeedClaims, jws: string, seen: SeenFeed): boolean {
  return edition < seen.edition || (edition === seen.edition && signedPart(jws) !== signedPart(seen.jws));
}

/** Two signatures under one payload are the same edition. */
const signedPart = (jws: string): string => jws.split('.')[1] ?? '';

function readClaims(payload: Uint8Array): JudgedFeed {
  try {
    const parsed = updateFeedClaimsSchema.safeParse(parseStrictJson(payload, FEED_BOUNDS));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { fault: 'content', reason: `${issue?.path.join('.') ?? ''}: ${issue?.code ?? ''}` };
    }
    const { iat, exp } = parsed.data;
    if (exp <= iat) return { fault: 'content', reason: 'exp: not after iat' };
    if (exp - iat > LONGEST_VALIDITY_SECONDS) return { fault: 'content', reason: 'exp: too far away' };
    return { claims: parsed.data };
  } catch (thrown) {
    if (thrown instanceof ClientError) return { fault: 'content', reason: 'not strict JSON' };
    throw thrown;
  }
}

function dateFault({ iat, exp }: UpdateFeedClaims, date: Date): JudgedFeed | undefined {
  if (exp * 1_000 <= date.getTime()) return { fault: 'expired', reason: 'exp' };
  if ((iat - LIMITS.clockSkewSeconds) * 1_000 > date.getTime()) return { fault: 'not-yet-valid', reason: 'iat' };
  return undefined;
}
