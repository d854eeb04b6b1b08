import type { PageCall } from '../protocol/index.js';
import type { Content } from './content.js';

/** A way to ask the client and get its answer. */
export type AnsweringRoute = 'extension' | 'loopback';

/** A call to the client; the same on each route. */
export type BridgeCall = PageCall;

export interface CallLimits {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call is given up. */
  readonly timeout: number;
}

/** A client that has answered. */
export interface Channel {
  readonly route: AnsweringRoute;
  /**
   * One call and its result, not yet looked at.
   * @throws MadoguchiError the error in the answer, `ERR_PROTOCOL_UNREACHABLE` where there is no answer in time,
   * `ERR_PROTOCOL_MALFORMED` where it is none of the contract's; the reason of `signal` when it aborts
   */
  call(call: BridgeCall, limits: CallLimits): Promise<unknown>;
  /** Sends a content ahead of a request; by HTTP only. Answers and throws as `call`. */
  readonly upload?: (content: Content, limits: CallLimits) => Promise<unknown>;
  /** Removes such a content that no session uses, also while the page goes away. */
  readonly discardUpload?: (uploadId: string) => Promise<unknown>;
  /** Ends the channel and whatever session is still open on it. */
  close(): void;
}

/** Milliseconds for what the client answers without asking a person. */
export const ANSWER_TIMEOUT = 15_000;
