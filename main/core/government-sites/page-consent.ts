import { encodeHex } from '../../../sdk/formats/bytes.js';
import { ATTRIBUTE_NAMES } from '../../../sdk/protocol/index.js';
import { consentParties, disclosedAttribute } from '../consent/build-consent-model.js';
import type { ConsentDigest, ConsentModel, OriginRequester } from '../consent/consent-model.js';
import type { DigestInfo } from './digest-info.js';
import { isUnderGoJp } from './government-origin.js';
import type { PageRequest } from './page-request.js';

/**
 * What the person is asked when a government site speaks its own page protocol; follows from the request alone. Nothing here
 * is ever remembered: what is signed is nothing that anybody can look at.
 */
export function pageConsent(request: PageRequest, requester: OriginRequester): ConsentModel {
  const common = {
    ...consentParties({ requester }),
    governmentPage: isUnderGoJp(requester.origin) ? 'go-jp' : 'added',
  } as const;
  switch (request.kind) {
    case 'log-in':
      return {
        ...common,
        operation: 'authenticate',
        pinRole: 'authentication',
        disclosed: ['serial-number', 'site-identifier'],
        items: [consentDigest(request.digestInfo, '')],
      };
    case 'sign':
      return {
        ...common,
        operation: 'sign',
        pinRole: 'signing',
        disclosed: ['four-attributes', 'serial-number'],
        items: request.digestInfos.map((digestInfo, index) => consentDigest(digestInfo, String(index + 1))),
      };
    case 'read-attributes':
      return {
        ...common,
        operation: 'read-attributes',
        pinRole: 'profile',
        disclosed: ATTRIBUTE_NAMES.map(disclosedAttribute),
        items: [],
        attributes: ATTRIBUTE_NAMES.map((attribute) => ({ attribute, required: true })),
      };
  }
}

function consentDigest({ algorithm, digest }: DigestInfo, name: string): ConsentDigest {
  return { kind: 'digest', name, algorithm, digest: encodeHex(digest) };
}
