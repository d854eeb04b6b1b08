import type { ByteSource } from '../../../sdk/formats/ports.js';
import type {
  AttributeAnswer,
  AuthenticationToken,
  RequestedAttribute,
  SignedItem,
} from '../../../sdk/protocol/index.js';
import type { ConsentModel, Requester } from '../consent/consent-model.js';
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
  readonly format: 'cms';
  readonly items: readonly {
    /** Unverified text of the requester. */
    readonly unverifiedName: string;
    readonly content: Uint8Array | ByteSource;
  }[];
}

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
  /** One consent, one PIN; answers item by item. Rejects where not even the first item could be signed. */
  sign(request: SignOperation, signal: AbortSignal): Promise<readonly SignedItem[]>;
  /** Answers in the order of the request, required ones first; the person may have left out optional ones. */
  readAttributes(request: ServiceAttributesOperation, signal: AbortSignal): Promise<readonly AttributeAnswer[]>;
}
