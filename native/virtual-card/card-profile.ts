import type { MaterialKind } from './card-material.js';
import type { PinName } from './pins.js';

/** What differs between card generations, media and single cards, as data. */
export interface CardProfile {
  /** Answer to reset (ISO/IEC 7816-3), check byte included. */
  readonly atr: Uint8Array;
  /** Label in token information EF 0006; tells the media apart. 1–32 printable ASCII characters. */
  readonly tokenLabel: string;
  /** Name of the JPKI application (ISO/IEC 7816-4 §12.2.3): 5–16 bytes. */
  readonly applicationIdentifier: Uint8Array;
  /** Whether P2 = 80|SFI, and P1 = 80|SFI in READ BINARY, select a file. Otherwise they answer 6A86. */
  readonly shortFileIdentifiers: boolean;
  /** Whether extended Lc and Le fields are understood. Otherwise they answer 6700. */
  readonly extendedLength: boolean;
  /** What follows the DER inside a certificate's file. */
  readonly fillerByte: number;
  readonly fillerLength: number;
  /** Status word to a status query (VERIFY without data) of a blocked PIN. */
  readonly blockedQuery: number;
  /** Status word to VERIFY of a blocked PIN. */
  readonly blockedVerify: number;
  /** What a status query of a verified PIN answers: 9000, or 63Cx as if it were not verified. */
  readonly verifiedQuery: 'success' | 'tries-left';
  /** PINs that behave as blocked whatever their counters say. Their counters stay as they are. */
  readonly alwaysBlocked: readonly PinName[];
  /** Whether the first command after power-up is answered 6F00, without effect. */
  readonly firstCommandFails: boolean;
  /** Whether a verified PIN stays so through warm reset and SELECT of an application, until the power goes. */
  readonly verifiedSurvivesReset: boolean;
  /** Whether 券面事項入力補助AP and 共通カードAP are there. Otherwise their names answer 6A82. */
  readonly textApplication: boolean;
  /** Whether EF 000A can be read at once or wants the authentication PIN first. */
  readonly authenticationCertificate: 'free' | 'after-pin';
  /**
   * What a card without a signing certificate has in place of one: `empty`, EF 0001 of nothing but filler and no key
   * 001A; `absent`, none of EF 0001, 001A and 001B. EF 0008 says so in both cases.
   */
  readonly signingFiles: 'present' | 'empty' | 'absent';
  /** Whether the authentication PIN is also the PIN of 券面事項入力補助AP, with one counter. */
  readonly mergedPins: boolean;
  /** Which keys and certificates. */
  readonly material: MaterialKind;
}
