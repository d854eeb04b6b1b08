import {
  LIMITS,
  type AttributeName,
  type LocalisedText,
  type RequestedAttribute,
} from '../../../sdk/protocol/index.js';
import type { ByteSource } from '../../../sdk/formats/ports.js';
import type { AuthenticateOperation, ServiceAttributesOperation, SignOperation } from '../signing/operations.js';
import type {
  Caller,
  ConsentAttribute,
  ConsentItem,
  ConsentModel,
  DisclosedDatum,
  OriginStanding,
  Recipient,
  Requester,
} from './consent-model.js';
import { displayText } from './display-text.js';
import { previewText } from './preview.js';

/** Size and digest of each item's content, in the request's order. */
export type ItemDigest = Pick<ConsentItem, 'size' | 'sha256'>;

/**
 * What the person is asked, as a pure function of the request and the digests of its contents. What leaves the PC follows
 * from the operation alone: a request cannot make it look smaller.
 */
export function buildConsentModel(
  request: AuthenticateOperation | SignOperation | ServiceAttributesOperation,
  itemDigests: readonly ItemDigest[],
): ConsentModel {
  switch (request.operation) {
    case 'authenticate':
      return {
        operation: 'authenticate',
        ...parties(request),
        pinRole: 'authentication',
        disclosed: ['serial-number'],
        items: [],
        // What signs or reads the card's face is explained each time.
        ...(request.remembered && { remembered: request.remembered }),
      };
    case 'sign':
      return {
        operation: 'sign',
        ...parties(request),
        pinRole: 'signing',
        disclosed: ['four-attributes', 'serial-number'],
        items: consentItems(request, itemDigests),
        ...(request.separateStep && { separateStep: request.separateStep }),
      };
    case 'readAttributes':
      return attributesModel(request);
  }
}

/** What leaves with an attribute. */
export function disclosedAttribute(name: AttributeName): DisclosedDatum {
  return name === 'birthDate' ? 'birth-date' : name;
}

function consentItems({ items }: SignOperation, itemDigests: readonly ItemDigest[]): readonly ConsentItem[] {
  return items.map((item, index) => {
    const digest = itemDigests[index];
    if (!digest) throw new RangeError('an item without a digest cannot be consented to');
    return { name: displayText(item.unverifiedName), ...digest, ...preview(item.content) };
  });
}

function preview(content: Uint8Array | ByteSource): Pick<ConsentItem, 'preview'> {
  const shown = content instanceof Uint8Array ? previewText(content) : undefined;
  return shown ? { preview: shown } : {};
}

function attributesModel(request: ServiceAttributesOperation): ConsentModel {
  const asked = (attributes: readonly RequestedAttribute[], required: boolean): ConsentAttribute[] =>
    attributes.map((attribute) => ({ attribute, required }));
  const attributes = [...asked(request.required, true), ...asked(request.optional, false)];
  return {
    operation: 'read-attributes',
    ...parties(request),
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
function parties({
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
    case 'origin':
      return {
        ...requester,
        ...(requester.unicodeOrigin !== undefined && { unicodeOrigin: displayText(requester.unicodeOrigin) }),
        standing: displayedStanding(requester.standing),
        caller: displayedCaller(requester.caller),
      };
    case 'local-program':
      return requester.claimedOrigin === undefined
        ? requester
        : { kind: 'local-program', claimedOrigin: displayText(requester.claimedOrigin) };
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
  return { level: 'unlisted', lookAlike: { origin: displayText(origin), name: displayedName(name) } };
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
