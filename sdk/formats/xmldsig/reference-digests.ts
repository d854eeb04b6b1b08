import { equalBytes } from '../bytes.js';
import type { DigestAlgorithm, DocumentCrypto, RandomAccessSource } from '../ports.js';
import { canonicalize, readXml, type XmlDocument, type XmlElement } from '../xml/index.js';
import { digestAlgorithmByUri } from './algorithms.js';
import { readSource } from './read-source.js';
import type { ResolvedTarget } from './resolve-reference.js';
import type { SignatureElement, XmlWithSignatures } from './signature-element.js';
import { requireSameAs10, withoutComments, type C14nTransform, type Reference } from './signed-info.js';
import type { WorkBudget } from './work-budget.js';
import { xmlSignatureError } from './xmldsig-error.js';

export interface ReferenceDigestsOptions {
  readonly resolve?: ((unverifiedName: string) => Promise<RandomAccessSource | undefined>) | undefined;
  /** In place of a file that `resolve` does not find: what the caller says that a detached signature is over. */
  readonly content?: RandomAccessSource | undefined;
  readonly crypto: DocumentCrypto;
  readonly budget: WorkBudget;
}

interface CanonicalJob {
  readonly document: XmlDocument;
  readonly target: 'document' | XmlElement;
  readonly c14n: C14nTransform;
  readonly exclude: readonly XmlElement[];
}

/** Digests of what the references of one document's signatures are over. The same thing is digested once. */
export class ReferenceDigests {
  readonly #xml: XmlWithSignatures;
  readonly #options: ReferenceDigestsOptions;
  readonly #known = new Map<string, Promise<Uint8Array>>();

  constructor(xml: XmlWithSignatures, options: ReferenceDigestsOptions) {
    this.#xml = xml;
    this.#options = options;
  }

  /**
   * @throws FormatError `ERR_SIGN_DIGEST`: `xml-reference-digest`, `xml-reference-missing` for a file that is not there;
   * `ERR_SIGN_ALGORITHM`: `xml-digest-algorithm`, `xml-transform`; `ERR_SIGN_FORMAT`: `xml-reference-work`, and what
   * reading an XML file that is to be canonicalized says
   */
  async require(reference: Reference, target: ResolvedTarget, signature: SignatureElement): Promise<void> {
    const algorithm = digestAlgorithmByUri(reference.digestUri);
    const exclude = reference.transforms.isEnveloped ? [signature.element] : [];
    const key = cacheKey(algorithm, { reference, target, exclude });
    const digest = this.#known.get(key) ?? this.#digest(algorithm, { reference, target, exclude });
    this.#known.set(key, digest);
    requireDigest(await digest, reference);
  }

  /** The same for octets that are there already. @throws FormatError as `require` */
  async requireOctets(reference: Reference, octets: Uint8Array): Promise<void> {
    const algorithm = digestAlgorithmByUri(reference.digestUri);
    requireDigest(await this.#options.crypto.digest(algorithm, octets), reference);
  }

  async #digest(algorithm: DigestAlgorithm, { reference, target, exclude }: DigestJob): Promise<Uint8Array> {
    const { c14n, isVersion11 } = reference.transforms;
    if (target.kind === 'file') return this.#digestFile(algorithm, target.name, c14n);
    const element = target.kind === 'document' ? 'document' : target.element;
    if (isVersion11 && element !== 'document') requireSameAs10(element);
    return this.#digestCanonical(algorithm, {
      document: this.#xml.document,
      target: element,
      c14n: withoutComments(c14n),
      exclude,
    });
  }

  async #digestFile(algorithm: DigestAlgorithm, name: string, c14n: C14nTransform | undefined): Promise<Uint8Array> {
    const { resolve, content, crypto } = this.#options;
    const source = (await resolve?.(name)) ?? content;
    if (source === undefined) {
      throw xmlSignatureError('xml-reference-missing', 'a file is not there', { code: 'ERR_SIGN_DIGEST' });
    }
    if (c14n === undefined) return crypto.digest(algorithm, source);
    const document = readXml(await readSource(source));
    return this.#digestCanonical(algorithm, { document, target: 'document', c14n, exclude: [] });
  }

  #digestCanonical(algorithm: DigestAlgorithm, { document, target, c14n, exclude }: CanonicalJob): Promise<Uint8Array> {
    const digest = this.#options.crypto.startDigest(algorithm);
    canonicalize(document, target, { ...c14n, exclude }, (chunk) => {
      this.#options.budget.spend(chunk.length);
      digest.update(chunk);
    });
    return digest.digest();
  }
}

interface DigestJob {
  readonly reference: Reference;
  readonly target: ResolvedTarget;
  readonly exclude: readonly XmlElement[];
}

function cacheKey(algorithm: DigestAlgorithm, { reference, target, exclude }: DigestJob): string {
  const { c14n, isVersion11 } = reference.transforms;
  const what = target.kind === 'element' ? target.element.start : target.kind === 'file' ? target.name : undefined;
  const inclusive = c14n?.inclusivePrefixes.join(' ') ?? '';
  return JSON.stringify([algorithm, c14n?.method, isVersion11, inclusive, exclude[0]?.start, what]);
}

function requireDigest(digest: Uint8Array, { digestValue }: Reference): void {
  if (equalBytes(digest, digestValue)) return;
  throw xmlSignatureError('xml-reference-digest', 'the content is not what was signed', { code: 'ERR_SIGN_DIGEST' });
}
