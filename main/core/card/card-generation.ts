import type { DigestAlgorithm, SignatureAlgorithm } from '../../../sdk/formats/ports.js';
import type { KeyRole, PinRole } from '../ports.js';

/** How a PIN looks, before any card is asked. */
export interface PinFormat {
  readonly minLength: number;
  readonly maxLength: number;
  readonly alphabet: 'digits' | 'upper-case-alphanumeric';
}

/** Where one of the card's secrets lives and how it looks. */
export interface PinEntry {
  readonly role: PinRole;
  readonly pinFileId: number;
  readonly pinFormat: PinFormat;
}

/** Where one of the card's key pairs lives and how it signs. */
export interface KeyEntry extends PinEntry {
  readonly role: KeyRole;
  readonly certificateFileId: number;
  readonly issuerCertificateFileId: number;
  readonly privateKeyFileId: number;
  readonly algorithm: SignatureAlgorithm;
  readonly digestAlgorithm: DigestAlgorithm;
}

/** The certificate application of one generation of cards: a new generation is one more table, not new code. */
export interface CardGeneration {
  readonly aid: Uint8Array;
  readonly keys: Readonly<Record<KeyRole, KeyEntry>>;
}

/** P2 of VERIFY and COMPUTE DIGITAL SIGNATURE for the current EF. */
export const CURRENT_FILE_REFERENCE = 0x80;

/** Short EF identifier of a file: its five low bits (ISO 7816-4 §7.3.2). */
export function shortFileId(fileId: number): number {
  return fileId & 0x1f;
}

/** 公的個人認証AP of the cards issued since 2016: two RSA-2048 key pairs, two PINs. */
export const JPKI_2016: CardGeneration = {
  aid: Uint8Array.of(0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01),
  keys: {
    authentication: {
      role: 'authentication',
      certificateFileId: 0x000a,
      issuerCertificateFileId: 0x000b,
      privateKeyFileId: 0x0017,
      pinFileId: 0x0018,
      pinFormat: { minLength: 4, maxLength: 4, alphabet: 'digits' },
      algorithm: 'RS256',
      digestAlgorithm: 'SHA-256',
    },
    signing: {
      role: 'signing',
      certificateFileId: 0x0001,
      issuerCertificateFileId: 0x0002,
      privateKeyFileId: 0x001a,
      pinFileId: 0x001b,
      pinFormat: { minLength: 6, maxLength: 16, alphabet: 'upper-case-alphanumeric' },
      algorithm: 'RS256',
      digestAlgorithm: 'SHA-256',
    },
  },
};

/**
 * The next card (次期個人番号カード), **provisional**: ECDSA P-384 with SHA-384 is what its plans say; application
 * identifier, files and the form of the signature are unpublished and stand in for the real ones.
 */
export const JPKI_NEXT_PROVISIONAL: CardGeneration = {
  aid: Uint8Array.of(0xd3, 0x92, 0xf0, 0x00, 0x26, 0x02, 0x00, 0x00, 0x00, 0x01),
  keys: {
    authentication: { ...JPKI_2016.keys.authentication, algorithm: 'ES384', digestAlgorithm: 'SHA-384' },
    signing: { ...JPKI_2016.keys.signing, algorithm: 'ES384', digestAlgorithm: 'SHA-384' },
  },
};

/** Every generation this release knows, tried in order by selecting its AID. */
export const CARD_GENERATIONS: readonly CardGeneration[] = [JPKI_2016, JPKI_NEXT_PROVISIONAL];
