import type { AuthenticateOperation, SignOperation } from '../signing/operations.js';
import type { ConsentItem, ConsentModel, Requester } from './consent-model.js';
import { displayText } from './display-text.js';
import { previewText } from './preview.js';
import type { ByteSource } from '../../../sdk/formats/ports.js';

/** Size and digest of each item's content, in the request's order. */
export type ItemDigest = Pick<ConsentItem, 'size' | 'sha256'>;

function preview(content: Uint8Array | ByteSource): Pick<ConsentItem, 'preview'> {
  const shown = content instanceof Uint8Array ? previewText(content) : undefined;
  return shown ? { preview: shown } : {};
}

/**
 * What the person is asked, as a pure function of the request and the digests of its contents. What leaves the PC follows
 * from the operation alone: a request cannot make it look smaller.
 */
export function buildConsentModel(
  request: AuthenticateOperation | SignOperation,
  itemDigests: readonly ItemDigest[],
): ConsentModel {
  if (request.operation === 'authenticate') {
    return {
      operation: 'authenticate',
      requester: displayedRequester(request.requester),
      pinRole: 'authentication',
      disclosed: ['serial-number'],
      items: [],
    };
  }
  return {
    operation: 'sign',
    requester: displayedRequester(request.requester),
    pinRole: 'signing',
    disclosed: ['four-attributes', 'serial-number'],
    items: request.items.map((item, index) => {
      const digest = itemDigests[index];
      if (!digest) throw new RangeError('an item without a digest cannot be consented to');
      return { name: displayText(item.unverifiedName), ...digest, ...preview(item.content) };
    }),
  };
}

/** An origin was checked character by character; a claim was not. */
function displayedRequester(requester: Requester): Requester {
  return requester.kind === 'local-program' && requester.claimedOrigin !== undefined
    ? { kind: 'local-program', claimedOrigin: displayText(requester.claimedOrigin) }
    : requester;
}
