import {
  ENCRYPTED_RESULT_TYPE,
  type EncryptedOutput,
  type EncryptedResultPayload,
  type EncryptionJwk,
  type OperationOutput,
} from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import type { Clock, JoseCrypto, RandomSource } from '../ports.js';
import { encodeBase64Url } from '../../../sdk/formats/jose/base64-url.js';
import type { JudgedRequest } from './judge-request.js';

export interface EncryptionEnvironment {
  readonly jose: JoseCrypto;
  readonly random: RandomSource;
  readonly clock: Clock;
}

const REFERENCE_BYTES = 16;

/** `output` for the eyes of the recipient that the person was shown, whose key is `key`. */
export async function encryptOutput(
  { jose, random, clock }: EncryptionEnvironment,
  { request, requester }: JudgedRequest,
  { output, key }: { readonly output: OperationOutput; readonly key: EncryptionJwk },
): Promise<EncryptedOutput> {
  const { challengeNonce, operation } = request;
  if (challengeNonce === undefined) throw new ClientError('ERR_INTERNAL', 'a result that nothing binds to its request');
  const reference = encodeBase64Url(random.bytes(REFERENCE_BYTES));
  const iat = Math.floor(clock.now().getTime() / 1_000);
  const { origin } = requester;
  const payload: EncryptedResultPayload = { origin, challengeNonce, operation, reference, iat, output };
  const plaintext = new TextEncoder().encode(JSON.stringify(payload));
  return { operation, jwe: await jose.encryptJwe(plaintext, key, ENCRYPTED_RESULT_TYPE), reference };
}
