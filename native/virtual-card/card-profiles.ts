import { decodeProfileFields, type ProfileFields } from './card-profile-document.js';
import type { CardProfile } from './card-profile.js';
import { STATUS_WORDS } from './status-words.js';

function bytes(hexadecimal: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal, 'hex'));
}

const DEFAULT_PROFILE: CardProfile = {
  atr: bytes('3bda13ff8131fb468012392f31c173c601c03b'),
  tokenLabel: 'JPKIAPICCTOKEN2',
  applicationIdentifier: bytes('d392f000260100000001'),
  shortFileIdentifiers: true,
  extendedLength: true,
  fillerByte: 0xff,
  fillerLength: 64,
  blockedQuery: STATUS_WORDS.TRIES_LEFT,
  blockedVerify: STATUS_WORDS.REFERENCE_DATA_NOT_USABLE,
  verifiedQuery: 'success',
  alwaysBlocked: [],
  firstCommandFails: false,
  verifiedSurvivesReset: false,
  textApplication: true,
  authenticationCertificate: 'free',
  signingFiles: 'present',
  mergedPins: false,
  material: 'valid',
};

const BOTH_PINS = ['authentication', 'signing'];

/** What each profile has that `default` has not, written as in a profile's file. */
const DIFFERENCES = {
  /** A contact card in use. */
  default: {},
  'contact-1': { atr: '3be000ff8131fe4514' },
  'contact-2': {},
  /** Its historical bytes announce no extended length. */
  'contact-3': { atr: '3bc5ff8131fb458073c6010000', extendedLength: false },
  'contact-4': { atr: '3bf59100ff918171fe400042000100d1d6' },
  'contact-5': { atr: '3bf59100ff918171fe4000420001b3a115' },
  'type-b-6': { atr: '3b888001000005e0b381a1007f' },
  'type-b-7': { atr: '3b888001000041e0b381a1003b' },
  'type-b-8': { atr: '3b888001004b51ff0081d100bc' },
  'type-b-9': { atr: '3b888001004b51ffb381d1000f' },
  'filler-ff': { fillerByte: 'ff', fillerLength: 400 },
  'filler-00': { fillerByte: '00', fillerLength: 400 },
  'no-extended-length': { extendedLength: false },
  /** A card that selects files by SELECT only. */
  'no-short-file-id': { shortFileIdentifiers: false },
  'blocked-63c0': { alwaysBlocked: BOTH_PINS, blockedQuery: '63c0', blockedVerify: '63c0' },
  'blocked-6983': { alwaysBlocked: BOTH_PINS, blockedQuery: '6983', blockedVerify: '6983' },
  'blocked-6984': { alwaysBlocked: BOTH_PINS, blockedQuery: '6984', blockedVerify: '6984' },
  'first-command-6f00': { firstCommandFails: true },
  'verified-query-9000': { verifiedQuery: 'success' },
  'verified-query-63cx': { verifiedQuery: 'tries-left' },
  'verified-survives-reset': { verifiedSurvivesReset: true, verifiedQuery: 'success' },
  /** スマホ用電子証明書 in an Android phone. */
  android: { tokenLabel: 'JPKIAPGPSETOKEN', textApplication: false, authenticationCertificate: 'after-pin' },
  iphone: { tokenLabel: 'JPKIAPIOSTOKEN' },
  /** 住民基本台帳カード. */
  juki: { tokenLabel: 'JPKIAPICCTOKEN' },
  expired: { material: 'expired' },
  'expiring-soon': { material: 'expiring-soon' },
  'not-yet-valid': { material: 'not-yet-valid' },
  /** A child's card. */
  'no-signing-certificate': { signingFiles: 'empty' },
  'no-signing-files': { signingFiles: 'absent' },
  'unlisted-ca': { material: 'unlisted-ca' },
  /** 次期個人番号カード: nothing of it is published but P-384, SHA-384 and two PINs. The rest is this program's guess. */
  'next-card': { applicationIdentifier: 'd392f000260200000001', mergedPins: true, material: 'next-card' },
} as const satisfies Record<string, ProfileFields>;

export type CardProfileName = keyof typeof DIFFERENCES;

export const CARD_PROFILE_NAMES = Object.keys(DIFFERENCES) as readonly CardProfileName[];

/** The cards there are, by the name `--profile` takes. */
export const CARD_PROFILES = Object.fromEntries(
  Object.entries(DIFFERENCES).map(([name, fields]) => [name, decodeProfileFields(fields, DEFAULT_PROFILE)]),
) as Readonly<Record<CardProfileName, CardProfile>>;

export function isCardProfileName(name: string): name is CardProfileName {
  return Object.hasOwn(CARD_PROFILES, name);
}
