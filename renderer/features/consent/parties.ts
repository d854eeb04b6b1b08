import type { ConsentModel, OriginRequester, Requester } from '../../../main/ipc/consent.js';

/** A program other than a browser can name any address; a signed request names its own. */
export function isClaimed({ caller, standing }: OriginRequester): boolean {
  return caller.kind === 'program' && standing.level !== 'verified';
}

/**
 * Who really gets to read the result. A program that is no browser gets it in the site's place, and a key that came with an
 * address of its own claiming may be anybody's.
 */
export type Reader = 'site' | 'program' | 'site-key' | 'unknown-key' | 'verifier';

export function readerOf({ requester, recipient }: ConsentModel): Reader {
  if (requester.kind !== 'origin') return 'program';
  switch (recipient?.kind) {
    case 'verifier':
      return 'verifier';
    case 'requester-key':
      return isClaimed(requester) ? 'unknown-key' : 'site-key';
    case 'requester':
    case undefined:
      return requester.caller.kind === 'program' ? 'program' : 'site';
  }
}

/** What is blocked where the asker is not confirmed is what anybody can do in this site's name, not the site. */
export function blockContext(requester: Requester): { readonly context?: 'unconfirmed' } {
  return requester.kind === 'origin' && !requester.confirmed ? { context: 'unconfirmed' } : {};
}

/** The variant of texts about what a service asks for, as against one's own command, or a proof of nobody knows what. */
export function serviceContext({ operation, attributes, governmentPage }: ConsentModel): {
  readonly context?: 'service' | 'government';
} {
  if (governmentPage && operation === 'authenticate') return { context: 'government' };
  return attributes ? { context: 'service' } : {};
}

export function selfContext({ requester }: ConsentModel): { readonly context?: 'self' } {
  return requester.kind === 'self' ? { context: 'self' } : {};
}
