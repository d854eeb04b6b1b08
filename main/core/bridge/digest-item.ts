import type { RawDigestAlgorithm } from '../../../sdk/protocol/index.js';
import type { PreparedDigestItem, SignableItem } from '../documents/signable-item.js';

/** What the card made of a digest. */
export interface DigestSignature {
  /** RSA: as the key gave it; ECDSA: DER `Ecdsa-Sig-Value`. */
  readonly signatureValue: Uint8Array;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** A digest of exactly the length of its algorithm. */
export interface RawDigestValue {
  readonly algorithm: RawDigestAlgorithm;
  readonly value: Uint8Array;
}

/** A digest that somebody else computed. */
export class DigestItem implements SignableItem {
  readonly unverifiedName: string;
  readonly #digest: RawDigestValue;
  #result: DigestSignature | undefined;

  constructor(unverifiedName: string, digest: RawDigestValue) {
    this.unverifiedName = unverifiedName;
    this.#digest = digest;
  }

  /** Undefined until it is signed. */
  get result(): DigestSignature | undefined {
    return this.#result;
  }

  prepare(): Promise<PreparedDigestItem> {
    const { algorithm, value: digest } = this.#digest;
    return Promise.resolve({
      kind: 'digest',
      algorithm,
      digest,
      complete: (signatureValue, certificate) => {
        this.#result = { signatureValue, certificate };
        return Promise.resolve();
      },
      discard: () => Promise.resolve(),
    });
  }
}
