import { z } from 'zod';
import { challengeNonceSchema, compactJwsSchema, stateSchema } from './base-types.js';
import { LIMITS } from './limits.js';
import { envelopeSchema, sessionOutputSchema } from './results.js';

/**
 * Parameters of `GET` or form `POST /v1/authorize`, each at most once. The asker is the origin of `redirect_uri`, where the
 * answer goes and nowhere else. Unsigned, only `authenticate` can be asked; signed, `request` says everything, and
 * `redirect_uri` and `state` inside it are equal to those outside.
 */
export const authorizeParametersSchema = z.union([
  z.strictObject({
    redirect_uri: z.string().max(LIMITS.redirectUriLength),
    state: stateSchema,
    challenge_nonce: challengeNonceSchema,
  }),
  z.strictObject({
    redirect_uri: z.string().max(LIMITS.redirectUriLength),
    state: stateSchema,
    request: compactJwsSchema,
  }),
]);
export type AuthorizeParameters = z.infer<typeof authorizeParametersSchema>;

/**
 * What the browser posts to `redirect_uri` as `application/x-www-form-urlencoded`: `state`, and `response`, the JSON of this
 * envelope.
 */
export const redirectResponseSchema = envelopeSchema(sessionOutputSchema);
export type RedirectResponse = z.infer<typeof redirectResponseSchema>;
