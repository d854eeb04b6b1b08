import type { CardFinding, CardReport } from '../core/inspection/card-report.js';
import type { CertificateDetails, CertificateKind } from '../core/inspection/certificate-details.js';
import type { Validity } from '../core/inspection/validity.js';
import type { AttributeReading } from '../core/attributes/read-attributes.js';
import type { ChangeablePin } from '../core/pin-change/pin-change.js';
import type { KeyRole, PinRole } from '../core/ports.js';
import type { Call } from './call.js';

export type { AttributeReading, CardFinding, CertificateKind, ChangeablePin, KeyRole, PinRole };
export type { ApplicationName, Medium, PinState } from '../core/inspection/card-report.js';

/** A card reader. `id` chooses it and is never shown: it is what the reader calls itself. */
export interface ReaderChoice {
  readonly id: string;
  /** Made safe to display. Whoever made the reader chose it. */
  readonly shownName: string;
}

/** Dates cross as ISO 8601. */
export type ShownValidity = Omit<Validity, 'notBefore' | 'notAfter'> & {
  readonly notBefore: string;
  readonly notAfter: string;
};

export type ShownCertificate =
  | ({ readonly status: 'readable' } & ShownValidity)
  | Exclude<CardReport['certificates'][KeyRole], { readonly status: 'readable' }>;

/** What a card tells without a PIN. */
export interface ShownCard extends Pick<CardReport, 'testCard' | 'medium' | 'applications' | 'pins' | 'authorities'> {
  readonly reader: ReaderChoice;
  readonly certificates: Readonly<Record<KeyRole, ShownCertificate>>;
  readonly findings: readonly { readonly finding: CardFinding; readonly normal: boolean }[];
}

export type CardView =
  | { readonly status: 'no-reader' }
  | { readonly status: 'no-card'; readonly readers: readonly ReaderChoice[] }
  /** Several readers hold a card, and none of them was named. */
  | { readonly status: 'several'; readonly readers: readonly ReaderChoice[] }
  | {
      readonly status: 'ready';
      readonly card: ShownCard;
      /** Readers with a card, this one among them. */
      readonly readers: readonly ReaderChoice[];
    };

/** A certificate without what it says about its holder: no name, no serial number. */
export interface ShownCertificateDetails extends Pick<
  CertificateDetails,
  'kind' | 'policies' | 'issuer' | 'authority'
> {
  readonly validity: ShownValidity;
  readonly keyUsage: readonly string[];
}

/** A PEM file is text; a DER file is what most programs take. */
export type CertificateEncoding = 'der' | 'pem';

export interface CertificateRequest {
  readonly kind: CertificateKind;
  /** `ReaderChoice.id`; needed where several hold a card. */
  readonly reader?: string | undefined;
}

export interface ExportRequest extends CertificateRequest {
  readonly encoding: CertificateEncoding;
}

export type ExportOutcome =
  | { readonly status: 'cancelled' }
  /** `shownName`: the file's name, made safe to display. */
  | { readonly status: 'saved'; readonly shownName: string };

/** Which secret opens the face of the card: its own PIN, or 照合番号B, which is printed on it. */
export type AttributesPin = 'profile' | 'number-b';

/** What is on the card: certificates, PINs, attributes. What needs a PIN asks for it in a window of its own. */
export interface CardCalls {
  /** The card as it is now; an earlier look that still goes on ends with `ERR_USER_CANCELLED`. Costs no PIN try. */
  'card.look': Call<{ readonly reader?: string | undefined }, CardView>;
  /** From the answer on `card.changed` tells of cards and readers that come and go, until `card.unwatch`. */
  'card.watch': Call<undefined, undefined>;
  'card.unwatch': Call<undefined, undefined>;
  'card.describeCertificate': Call<CertificateRequest, ShownCertificateDetails>;
  /** Asks for a place and writes the certificate there. */
  'card.exportCertificate': Call<ExportRequest, ExportOutcome>;
  /** Name, address, birth date and sex from the face of the card. Kept nowhere but in the answer. */
  'card.readAttributes': Call<{ readonly pinRole: AttributesPin }, AttributeReading>;
  'card.changePin': Call<{ readonly pinRole: ChangeablePin }, undefined>;
  /** Ends whichever of the last four goes on. One of them goes on at a time; `ERR_PROTOCOL_BUSY` tells of another. */
  'card.stop': Call<undefined, undefined>;
}

export interface CardPushes {
  /** A reader or a card came or went. */
  'card.changed': undefined;
}

export const CARD_CALLS = [
  'card.look',
  'card.watch',
  'card.unwatch',
  'card.describeCertificate',
  'card.exportCertificate',
  'card.readAttributes',
  'card.changePin',
  'card.stop',
] as const;
export const CARD_PUSHES = ['card.changed'] as const;
