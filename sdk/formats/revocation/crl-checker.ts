import { equalBytes } from '../bytes.js';
import type { Certificate } from '../certificate.js';
import type { VerifySignature } from '../ports.js';
import type { IssuedCertificate } from './certificate-id.js';
import type { CertificateStatus, Revocation, RevocationMoment } from './certificate-status.js';
import { findRevocation } from './crl-entries.js';
import { indexCrl, type CrlIndex } from './crl-index.js';
import { parseCrl, type Crl } from './crl.js';
import { crlStatus, verifyCrl } from './verify-crl.js';

/** Lookups that walk the whole CRL before it is worth sorting it. */
const LOOKUPS_WITHOUT_INDEX = 2;

/** One CRL for any number of questions: parsed once, its signature verified once, indexed when it is asked again and again. */
export class CrlChecker {
  readonly crl: Crl;
  readonly #crypto: VerifySignature;
  #verifiedFor: Certificate | undefined;
  #lookups = 0;
  #index: CrlIndex | undefined;

  /**
   * @param der must not change while this is in use
   * @throws FormatError as `parseCrl`
   */
  constructor(der: Uint8Array, crypto: VerifySignature) {
    this.crl = parseCrl(der);
    this.#crypto = crypto;
  }

  /** @throws FormatError whose reason begins with `crl-`; `crl-other-issuer` where it is not by this issuer */
  async status(issued: IssuedCertificate, moment: RevocationMoment): Promise<CertificateStatus> {
    const { issuer } = issued;
    if (this.#verifiedFor === undefined || !equalBytes(this.#verifiedFor.der, issuer.der)) {
      await verifyCrl(this.crl, issuer, this.#crypto);
      this.#verifiedFor = issuer;
    }
    return crlStatus(this.crl, issued, { ...moment, find: (certificate) => this.#find(certificate) });
  }

  #find(certificate: Certificate): Revocation | undefined {
    this.#lookups += 1;
    if (this.#lookups <= LOOKUPS_WITHOUT_INDEX) return findRevocation(this.crl, certificate);
    this.#index ??= indexCrl(this.crl);
    return this.#index.find(certificate);
  }
}
