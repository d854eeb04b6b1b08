import type { PinRole } from '../ports.js';

/** Who asks, as far as the transport could establish it. */
export type Requester =
  | {
      readonly kind: 'origin';
      /** Serialised origin, ASCII, as the browser sent it: `https://www.example.go.jp`. */
      readonly origin: string;
      /** The same with its host in Unicode where that differs (IDN); undefined otherwise. */
      readonly unicodeOrigin?: string;
    }
  /** A program on this PC: its claim to an origin is shown as a claim. */
  | { readonly kind: 'local-program'; readonly claimedOrigin?: string }
  /** The person's own command on files, without any service. */
  | { readonly kind: 'self' };

/** One thing whose bytes are bound by the signature. */
export interface ConsentItem {
  /** Unverified text of the requester, made safe to display. Shown as quoted. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, lower-case hexadecimal. */
  readonly sha256: string;
  /** The content itself where it is short text; undefined where it cannot be shown. */
  readonly preview?: ConsentPreview;
}

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
  | 'gender';

/** Everything a consent dialog shows, decided in the core. A dialog adds words, never facts. */
export interface ConsentModel {
  readonly operation: 'authenticate' | 'sign' | 'read-certificate' | 'read-attributes' | 'change-pin';
  readonly requester: Requester;
  /** The secret that is asked for. That of a key pair also says which certificate is used. */
  readonly pinRole: PinRole;
  readonly disclosed: readonly DisclosedDatum[];
  /** What is signed, in order. Empty where nothing but origin and nonce, or nothing at all, is signed. */
  readonly items: readonly ConsentItem[];
}
