import type { TimeStamper } from '../../../sdk/formats/document.js';
import type {
  AttributeAnswer,
  AuthenticationToken,
  RequestedAttribute,
  WireError,
} from '../../../sdk/protocol/index.js';
import type { ConsentModel, Requester } from '../consent/consent-model.js';
import type { SignableItem } from '../documents/signable-item.js';
import type { Decision } from '../ports.js';

/** What a transport established about a request beyond who asks; all of it is shown. */
export type ConsentTerms = Pick<ConsentModel, 'recipient' | 'separateStep' | 'remembered'>;

/** What every request brings to the person. */
interface PutToThePerson extends ConsentTerms {
  readonly requester: Requester;
  /** Learns what the person decided, before anything follows from it. Not called where the consent `is` remembered. */
  readonly onDecision?: (decision: Decision) => Promise<void> | void;
}

/** A request to log in, after its transport has established who asks. */
export interface AuthenticateOperation extends PutToThePerson {
  readonly operation: 'authenticate';
  /** Serialised origin the token is bound to; from the transport, never from a request's body. */
  readonly origin: string;
  readonly challengeNonce: string;
}

export interface SignOperation extends PutToThePerson {
  readonly operation: 'sign';
  /** At least one. Each keeps its own result. */
  readonly items: readonly SignableItem[];
  /** Asked for each signature, once the card is no longer needed. Left out: no time stamps. */
  readonly timeStamper?: TimeStamper;
  /** Its address, to be shown. */
  readonly timeStampAuthority?: string;
}

/** What became of an item. */
export type ItemOutcome = { readonly status: 'signed' } | { readonly status: 'failed'; readonly error: WireError };

/** A service's request for what the card's face says. */
export interface ServiceAttributesOperation extends PutToThePerson {
  readonly operation: 'readAttributes';
  readonly required: readonly RequestedAttribute[];
  readonly optional: readonly RequestedAttribute[];
  /** Unverified text of the requester. */
  readonly unverifiedPurpose: string;
}

/**
 * The product's use cases, each from consent to result. Transports (bridge, command line, windows) call this and nothing
 * below it. Calls queue: one dialog is open at a time. All reject with `ClientError`.
 */
export interface CardOperations {
  /** `signal` aborts when the asker is gone; the dialog then closes and the call rejects with `ERR_USER_CANCELLED`. */
  authenticate(request: AuthenticateOperation, signal: AbortSignal): Promise<AuthenticationToken>;
  /**
   * One consent, one PIN; answers in the order of the items. What the card did not sign any more, because it failed or
   * `signal` aborted, is `failed` and needs another consent. Rejects where not even the first item could be signed, or no
   * result could be kept.
   */
  sign(request: SignOperation, signal: AbortSignal): Promise<readonly ItemOutcome[]>;
  /** Answers in the order of the request, required ones first; the person may have left out optional ones. */
  readAttributes(request: ServiceAttributesOperation, signal: AbortSignal): Promise<readonly AttributeAnswer[]>;
}
