import type { LocalisedText, RequestedAttribute } from '../../../sdk/protocol/index.js';
import type { DocumentPreview } from '../documents/document-preview.js';
import type { SignatureFormat } from '../documents/signature-formats.js';
import type { PinRole } from '../ports.js';

/** How a page's request came here. */
export type Route = 'extension' | 'loopback' | 'redirect';

/** The program of this PC that brought the request, as the operating system names it. For display, never for a decision. */
export type Caller =
  | { readonly kind: 'browser'; readonly name: string }
  /** Some other program: it can claim any origin. */
  | { readonly kind: 'program'; readonly name: string }
  | { readonly kind: 'unknown' };

/** What the service registry says about an origin. Texts here are the registry's, which its signer vouches for. */
export type OriginStanding =
  /** In the registry, and this very request is signed with the service's key. */
  | {
      readonly level: 'verified';
      readonly serviceId: string;
      readonly name: LocalisedText;
      readonly operator: LocalisedText;
    }
  | {
      readonly level: 'listed';
      readonly serviceId: string;
      readonly name: LocalisedText;
      readonly operator: LocalisedText;
    }
  | { readonly level: 'unlisted'; readonly lookAlike?: LookAlike };

/** A listed origin that an unlisted one could be taken for. */
export interface LookAlike {
  readonly origin: string;
  readonly name: LocalisedText;
}

/** A web page, or what says it is one. */
export interface OriginRequester {
  readonly kind: 'origin';
  /** Serialised origin, ASCII, as the browser sent it: `https://www.example.go.jp`. */
  readonly origin: string;
  /** The same with its host in Unicode where that differs (IDN); undefined otherwise. */
  readonly unicodeOrigin?: string;
  readonly route: Route;
  /**
   * False where nothing but the address the answer goes to says who asks: a redirect that is not signed. Somebody else may
   * have started it.
   */
  readonly confirmed: boolean;
  readonly standing: OriginStanding;
  readonly caller: Caller;
}

/** Who asks, as far as the transport could establish it. */
export type Requester =
  | OriginRequester
  /** A program on this PC: its claim to an origin is shown as a claim. */
  | { readonly kind: 'local-program'; readonly claimedOrigin?: string }
  /** The person's own command on files, without any service. */
  | { readonly kind: 'self' };

/** Who can read the result. */
export type Recipient =
  | { readonly kind: 'requester' }
  /** Encrypted to a verifier of the registry: the site cannot read it. */
  | {
      readonly kind: 'verifier';
      readonly id: string;
      readonly name: LocalisedText;
      readonly operator: LocalisedText;
    }
  /** Encrypted to a key the site brought along: the site itself can read it. */
  | { readonly kind: 'requester-key' };

/** Octets that a signature binds. */
export interface ConsentPart {
  /** Unverified text, made safe to display. Shown as quoted. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, lower-case hexadecimal. */
  readonly sha256: string;
}

/** A document whose bytes are bound by the signature. */
export interface ConsentDocument extends ConsentPart {
  readonly kind: 'document';
  readonly format: SignatureFormat;
  /** Further files whose bytes the same signature binds. */
  readonly parts: readonly ConsentPart[];
  /** Names, made safe to display, of files that it only names: their content may change without breaking it. */
  readonly unbound: readonly string[];
  /** Where the result goes, made safe to display; undefined where it goes to whoever asks. */
  readonly destination?: string;
  /** What can be shown of it; undefined where nothing can. */
  readonly preview?: DocumentPreview;
}

/** A digest that whoever asks made, of something that nobody here has seen. */
export interface ConsentDigest {
  readonly kind: 'digest';
  readonly name: string;
  /** SHA-1 only for a government site, where an administrator lets it. */
  readonly algorithm: 'SHA-256' | 'SHA-384' | 'SHA-512' | 'SHA-1';
  /** Lower-case hexadecimal. */
  readonly digest: string;
}

export type ConsentItem = ConsentDocument | ConsentDigest;

/** Text of the requester, unverified and made safe to show. */
export interface ConsentPreview {
  readonly lines: readonly string[];
  /** How many of them were too long and are shown in part. */
  readonly cutLines: number;
  /** How many lines of the content follow those in `lines`. */
  readonly omittedLines: number;
  /** False where lines are missing or one was cut off. */
  readonly complete: boolean;
}

/** What leaves the PC if the person agrees. */
export type DisclosedDatum =
  /** 発行番号: the certificate's serial number, the same at every service. */
  | 'serial-number'
  /** 氏名・住所・生年月日・性別 in the signing certificate. */
  | 'four-attributes'
  /** One of the four, as the card's face has it. */
  | 'name'
  | 'address'
  | 'birth-date'
  | 'gender'
  /** Made up of this installation, the site and the card, so that the site knows them again, and no other site does. */
  | 'site-identifier';

/** Why a site may ask in the government sites' own page protocol: by its name below `go.jp`, or because an administrator added it. */
export type GovernmentStanding = 'go-jp' | 'added';

/** An attribute, or an answer derived from one, that a service asks for. */
export interface ConsentAttribute {
  readonly attribute: RequestedAttribute;
  /** False: the person may leave it out and agree to the rest. */
  readonly required: boolean;
}

/** Everything a consent dialog shows, decided in the core. A dialog adds words, never facts. */
export interface ConsentModel {
  readonly operation: 'authenticate' | 'sign' | 'read-certificate' | 'read-attributes' | 'change-pin';
  readonly requester: Requester;
  /** Undefined: whoever asks. */
  readonly recipient?: Recipient;
  /** The secret that is asked for. That of a key pair also says which certificate is used. */
  readonly pinRole: PinRole;
  /** Whoever `recipient` is. Answers derived from attributes are in `attributes` only, as is what may be left out. */
  readonly disclosed: readonly DisclosedDatum[];
  /** What is signed, in order. Empty where nothing but origin and nonce, or nothing at all, is signed. */
  readonly items: readonly ConsentItem[];
  /** While what is to be signed is still being read: its names, made safe to display. `items` is empty then. */
  readonly beingRead?: readonly string[];
  /** Who is asked for time stamps, and learns the signatures' digests: an address, made safe to display. */
  readonly timeStampAuthority?: string;
  /** Why a service reads attributes: its unverified words, made safe to display. Shown as quoted. */
  readonly purpose?: string;
  /** What a service asks for, required ones first. Undefined for one's own commands, which `disclosed` says all about. */
  readonly attributes?: readonly ConsentAttribute[];
  /** A question of its own before the consent: the signing certificate for an origin that no registry lists. */
  readonly separateStep?: 'unlisted-signing';
  /**
   * `may-be`: the person can have this explanation shortened next time. `is`: it was, and the person is asked for the PIN
   * at once. Undefined: no such choice.
   */
  readonly remembered?: 'may-be' | 'is';
  /**
   * A government site asks in its own page protocol. With `authenticate` the site chose the bytes in `items`, and what they are
   * for cannot be checked; with `sign` they are digests of content that cannot be shown. The value says why it may ask so.
   */
  readonly governmentPage?: GovernmentStanding;
}
