import {
  ENCRYPTED_RESULT_TYPE,
  type EncryptionJwk,
  type OpenSessionRequest,
  type OperationRequest,
  type RegistryService,
} from '../../../sdk/protocol/index.js';
import type { OriginRequester, OriginStanding, Recipient } from '../consent/consent-model.js';
import { ClientError } from '../errors.js';
import type { Clock, JoseCrypto, SiteMemory } from '../ports.js';
import type { Policy } from '../policy/policy.js';
import type { ServiceRegistry } from '../registry/service-registry.js';
import type { ConsentTerms } from '../signing/operations.js';
import type { Asker } from './asker.js';
import { checkSignRequest } from './check-sign-request.js';
import { unicodeOrigin } from './origin.js';
import type { ReplayGuard } from './replay-guard.js';
import { verifySignedRequest, type RedirectTarget } from './signed-request.js';

export interface JudgeEnvironment {
  readonly registry: ServiceRegistry;
  /** Read at every request, so a change takes effect at once. */
  readonly policy: () => Policy;
  readonly sites: SiteMemory;
  readonly jose: JoseCrypto;
  readonly clock: Clock;
  /** `jti` of signed requests. */
  readonly usedRequests: ReplayGuard;
  /**
   * Throws where there is no room for a request of this asker now. Asked before a signed request is looked at, which can be used
   * once: refused here, the same one may be sent again.
   */
  readonly admit: (asker: Asker, confirmed: boolean) => void;
}

/** A request that may be put before the person, and the terms it is put on. */
export interface JudgedRequest {
  readonly request: OperationRequest;
  readonly requester: OriginRequester;
  readonly terms: ConsentTerms;
  /** Of the recipient in `terms`; undefined where the result goes out in the clear. */
  readonly encryptionKey: EncryptionJwk | undefined;
}

/**
 * Decides from origin, registry and policy whether the person is asked at all, and what is said about the asker. Opens
 * nothing and reads no card. `redirect` is where a redirect came from, which a signed request has to repeat.
 * @throws ClientError `ERR_USER_BLOCKED`; what `admit` throws; `ERR_POLICY_OPERATION`, `ERR_POLICY_REQUEST_UNSIGNED`,
 * `ERR_POLICY_ENCRYPTION_KEY`, `ERR_PROTOCOL_VERIFIER_UNKNOWN`, `ERR_PROTOCOL_MALFORMED` for what is no key, and as
 * `verifySignedRequest` and `checkSignRequest`
 */
export async function judgeRequest(
  environment: JudgeEnvironment,
  asker: Asker,
  { unverifiedRequest, redirect }: { unverifiedRequest: OpenSessionRequest; redirect?: RedirectTarget | undefined },
): Promise<JudgedRequest> {
  const { registry, sites } = environment;
  const service = registry.serviceOf(asker.origin);
  const isSigned = 'signedRequest' in unverifiedRequest;
  const confirmed = asker.route !== 'redirect' || isSigned;
  refuseBlocked(sites, asker.origin, confirmed);
  environment.admit(asker, confirmed);
  const request = isSigned
    ? await verifySignedRequest(environment, { jws: unverifiedRequest.signedRequest, service, asker, redirect })
    : unverifiedRequest;
  checkAllowed(request, { service, isSigned, asker });
  if (request.operation === 'sign') checkSignRequest(request, { asker, service, policy: environment.policy() });
  const recipient = recipientOf(environment, request);
  if (environment.policy().requireEncryption && recipient?.shown.kind !== 'verifier') throw mustBeEncrypted();
  if (recipient) await checkUsable(environment, recipient);
  const standing = standingOf(registry, { service, isSigned, asker });
  return {
    request,
    requester: originRequester(asker, { confirmed, standing }),
    encryptionKey: recipient?.key,
    terms: {
      ...(recipient && { recipient: recipient.shown }),
      ...signingTerms(environment, request, standing),
      ...memoryTerms(environment, asker, request),
    },
  };
}

/** Who the person is told asks. */
export function originRequester(
  asker: Asker,
  judged: Pick<OriginRequester, 'confirmed' | 'standing'>,
): OriginRequester {
  const unicode = unicodeOrigin(asker.origin);
  return { kind: 'origin', ...asker, ...(unicode === undefined ? {} : { unicodeOrigin: unicode }), ...judged };
}

/** @throws ClientError `ERR_USER_BLOCKED` */
export function refuseBlocked(sites: SiteMemory, origin: string, confirmed: boolean): void {
  if (sites.isBlocked(origin, confirmed)) {
    throw new ClientError('ERR_USER_BLOCKED', 'the person has blocked this site');
  }
}

export interface Judged {
  readonly service: RegistryService | undefined;
  readonly isSigned: boolean;
  readonly asker: Asker;
}

