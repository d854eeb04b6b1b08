import { STATUS_WORDS } from './status-words.js';

/** What differs between card generations and media, as data. */
export interface CardProfile {
  /** Answer to reset (ISO/IEC 7816-3), check byte included. */
  readonly atr: Uint8Array;
  /** Label in token information EF 0006; tells the media apart. At most 32 ASCII characters. */
  readonly tokenLabel: string;
  /** Whether P2 = 80|SFI, and P1 = 80|SFI in READ BINARY, select a file. Otherwise they answer 6A86. */
  readonly shortFileIdentifiers: boolean;
  /** Whether extended Lc and Le fields are understood. Otherwise they answer 6700. */
  readonly extendedLength: boolean;
  /** What follows the DER inside a certificate's file. */
  readonly certificateFiller: { readonly byte: number; readonly length: number };
  readonly statusWords: {
    /** To a status query (VERIFY without data) of a blocked PIN. */
    readonly blockedQuery: number;
    /** To VERIFY of a blocked PIN. */
    readonly blockedVerify: number;
    /** To a status query of a PIN that is verified. Undefined: the tries left, as if it were not. */
    readonly verifiedQuery: number | undefined;
  };
}

function bytes(hexadecimal: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal, 'hex'));
}

const DEFAULT_PROFILE: CardProfile = {
  atr: bytes('3bda13ff8131fb468012392f31c173c601c03b'),
  tokenLabel: 'JPKIAPICCTOKEN2',
  shortFileIdentifiers: true,
  extendedLength: true,
  certificateFiller: { byte: 0xff, length: 64 },
  statusWords: {
    blockedQuery: STATUS_WORDS.TRIES_LEFT,
    blockedVerify: STATUS_WORDS.REFERENCE_DATA_NOT_USABLE,
    verifiedQuery: STATUS_WORDS.SUCCESS,
  },
};

/** The cards there are, by the name `--profile` takes. */
export const CARD_PROFILES = {
  /** A contact card in use. */
  default: DEFAULT_PROFILE,
  /** A card that selects files by SELECT only. */
  'no-short-file-id': { ...DEFAULT_PROFILE, shortFileIdentifiers: false },
} as const satisfies Record<string, CardProfile>;

export type CardProfileName = keyof typeof CARD_PROFILES;

export const CARD_PROFILE_NAMES = Object.keys(CARD_PROFILES) as readonly CardProfileName[];
