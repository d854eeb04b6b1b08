import { xmlSignatureError } from './xmldsig-error.js';

/** Canonical octets that checking one document may come to: so many times the document, and some for small ones. */
const MAX_PASSES = 16;
const MIN_CANONICAL_BYTES = 32 * 1024 * 1024;
/** References of all signatures together. */
const MAX_DOCUMENT_REFERENCES = 10_000;

/** What is left of the work that the signatures of one document may cause. */
export class WorkBudget {
  #octetsLeft: number;
  #referencesLeft = MAX_DOCUMENT_REFERENCES;

  /** @param documentBytes length of the document in octets */
  constructor(documentBytes: number) {
    this.#octetsLeft = Math.max(MIN_CANONICAL_BYTES, MAX_PASSES * documentBytes);
  }

  /** @throws FormatError `ERR_SIGN_FORMAT`, `xml-reference-work`, when nothing is left */
  spend(octets: number): void {
    this.#octetsLeft -= octets;
    if (this.#octetsLeft < 0) throw xmlSignatureError('xml-reference-work', 'signatures over too much');
  }

  /** @throws FormatError `ERR_SIGN_FORMAT`, `xml-too-many-references`, when nothing is left */
  spendReferences(count: number): void {
    this.#referencesLeft -= count;
    if (this.#referencesLeft < 0) {
      throw xmlSignatureError('xml-too-many-references', 'more references than are checked');
    }
  }
}
