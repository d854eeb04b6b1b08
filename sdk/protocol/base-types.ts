import { z } from 'zod';
import { LIMITS } from './limits.js';

/** Padded base64 of RFC 4648 §4, without line breaks. */
export const base64Schema = z.base64();

/**
 * A challenge nonce: at least 256 random bits chosen by the web service, in base64. Its characters, not the bytes they
 * decode to, are hashed (Web eID, token format).
 */
export const challengeNonceSchema = z
  .string()
  .min(LIMITS.challengeNonceMin)
  .max(LIMITS.challengeNonceMax)
  .regex(/^[A-Za-z0-9+/_=-]+$/, 'not base64');

/** Names what is open at the bridge, a session or an upload: 256 random bits, base64url without padding. */
export const handleSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Name of a service or verifier in the registry: DNS-like, lower case. */
export const identifierSchema = z
  .string()
  .max(LIMITS.identifierLength)
  .regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/);

/** Chosen by the service for one redirect; base64url without padding, at least 128 random bits. */
export const stateSchema = z
  .string()
  .min(LIMITS.stateMin)
  .max(LIMITS.stateMax)
  .regex(/^[A-Za-z0-9_-]+$/);

/** A compact serialisation of RFC 7515 (three parts) or RFC 7516 (five parts). */
export const compactJwsSchema = z
  .string()
  .max(LIMITS.bodyBytes)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);
export const compactJweSchema = z.string().regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/);
