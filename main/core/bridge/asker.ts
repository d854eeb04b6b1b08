import type { Caller, Route } from '../consent/consent-model.js';

/** Who asks, as the transport established it; nothing here comes from a request's body. */
export interface Asker {
  /** Serialised origin, authorised. */
  readonly origin: string;
  readonly route: Route;
  readonly caller: Caller;
}
