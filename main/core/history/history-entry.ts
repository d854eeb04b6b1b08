import type { ErrorCode, LocalisedText, RequestedAttribute } from '../../../sdk/protocol/index.js';
import { disclosedAttribute } from '../consent/build-consent-model.js';
import type { ConsentItem, ConsentModel, DisclosedDatum, Requester, Route } from '../consent/consent-model.js';
import type { SignatureFormat } from '../documents/signature-formats.js';
import type { Decision, DialogOutcome, PinRole } from '../ports.js';

/** Who asked, as it was shown. Neither the program that brought the request nor anything of the person is kept. */
export type HistoryRequester =
  | {
      readonly kind: 'origin';
      /** Serialised origin, ASCII. */
      readonly origin: string;
      readonly unicodeOrigin?: string;
      readonly level: 'verified' | 'listed' | 'unlisted';
      /** The registry's, where it had one. */
      readonly name?: LocalisedText;
      readonly route: Route;
      /** As in `OriginRequester`. */
      readonly confirmed: boolean;
    }
  | { readonly kind: 'self' }
  | { readonly kind: 'local-program'; readonly claimedOrigin?: string };

/** Who could read the result. */
export type HistoryRecipient =
  | { readonly kind: 'requester' }
  | { readonly kind: 'verifier'; readonly id: string; readonly name: LocalisedText }
  | { readonly kind: 'requester-key' };

/** What was to be signed: its digest alone; neither name nor content. */
export interface HistoryItem {
  /** `digest`: whoever asked had made it, of something that nobody here saw. */
  readonly format: SignatureFormat | 'digest';
  readonly algorithm: 'SHA-256' | 'SHA-384' | 'SHA-512' | 'SHA-1';
  /** Lower-case hexadecimal. Of a document in several parts, that of the first, which binds the others. */
  readonly digest: string;
}

/** What a service asked for of the card's face: names, never values. */
export interface HistoryAttribute {
  readonly attribute: RequestedAttribute;
  /** The person left it out. */
  readonly withheld: boolean;
}

/** `refused`: the person did not agree. `failed`: everything else that ended it, a closed dialog among it. */
export type HistoryResult =
  | { readonly status: 'done' }
  | { readonly status: 'refused' }
  | { readonly status: 'failed'; readonly code: ErrorCode };

/**
 * One use of the card that a dialog was opened for. Holds no content, no file name, no attribute's value, no serial number
 * and nothing that identifies card or PC.
 */
export interface HistoryEntry {
  /** 128 random bits, lower-case hexadecimal. */
  readonly id: string;
  /** When it ended, ISO 8601 in UTC, to the millisecond. By the PC's clock, which may have been wrong. */
  readonly at: string;
  /** The day it belongs to, `YYYY-MM-DD`, where the PC was then. */
  readonly day: string;
  readonly requester: HistoryRequester;
  readonly operation: ConsentModel['operation'];
  readonly pinRole: PinRole;
  readonly recipient: HistoryRecipient;
  /** Kinds of data that left the PC; empty unless it is `done`. */
  readonly disclosed: readonly DisclosedDatum[];
  /** What was asked for of the card's face, in the order of the request. */
  readonly attributes: readonly HistoryAttribute[];
  /** What was agreed to be signed, in order. One of several may have failed by itself. Empty while it was not read. */
  readonly items: readonly HistoryItem[];
  readonly result: HistoryResult;
  /** The built-in test card; false also where no card was looked at. */
  readonly testCard: boolean;
  /** A government site asked in its own page protocol. */
  readonly governmentPage?: true;
}

/** How a request ended. */
export interface EndedRequest {
  /** What was in force at the end. */
  readonly consent: ConsentModel;
  /** Undefined where it was not asked for any more. */
  readonly decision?: Decision;
  readonly outcome: DialogOutcome;
  readonly testCard: boolean;
}

/** What the store adds. */
export type HistoryStamp = Pick<HistoryEntry, 'id' | 'at' | 'day'>;

/** An entry without what the store adds. */
export type HistoryFacts = Omit<HistoryEntry, keyof HistoryStamp>;

/** What is kept of a request, as a pure function. */
export function historyFacts({ consent, decision, outcome, testCard }: EndedRequest): HistoryFacts {
  const attributes = historyAttributes(consent, decision);
  return {
    requester: historyRequester(consent.requester),
    operation: consent.operation,
    pinRole: consent.pinRole,
    recipient: historyRecipient(consent),
    disclosed: outcome.status === 'done' ? disclosedData(consent, attributes) : [],
    attributes,
    items: consent.items.map(historyItem),
    result: historyResult(outcome),
    testCard,
    ...(consent.governmentPage && { governmentPage: true }),
  };
}

function historyRequester(requester: Requester): HistoryRequester {
  switch (requester.kind) {
    case 'origin': {
      const { kind, origin, unicodeOrigin, route, confirmed, standing } = requester;
      return {
        kind,
        origin,
        ...(unicodeOrigin !== undefined && { unicodeOrigin }),
        level: standing.level,
        ...(standing.level !== 'unlisted' && { name: { ja: standing.name.ja, en: standing.name.en } }),
        route,
        confirmed,
      };
    }
    case 'local-program': {
      const { kind, claimedOrigin } = requester;
      return { kind, ...(claimedOrigin !== undefined && { claimedOrigin }) };
    }
    case 'self':
      return { kind: 'self' };
  }
}

function historyRecipient({ recipient }: ConsentModel): HistoryRecipient {
  if (recipient?.kind !== 'verifier') return { kind: recipient?.kind ?? 'requester' };
  const { kind, id, name } = recipient;
  return { kind, id, name: { ja: name.ja, en: name.en } };
}

function historyAttributes({ attributes = [] }: ConsentModel, decision?: Decision): HistoryAttribute[] {
  const withheld = decision?.answer === 'agreed' ? decision.withheld : undefined;
  return attributes.map(({ attribute }, position) => ({ attribute, withheld: withheld?.includes(position) ?? false }));
}

/** Where a service asked for attributes, those not left out; the person's own commands and keys disclose as they say. */
function disclosedData(
  { attributes, disclosed }: ConsentModel,
  asked: readonly HistoryAttribute[],
): readonly DisclosedDatum[] {
  if (attributes === undefined) return [...disclosed];
  return asked.flatMap(({ attribute, withheld }) =>
    withheld || typeof attribute !== 'string' ? [] : [disclosedAttribute(attribute)],
  );
}

function historyItem(item: ConsentItem): HistoryItem {
  return item.kind === 'digest'
    ? { format: 'digest', algorithm: item.algorithm, digest: item.digest }
    : { format: item.format, algorithm: 'SHA-256', digest: item.sha256 };
}

function historyResult(outcome: DialogOutcome): HistoryResult {
  if (outcome.status === 'done') return { status: 'done' };
  return outcome.code === 'ERR_USER_REFUSED' ? { status: 'refused' } : { status: 'failed', code: outcome.code };
}
