import type { PinName } from './pins.js';

/** When a file may be read or its key used. */
export type AccessCondition = 'always' | { readonly anyOf: readonly PinName[] };

export interface TransparentFile {
  readonly kind: 'transparent';
  readonly content: Uint8Array;
  readonly read: AccessCondition;
}

/** A file of records, each read by its number from 1 on. */
export interface RecordsFile {
  readonly kind: 'records';
  readonly records: readonly Uint8Array[];
  readonly read: AccessCondition;
}

export interface PinFile {
  readonly kind: 'pin';
  readonly pin: PinName;
}

export interface PrivateKeyFile {
  readonly kind: 'private-key';
  readonly use: AccessCondition;
  /** Input of COMPUTE DIGITAL SIGNATURE, in bytes. */
  readonly inputLength: { readonly shortest: number; readonly longest: number };
  /** Bytes of every signature. */
  readonly signatureLength: number;
  /** Applies the private key to the bytes as they were sent: RSA with PKCS#1 v1.5 padding, ECDSA as to a digest. */
  sign(input: Uint8Array): Uint8Array;
}

/** An elementary file (EF). */
export type CardFile = TransparentFile | RecordsFile | PinFile | PrivateKeyFile;

export type ApplicationName = 'jpki' | 'text' | 'common';

export interface CardApplication {
  readonly name: ApplicationName;
  /** Application identifier (ISO/IEC 7816-5). */
  readonly aid: Uint8Array;
  /** Keyed by file identifier; a file's short identifier is the low five bits of it. */
  readonly files: ReadonlyMap<number, CardFile>;
}
