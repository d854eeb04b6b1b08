import { LIMITS, type RegistryService, type SignRequest } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import type { Policy } from '../policy/policy.js';
import type { Asker } from './asker.js';

export interface SignRequestTerms {
  readonly asker: Asker;
  /** The entry of the asker's origin. */
  readonly service: RegistryService | undefined;
  readonly policy: Policy;
}

/**
 * Whether this asker may have so much signed in this form, by this route.
 * @throws ClientError `ERR_POLICY_OPERATION`; `ERR_PROTOCOL_ROUTE`, where another route would do
 */
export function checkSignRequest({ format, items }: SignRequest, { asker, service, policy }: SignRequestTerms): void {
  if (items.length > policy.signItems) {
    const details = { path: 'items', signItems: policy.signItems };
    throw new ClientError('ERR_POLICY_OPERATION', 'so many items need another policy', { details });
  }
  if (format === 'raw-digest' && !mayHaveDigestsSigned(asker.origin, { service, policy })) {
    const details = { path: 'format' };
    throw new ClientError('ERR_POLICY_OPERATION', 'this origin may not have bare digests signed', { details });
  }
  // The answer, a single message, might not hold them, and that would show after the PIN.
  if (asker.route !== 'loopback' && items.length > LIMITS.signItemsInMessage) throw otherRoute('items');
  // The page that uploaded is left by then, and with it whoever could upload again.
  if (asker.route === 'redirect' && items.some((item) => 'upload' in item)) throw otherRoute('items');
}

/** Nobody vouches for an origin that neither the registry nor an administrator names. */
function mayHaveDigestsSigned(origin: string, { service, policy }: Omit<SignRequestTerms, 'asker'>): boolean {
  return service?.rawDigest === true || policy.rawDigestOrigins.includes(origin);
}

function otherRoute(path: string): ClientError {
  return new ClientError('ERR_PROTOCOL_ROUTE', 'this cannot go by this route', { details: { path } });
}
