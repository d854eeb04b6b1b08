import type { ErrorCode } from '../../../sdk/protocol/index.js';
import type { ConsentModel, Requester } from '../consent/consent-model.js';
import type { EndedRequest } from '../history/history-entry.js';
import type { KeyRole, PinRole } from '../ports.js';

/** Who asked, as far as a notice says it. Made by `noticeRequester`. */
export type NoticeRequester =
  /** `unicodeOrigin`: the same in Unicode where that differs; untouched, as in `OriginRequester`. */
  | { readonly kind: 'origin'; readonly origin: string; readonly unicodeOrigin?: string; readonly confirmed: boolean }
  /** A program on this PC. What it claims is nobody's word but its own. */
  | { readonly kind: 'local-program'; readonly unverifiedOrigin?: string }
  /** The person's own command or window. */
  | { readonly kind: 'self' };

/** What came of a use of the card. */
export type KeyUseOutcome =
  | { readonly status: 'done' }
  /** The card had taken the PIN; with which code it ended all the same. A signature may have been made. */
  | { readonly status: 'failed'; readonly code: ErrorCode };

/** What ended, as the history is told it. */
export type KeyUse = Pick<EndedRequest, 'consent' | 'outcome' | 'testCard'>;

/** The card took a PIN, and did, or was to do, what was asked. */
export interface KeyUsedNotice {
  readonly kind: 'key-used';
  readonly requester: NoticeRequester;
  readonly operation: ConsentModel['operation'];
  /** Which secret was entered; that of a key pair says which key was used. */
  readonly pinRole: PinRole;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** How many items the consent showed; 0 where nothing is signed. */
  readonly items: number;
  readonly outcome: KeyUseOutcome;
  /** The built-in test card. */
  readonly testCard: boolean;
}

/** Days before a certificate's end at which the person is told, and its end. */
export const EXPIRY_STEPS = [90, 30, 7, 1, 'expired'] as const;
export type ExpiryStep = (typeof EXPIRY_STEPS)[number];

export interface CertificateExpiringNotice {
  readonly kind: 'certificate-expiring';
  readonly role: KeyRole;
  readonly step: ExpiryStep;
  /** Days, by Japan's calendar, from today to the last day: 0 on the last day and after it. */
  readonly days: number;
  /** The last moment at which it is in force; ISO 8601, UTC. */
  readonly notAfter: string;
}

/** The card was used, and is still there. */
export interface CardLeftNotice {
  readonly kind: 'card-left';
  /** Since the last use. */
  readonly minutes: number;
}

/** The card was used, and no entry of that could be kept. */
export interface HistoryUnwrittenNotice {
  readonly kind: 'history-unwritten';
  readonly code: ErrorCode;
}

/**
 * Something the person is told without having asked. Plain data: it may go to a window or another process as it is. Holds
 * no attribute, no file name, no digest, nothing of the card.
 */
export type Notice = KeyUsedNotice | CertificateExpiringNotice | CardLeftNotice | HistoryUnwrittenNotice;

export function noticeRequester(requester: Requester): NoticeRequester {
  switch (requester.kind) {
    case 'origin': {
      const { origin, unicodeOrigin, confirmed } = requester;
      return { kind: 'origin', origin, ...(unicodeOrigin !== undefined && { unicodeOrigin }), confirmed };
    }
    case 'local-program': {
      const { claimedOrigin } = requester;
      return { kind: 'local-program', ...(claimedOrigin !== undefined && { unverifiedOrigin: claimedOrigin }) };
    }
    case 'self':
      return { kind: 'self' };
  }
}

/** @param ended A request whose PIN the card took, when it has ended. */
export function keyUsedNotice(ended: KeyUse, at: Date): KeyUsedNotice {
  const { consent, outcome, testCard } = ended;
  const { requester, operation, pinRole, items } = consent;
  return {
    kind: 'key-used',
    requester: noticeRequester(requester),
    operation,
    pinRole,
    at: at.toISOString(),
    items: items.length,
    outcome: outcome.status === 'done' ? { status: 'done' } : { status: 'failed', code: outcome.code },
    testCard,
  };
}
