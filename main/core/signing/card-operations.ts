import {
  authenticationTokenToBeSigned,
  ecdsaSignatureFromDer,
  encodeBase64,
  requireJpkiKeyUsage,
} from '../../../sdk/formats/index.js';
import type { AuthenticationToken } from '../../../sdk/protocol/index.js';
import type { AttributesEnvironment } from '../attributes/read-attributes.js';
import { readServiceAttributes } from '../attributes/service-attributes.js';
import type { KeyEntry } from '../card/card-generation.js';
import { buildConsentModel } from '../consent/build-consent-model.js';
import { ClientError, toClientError } from '../errors.js';
import type { AuthenticateOperation, CardOperations } from './operations.js';
import { keyTarget } from './card-target.js';
import { signItems, type SignItemsEnvironment } from './sign-items.js';
import { readAfterPin, signWithCard } from './sign-with-card.js';
import { runSigningSession } from './signing-session.js';

export interface CardOperationsEnvironment extends AttributesEnvironment, SignItemsEnvironment {}

/** The product's use cases over one set of ports. */
export function createCardOperations(environment: CardOperationsEnvironment): CardOperations {
  return {
    authenticate: (request, signal) => withClientErrors(authenticate(environment, request, signal)),
    sign: (request, signal) => withClientErrors(signItems(environment, request, signal)),
    readAttributes: (request, signal) => withClientErrors(readServiceAttributes(environment, request, signal)),
  };
}

function withClientErrors<Result>(running: Promise<Result>): Promise<Result> {
  return running.catch((thrown: unknown) => {
    throw toClientError(thrown);
  });
}

async function authenticate(
  environment: CardOperationsEnvironment,
  request: AuthenticateOperation,
  signal: AbortSignal,
): Promise<AuthenticationToken> {
  const consent = buildConsentModel(request);
  return runSigningSession(
    environment,
    {
      consent,
      ...(request.onDecision && { onDecision: request.onDecision }),
      target: keyTarget('authentication'),
      work: async (application, prepared, show) => {
        const { pinEntry: key } = prepared;
        const certificate = prepared.authenticationCertificate ?? (await readAfterPin(environment, application, key));
        requireJpkiKeyUsage(certificate, 'authentication');
        const toBeSigned = await authenticationTokenToBeSigned(
          { origin: request.origin, challengeNonce: request.challengeNonce },
          key.algorithm,
          environment.crypto,
        );
        show('signing');
        const signature = await signWithCard(environment.crypto, { application, key, certificate }, toBeSigned);
        const algorithm = tokenAlgorithm(key);
        return {
          unverifiedCertificate: encodeBase64(certificate.der),
          algorithm,
          // The Web eID token has ECDSA signatures as r ‖ s.
          signature: encodeBase64(algorithm === 'ES384' ? ecdsaSignatureFromDer(signature, 'P-384') : signature),
          format: 'web-eid:1.0',
        };
      },
    },
    signal,
  );
}

function tokenAlgorithm(key: KeyEntry): AuthenticationToken['algorithm'] {
  if (key.algorithm === 'RS256' || key.algorithm === 'ES384') return key.algorithm;
  throw new ClientError('ERR_SIGN_ALGORITHM', 'this key cannot sign an authentication token');
}
