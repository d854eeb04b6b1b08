import {
  LIMITS,
  type AttributeName,
  type LocalisedText,
  type RequestedAttribute,
} from '../../../sdk/protocol/index.js';
import { encodeHex } from '../../../sdk/formats/index.js';
import type { BoundPart } from '../../../sdk/formats/document.js';
import type { PreparedItem } from '../documents/signable-item.js';
import type { AuthenticateOperation, ServiceAttributesOperation, SignOperation } from '../signing/operations.js';
import type {
  Caller,
  ConsentAttribute,
  ConsentItem,
  ConsentModel,
  ConsentPart,
  DisclosedDatum,
  OriginStanding,
  Recipient,
  Requester,
} from './consent-model.js';
import { displayedUnicodeOrigin, displayText, LONGEST_SHOWN_ORIGIN } from './display-text.js';

/**
 * What the person is asked, as a pure function of the request and of what was read of its items. What leaves the PC follows
 * from the operation alone: a request cannot make it look smaller.
 * @param prepared the request's items in its order, once they were read
 */
export function buildConsentModel(
  request: AuthenticateOperation | SignOperation | ServiceAttributesOperation,
  prepared?: readonly PreparedItem[],
): ConsentModel {
  switch (request.operation) {
    case 'authenticate':
      return {
        operation: 'authenticate',
        ...consentParties(request),
        pinRole: 'authentication',
        disclosed: ['serial-number'],
        items: [],
        // What signs or reads the card's face is explained each time.
        ...(request.remembered && { remembered: request.remembered }),
      };
    case 'sign':
      return {
        operation: 'sign',
        ...consentParties(request),
        pinRole: 'signing',
        disclosed: ['four-attributes', 'serial-number'],
        ...(prepared
          ? { items: consentItems(request, prepared) }
          : { items: [], beingRead: request.items.map(({ unverifiedName }) => displayText(unverifiedName)) }),
        ...(request.separateStep && { separateStep: request.separateStep }),
        ...(request.timeStampAuthority !== undefined && {
          timeStampAuthority: displayText(request.timeStampAuthority),
        }),
      };
    case 'readAttributes':
      return attributesModel(request);
  }
}

/** What leaves with an attribute. */
export function disclosedAttribute(name: AttributeName): DisclosedDatum {
  return name === 'birthDate' ? 'birth-date' : name;
}

function consentItems({ items }: SignOperation, prepared: readonly PreparedItem[]): readonly ConsentItem[] {
  return items.map(({ unverifiedName }, index) => {
    const item = prepared[index];
    if (!item) throw new RangeError('an item that was not read cannot be consented to');
    return consentItem(displayText(unverifiedName), item);
  });
}

function consentItem(name: string, item: PreparedItem): ConsentItem {
  if (item.kind === 'digest') {
    return { kind: 'digest', name, algorithm: item.algorithm, digest: encodeHex(item.digest) };
  }
  const [document, ...parts] = item.bound;
  if (!document) throw new RangeError('a document that binds nothing cannot be consented to');
  return {
    kind: 'document',
    ...consentPart(document),
    // The document's own name where it is inside of what was asked for, such as a folder.
    name: document.unverifiedName === '' ? name : `${name} › ${displayText(document.unverifiedName)}`,
    format: item.format,
    ...(item.destination !== undefined && { destination: displayText(item.destination) }),
    parts: parts.map(consentPart),
    unbound: item.unboundNames.map((unbound) => displayText(unbound)),
    ...(item.preview && { preview: item.preview }),
  };
}

function consentPart({ unverifiedName, size, sha256 }: BoundPart): ConsentPart {
  return { name: displayText(unverifiedName), size, sha256: encodeHex(sha256) };
}

function attributesModel(request: ServiceAttributesOperation): ConsentModel {
  const asked = (attributes: readonly RequestedAttribute[], required: boolean): ConsentAttribute[] =>
    attributes.map((attribute) => ({ attribute, required }));
  const attributes = [...asked(request.required, true), ...asked(request.optional, false)];
  return {
    operation: 'read-attributes',
    ...consentParties(request),
    pinRole: 'profile',
    disclosed: attributes.flatMap(({ attribute }) =>
      typeof attribute === 'string' ? [disclosedAttribute(attribute)] : [],
    ),
    items: [],
    purpose: displayText(request.unverifiedPurpose, LIMITS.purposeLength),
    attributes,
  };
}

/** Who asks and who can read the answer, with every text made safe to show: a registry's names come from outside, too. */
export function consentParties({
  requester,
  recipient,
}: Pick<SignOperation, 'requester' | 'recipient'>): Pick<ConsentModel, 'requester' | 'recipient'> {
  return {
    requester: displayedRequester(requester),
    ...(recipient && { recipient: displayedRecipient(recipient) }),
  };
}

/** An origin was checked character by character; its Unicode form, a claim and what others call themselves were not. */
function displayedRequester(requester: Requester): Requester {
  switch (requester.kind) {
    case 'origin': {
      const { unicodeOrigin, ...rest } = requester;
      const unicode = displayedUnicodeOrigin(unicodeOrigin);
      return {
        ...rest,
        ...(unicode !== undefined && { unicodeOrigin: unicode }),
        standing: displayedStanding(requester.standing),
        caller: displayedCaller(requester.caller),
      };
    }
    case 'local-program':
      return requester.claimedOrigin === undefined
        ? requester
        : { kind: 'local-program', claimedOrigin: displayText(requester.claimedOrigin, LONGEST_SHOWN_ORIGIN) };
    case 'self':
      return requester;
  }
}

function displayedStanding(standing: OriginStanding): OriginStanding {
  if (standing.level !== 'unlisted') {
    return { ...standing, name: displayedName(standing.name), operator: displayedName(standing.operator) };
  }
  const { lookAlike } = standing;
  if (!lookAlike) return standing;
  const { origin, name } = lookAlike;
  return {
    level: 'unlisted',
    lookAlike: { origin: displayText(origin, LONGEST_SHOWN_ORIGIN), name: displayedName(name) },
  };
}

function displayedRecipient(recipient: Recipient): Recipient {
  if (recipient.kind !== 'verifier') return recipient;
  return { ...recipient, name: displayedName(recipient.name), operator: displayedName(recipient.operator) };
}

function displayedName({ ja, en }: LocalisedText): LocalisedText {
  return { ja: displayText(ja), en: displayText(en) };
}

/** Longest name of a program that is shown, in code points. Whoever starts a program names it. */
const MAX_PROGRAM_NAME = 60;

function displayedCaller(caller: Caller): Caller {
  return caller.kind === 'unknown' ? caller : { ...caller, name: displayText(caller.name, MAX_PROGRAM_NAME) };
}
