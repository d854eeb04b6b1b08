import type { ByteSource } from '../../../sdk/formats/ports.js';
import type { AuthenticationToken, SignedItem } from '../../../sdk/protocol/index.js';
import type { Requester } from '../consent/consent-model.js';

/** A request to log in, after its transport has established who asks. */
export interface AuthenticateOperation {
  readonly operation: 'authenticate';
  readonly requester: Requester;
  /** Serialised origin the token is bound to; from the transport, never from a request's body. */
  readonly origin: string;
  readonly challengeNonce: string;
}

export interface SignOperation {
  readonly operation: 'sign';
  readonly requester: Requester;
  readonly format: 'cms';
  readonly items: readonly {
    /** Unverified text of the requester. */
    readonly unverifiedName: string;
    readonly content: Uint8Array | ByteSource;
  }[];
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
}