function checkAllowed({ operation }: OperationRequest, { service, isSigned, asker }: Judged): void {
  const mustBeSigned =
    service?.requiresSignedRequests === true || (asker.route === 'redirect' && operation !== 'authenticate');
  if (mustBeSigned && !isSigned) {
    throw new ClientError('ERR_POLICY_REQUEST_UNSIGNED', 'this request has to be signed by the service');
  }
  checkEntry(service, operation);
}

/** @throws ClientError `ERR_POLICY_OPERATION` */
export function checkEntry(service: RegistryService | undefined, operation: OperationRequest['operation']): void {
  if (service && !service.operations.includes(operation)) {
    throw new ClientError('ERR_POLICY_OPERATION', 'the registry entry of this origin does not allow this operation');
  }
}

/**
 * Whether a page may send content ahead of a request to sign it.
 * @returns whether the registry has the origin
 * @throws ClientError `ERR_USER_BLOCKED`, `ERR_POLICY_OPERATION`
 */
export function judgeUpload(
  { registry, sites, policy }: Pick<JudgeEnvironment, 'registry' | 'sites' | 'policy'>,
  origin: string,
): boolean {
  refuseBlocked(sites, origin, true);
  const service = registry.serviceOf(origin);
  checkEntry(service, 'sign');
  if (!service && policy().unlistedSigning === 'refuse') throw onlyListed();
  return service !== undefined;
}

/** Who the person is told can read the result, with the key that makes it so. */
interface RecipientWithKey {
  readonly shown: Recipient;
  readonly key: EncryptionJwk;
}

function recipientOf(
  { registry, policy }: JudgeEnvironment,
  { encryptTo }: OperationRequest,
): RecipientWithKey | undefined {
  if (encryptTo === undefined) return undefined;
  if ('jwk' in encryptTo) {
    if (policy().requesterKeys === 'allow') return { shown: { kind: 'requester-key' }, key: encryptTo.jwk };
    throw new ClientError('ERR_POLICY_ENCRYPTION_KEY', 'results may be encrypted to verifiers of the registry only');
  }
  const verifier = registry.verifier(encryptTo.verifier);
  const key = verifier?.keys[0];
  if (!verifier || !key) throw new ClientError('ERR_PROTOCOL_VERIFIER_UNKNOWN', 'no such verifier in the registry');
  const { id, name, operator } = verifier;
  return { shown: { kind: 'verifier', id, name, operator }, key };
}

export function mustBeEncrypted(): ClientError {
  const details = { rule: 'require-encryption' };
  return new ClientError('ERR_POLICY_ENCRYPTION_KEY', 'results have to be encrypted to a verifier', { details });
}

/** Tried before the person is asked, who must not enter a PIN for a result that cannot be encrypted. */
async function checkUsable({ jose }: JudgeEnvironment, { shown, key }: RecipientWithKey): Promise<void> {
  try {
    await jose.encryptJwe(new Uint8Array(), key, ENCRYPTED_RESULT_TYPE);
  } catch (cause) {
    if (shown.kind !== 'requester-key') throw cause;
    const details = { path: 'encryptTo.jwk', rule: 'public_key' };
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'the request does not follow the contract', { details, cause });
  }
}

export function standingOf(registry: ServiceRegistry, { service, isSigned, asker }: Judged): OriginStanding {
  if (service) {
    const { id: serviceId, name, operator } = service;
    return { level: isSigned ? 'verified' : 'listed', serviceId, name, operator };
  }
  const lookAlike = registry.lookAlikeOf(asker.origin);
  return { level: 'unlisted', ...(lookAlike && { lookAlike }) };
}

/** The signing certificate goes to listed origins, and elsewhere only by policy or a question of its own. */
function signingTerms(
  { policy }: JudgeEnvironment,
  { operation }: OperationRequest,
  { level }: OriginStanding,
): ConsentTerms {
  if (operation !== 'sign' || level !== 'unlisted') return {};
  switch (policy().unlistedSigning) {
    case 'allow':
      return {};
    case 'ask':
      return { separateStep: 'unlisted-signing' };
    case 'refuse':
      throw onlyListed();
  }
}

export function onlyListed(): ClientError {
  return new ClientError('ERR_POLICY_OPERATION', 'only listed origins may ask for the signing certificate');
}

/** Only logging in, only where the browser itself says who asks. */
function memoryTerms(
  { policy, sites }: JudgeEnvironment,
  asker: Asker,
  { operation, encryptTo }: OperationRequest,
): ConsentTerms {
  if (
    operation !== 'authenticate' ||
    asker.route !== 'extension' ||
    asker.caller.kind !== 'browser' ||
    policy().rememberedConsent === 'refuse'
  )
    return {};
  // Who can read the result is part of the explanation; a shortened one would not say that it has changed.
  if (encryptTo !== undefined) return {};
  return { remembered: sites.isRemembered(asker.origin, operation) ? 'is' : 'may-be' };
}
