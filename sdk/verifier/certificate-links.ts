import { requireCertificateIdentifier, type CertificateIdentifier } from './certificate-identifier.js';

/**
 * The verifier's own knowledge of which certificate took the place of which. An accredited verifier can have it from J-LIS
 * (新旧シリアル番号の紐付け); others from the person, who shows the old account by other means. It is never derived.
 */
export interface CertificateLinks {
  /**
   * The certificate that this one was issued in place of; undefined where none is known. The answer for a certificate should
   * stay what it was at its first login: a link that becomes known later changes the subject its services see.
   */
  predecessorOf(certificate: CertificateIdentifier): Promise<CertificateIdentifier | undefined>;
}

export interface CertificateRenewal {
  readonly previous: CertificateIdentifier;
  readonly renewed: CertificateIdentifier;
}

/** Links in the memory of one process: for tests, and as the model of a table with both columns unique. */
export class MemoryCertificateLinks implements CertificateLinks {
  readonly #predecessors = new Map<string, CertificateIdentifier>();
  readonly #continued = new Set<string>();

  predecessorOf(certificate: CertificateIdentifier): Promise<CertificateIdentifier | undefined> {
    return Promise.resolve(this.#predecessors.get(keyOf(certificate)));
  }

  /**
   * Notes that `renewed` continues `previous`. A certificate has one predecessor and one successor: a second of either would
   * let two people into one account. The same link once more changes nothing.
   * @throws RangeError where one of them is linked already, or the link would close a circle
   */
  link({ previous, renewed }: CertificateRenewal): void {
    requireCertificateIdentifier(previous);
    requireCertificateIdentifier(renewed);
    const [previousKey, renewedKey] = [keyOf(previous), keyOf(renewed)];
    const known = this.#predecessors.get(renewedKey);
    if (known !== undefined && keyOf(known) === previousKey) return;
    if (known !== undefined || this.#continued.has(previousKey)) throw new RangeError('already linked to another one');
    if (this.#continues(previous, renewedKey)) throw new RangeError('a certificate cannot precede itself');
    const { issuerKeyHash, serialNumber } = previous;
    this.#predecessors.set(renewedKey, { issuerKeyHash, serialNumber });
    this.#continued.add(previousKey);
  }

  #continues(certificate: CertificateIdentifier, key: string): boolean {
    for (let each: CertificateIdentifier | undefined = certificate; each; each = this.#predecessors.get(keyOf(each))) {
      if (keyOf(each) === key) return true;
    }
    return false;
  }
}

function keyOf({ issuerKeyHash, serialNumber }: CertificateIdentifier): string {
  return `${issuerKeyHash} ${serialNumber}`;
}
