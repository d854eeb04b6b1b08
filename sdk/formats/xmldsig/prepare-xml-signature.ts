import { digestAlgorithm as digestEntry, signatureAlgorithm } from '../algorithms.js';
import { encodeBase64, equalBytes } from '../bytes.js';
import { parseCertificate } from '../certificate.js';
import type { BoundPart, PreparedDocument, SignatureInProgress, SigningContext } from '../document.js';
import { ecdsaSignatureFromDer } from '../ecdsa-signature.js';
import { FormatError } from '../format-error.js';
import type { DigestAlgorithm, DocumentCrypto, RandomAccessSource } from '../ports.js';
import { canonicalize, type C14nMethod, type XmlDocument, type XmlElement } from '../xml/index.js';
import { SIGNED_PROPERTIES_TYPE } from './algorithms.js';
import { requireKeepsSignatures, type PlaceInXml } from './co-signature.js';
import { InsertionPoint } from './placement.js';
import { parseReferenceUri } from './reference-uri.js';
import { referencedElement } from './resolve-reference.js';
import { ElementWriter, signatureText, signedInfoText, type ReferenceText } from './signature-text.js';
import { canonicalOctets } from './signed-info.js';
import { xadesObject } from './xades-text.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** What a signature is to be over. The enveloped-signature transform is added wherever the signature stands within it. */
export interface XmlReferenceInput {
  /** As it is to be written: empty for the document, `#` and an ID, percent-encoded or not, or a bare file name. */
  readonly uri: string;
  /** Of a file: its octets, which are signed as they are. */
  readonly source?: RandomAccessSource;
  /** Of a document or an element: C14N 1.0 unless said otherwise. */
  readonly c14n?: C14nMethod;
  /** For XAdES; `text/xml`, or `application/octet-stream` for files, unless said otherwise. */
  readonly mimeType?: string;
}

export interface XmlSignatureOptions {
  /** At least one. */
  readonly references: readonly XmlReferenceInput[];
  /** Of SignedInfo: C14N 1.0 unless said otherwise. */
  readonly c14n?: C14nMethod;
  /** Of the XMLDSig namespace; a default namespace unless said otherwise. */
  readonly prefix?: '' | 'ds' | 'dsig';
  /** `Signature/@Id`. Left out: none; in XAdES, one that the document does not have. */
  readonly id?: string;
  /** A line feed before, between and after the children of every element of the signature. */
  readonly lineFeeds?: boolean;
  /** Left out: plain XMLDSig, which knows no time stamp. */
  readonly xades?: {
    /** Names the certificate by issuer and serial number besides its digest (EN 319 132-1 §5.2.2). */
    readonly withIssuerSerial: boolean;
  };
  /** As `PreparedDocument.unboundNames`. */
  readonly unboundNames?: readonly string[];
}

/**
 * Prepares an XML signature (XMLDSig 1.1), as XAdES of level B-B or B-T where that is asked for. The signed document is the
 * octets that were read, with the Signature put in its place and nothing else changed.
 * @param place what `readXmlWithSignatures` has read, and where in it the Signature goes
 * @throws FormatError `ERR_SIGN_FORMAT`: `xml-reference-uri`, `xml-reference-target`, `xml-placement`, `xml-duplicate-id`,
 * `xml-breaks-signature`, `xml-existing-signature`; and whatever reading files throws
 */
export async function prepareXmlSignature(
  place: PlaceInXml,
  options: XmlSignatureOptions,
  crypto: DocumentCrypto,
): Promise<PreparedDocument> {
  const { document } = place.xml;
  const point = new InsertionPoint(document, place.placement);
  requireKeepsSignatures(place.xml, point);
  if (options.id !== undefined && document.ids.has(options.id)) {
    throw xmlSignatureError('xml-duplicate-id', 'the Id of the new signature is in use');
  }
  const contents = options.references.map((reference) => readReference(reference, document, point));
  if (contents.length === 0) throw xmlSignatureError('xml-nothing-signed', 'no reference');
  const digests = new ContentDigests(contents, crypto);
  await digests.ensure('SHA-256');
  const file = place.file ?? document.bytes;
  const sha256 = await crypto.digest('SHA-256', file);
  return {
    bound: [{ unverifiedName: '', size: file.length, sha256 }, ...digests.files],
    unboundNames: options.unboundNames ?? [],
    use: (algorithm) => digests.ensure(algorithm),
    begin: (context) => new SignatureBuilder({ document, point, options, contents, digests, crypto, context }).begin(),
  };
}

// ------------------------------------------------------------------------------------------------- contents

/** One Reference, with a way to its octets. */
type Content = { readonly uri: string; readonly mimeType: string } & (
  | { readonly kind: 'file'; readonly name: string; readonly source: RandomAccessSource }
  | {
      readonly kind: 'xml';
      readonly isEnveloped: boolean;
      readonly c14n: C14nMethod;
      readonly document: XmlDocument;
      readonly target: 'document' | XmlElement;
    }
);

function readReference(reference: XmlReferenceInput, document: XmlDocument, point: InsertionPoint): Content {
  const { uri, source, c14n = 'c14n' } = reference;
  const target = parseReferenceUri(uri);
  if ((target.kind === 'file') !== (source !== undefined)) {
    throw xmlSignatureError('xml-reference-uri', 'a file without a source, or a source without a file');
  }
  if (target.kind === 'file' && source !== undefined) {
    return { kind: 'file', uri, name: target.name, source, mimeType: reference.mimeType ?? 'application/octet-stream' };
  }
  const element = target.kind === 'element' ? referencedElement(uri, target.id, document) : 'document';
  return {
    kind: 'xml',
    uri,
    mimeType: reference.mimeType ?? 'text/xml',
    isEnveloped: element === 'document' || point.isWithin(element),
    c14n,
    document,
    target: element,
  };
}

/** The digests of all contents, by as many algorithms as were asked for. */
class ContentDigests {
  readonly #contents: readonly Content[];
  readonly #crypto: DocumentCrypto;
  readonly #digests = new Map<DigestAlgorithm, readonly Uint8Array[]>();

  constructor(contents: readonly Content[], crypto: DocumentCrypto) {
    this.#contents = contents;
    this.#crypto = crypto;
  }

  /** @throws FormatError `ERR_SIGN_ALGORITHM` for SHA-1; `ERR_SIGN_DIGEST` (`content-changed`) for a file that has changed */
  async ensure(algorithm: DigestAlgorithm): Promise<void> {
    if (digestEntry(algorithm).legacy) {
      throw xmlSignatureError('xml-digest-algorithm', 'SHA-1 is not written', { code: 'ERR_SIGN_ALGORITHM' });
    }
    if (this.#digests.has(algorithm)) return;
    const digests: Uint8Array[] = [];
    for (const [index, content] of this.#contents.entries())
      digests.push(await this.#digest(content, algorithm, index));
    this.#digests.set(algorithm, digests);
  }

  /** @throws FormatError `ERR_SIGN_DIGEST`, where `ensure` was not called */
  get(algorithm: DigestAlgorithm): readonly Uint8Array[] {
    const digests = this.#digests.get(algorithm);
    if (digests === undefined)
      throw new FormatError('ERR_SIGN_DIGEST', 'not made ready', { reason: 'digest-not-ready' });
    return digests;
  }

  /** The files among the contents. */
  get files(): readonly BoundPart[] {
    const digests = this.get('SHA-256');
    return this.#contents.flatMap((content, index) => {
      const sha256 = digests[index];
      if (content.kind !== 'file' || sha256 === undefined) return [];
      return [{ unverifiedName: content.name, size: content.source.size, sha256 }];
    });
  }

  async #digest(content: Content, algorithm: DigestAlgorithm, index: number): Promise<Uint8Array> {
    if (content.kind === 'file') return this.#digestFile(content.source, algorithm, index);
    const digest = this.#crypto.startDigest(algorithm);
    // The new Signature is not there yet: this is what the enveloped-signature transform will leave of the document.
    canonicalize(content.document, content.target, { method: content.c14n }, (chunk) => digest.update(chunk));
    return digest.digest();
  }

  async #digestFile(source: RandomAccessSource, algorithm: DigestAlgorithm, index: number): Promise<Uint8Array> {
    const digest = this.#crypto.startDigest(algorithm);
    const sha256 = this.#crypto.startDigest('SHA-256');
    for await (const chunk of source.chunks()) {
      digest.update(chunk);
      sha256.update(chunk);
    }
    const bound = this.#digests.get('SHA-256')?.[index];
    if (bound !== undefined && !equalBytes(await sha256.digest(), bound)) {
      throw new FormatError('ERR_SIGN_DIGEST', 'a file has changed', { reason: 'content-changed' });
    }
    return digest.digest();
  }
}

// ------------------------------------------------------------------------------------------------- signature

interface BuilderInput {
  readonly document: XmlDocument;
  readonly point: InsertionPoint;
  readonly options: XmlSignatureOptions;
  readonly contents: readonly Content[];
  readonly digests: ContentDigests;
  readonly crypto: DocumentCrypto;
  readonly context: SigningContext;
}

/** Ids that one signature brings. */
interface SignatureIds {
  readonly signature: string | undefined;
  readonly signatureValue: string | undefined;
  readonly properties: string;
  readonly references: readonly string[];
}

/** Canonical octets of SignedInfo, and of what else is small. */
const MAX_PART_BYTES = 4 * 1024 * 1024;

class SignatureBuilder {
  readonly #input: BuilderInput;
  readonly #writer: ElementWriter;
  readonly #ids: SignatureIds;
  readonly #certificates: readonly Uint8Array[];

  constructor(input: BuilderInput) {
    const { options, context } = input;
    if (context.timeStamper !== undefined && options.xades === undefined) {
      throw xmlSignatureError('xml-time-stamp', 'XMLDSig without XAdES knows no time stamp');
    }
    this.#input = input;
    this.#writer = new ElementWriter(options.prefix ?? '', options.lineFeeds ?? false);
    this.#ids = newIds(input);
    this.#certificates = [context.certificate, ...(context.otherCertificates ?? [])].map(
      (der) => parseCertificate(der).der,
    );
  }

  async begin(): Promise<SignatureInProgress> {
    const { options, context } = this.#input;
    const object = options.xades === undefined ? undefined : await this.#object();
    const signedInfo = await this.#signedInfo(object);
    const c14n = options.c14n ?? 'c14n';
    const toBeSigned = this.#canonical({ signedInfo, object }, 'SignedInfo', c14n);
    const { keyKind } = signatureAlgorithm(context.signatureAlgorithm);
    return {
      toBeSigned,
      complete: async (value) => {
        const octets = keyKind === 'RSA' ? value : ecdsaSignatureFromDer(value, keyKind);
        const parts = { signedInfo, object, signatureValue: encodeBase64(octets) };
        return this.#input.point.insert(this.#text(await this.#stamped(parts)));
      },
    };
  }

  async #signedInfo(object: string | undefined): Promise<string> {
    const { options, context, contents, digests } = this.#input;
    const { digestAlgorithm } = signatureAlgorithm(context.signatureAlgorithm);
    if (digestAlgorithm === 'SHA-1') throw new FormatError('ERR_SIGN_ALGORITHM', 'SHA-1 is not written');
    const values = digests.get(digestAlgorithm);
    const references = contents.map((content, index): ReferenceText => ({
      id: options.xades === undefined ? undefined : this.#ids.references[index],
      uri: content.uri,
      isEnveloped: content.kind === 'xml' && content.isEnveloped,
      c14n: content.kind === 'xml' ? content.c14n : undefined,
      digest: values[index] ?? new Uint8Array(),
    }));
    return signedInfoText(this.#writer, {
      c14n: options.c14n ?? 'c14n',
      signatureAlgorithm: context.signatureAlgorithm,
      digestAlgorithm,
      references:
        object === undefined ? references : [...references, await this.#propertiesReference(object, digestAlgorithm)],
    });
  }

  async #propertiesReference(object: string, algorithm: DigestAlgorithm): Promise<ReferenceText> {
    const octets = this.#canonical({ signedInfo: '', object }, 'SignedProperties', 'exc-c14n');
    return {
      type: SIGNED_PROPERTIES_TYPE,
      uri: `#${this.#ids.properties}`,
      isEnveloped: false,
      c14n: 'exc-c14n',
      digest: await this.#input.crypto.digest(algorithm, octets),
    };
  }

  #object(timeStampToken?: Uint8Array): Promise<string> {
    const { options, context, contents, crypto } = this.#input;
    return xadesObject(this.#writer, {
      signatureId: this.#ids.signature ?? '',
      propertiesId: this.#ids.properties,
      certificate: context.certificate,
      withIssuerSerial: options.xades?.withIssuerSerial ?? false,
      signingTime: context.signingTime,
      formats: contents.map(({ mimeType }, index) => ({ referenceId: this.#ids.references[index] ?? '', mimeType })),
      ...(timeStampToken !== undefined && { timeStampToken }),
      digest: crypto,
    });
  }

  async #stamped(parts: SignatureParts): Promise<SignatureParts> {
    const { context, crypto } = this.#input;
    if (context.timeStamper === undefined) return parts;
    const { digestAlgorithm } = signatureAlgorithm(context.signatureAlgorithm);
    const octets = this.#canonical(parts, 'SignatureValue', 'exc-c14n');
    const digest = await crypto.digest(digestAlgorithm, octets);
    return { ...parts, object: await this.#object(await context.timeStamper({ digestAlgorithm, digest })) };
  }

  #text({ signedInfo, object, signatureValue = '' }: SignatureParts): string {
    return signatureText(this.#writer, {
      id: this.#ids.signature,
      signedInfo,
      signatureValueId: this.#ids.signatureValue,
      signatureValue,
      certificates: this.#certificates,
      objects: object === undefined ? [] : [object],
    });
  }

  /** Canonical octets of one part of the Signature, with the namespaces it will have in its place. */
  #canonical(parts: SignatureParts, localName: string, method: C14nMethod): Uint8Array {
    const { document, part } = this.#input.point.surround(this.#text(parts), localName);
    return canonicalOctets(document, part, { method, inclusivePrefixes: [], maxBytes: MAX_PART_BYTES });
  }
}

interface SignatureParts {
  readonly signedInfo: string;
  /** Left out: no XAdES. */
  readonly object: string | undefined;
  /** Base64. */
  readonly signatureValue?: string;
}

/** @throws FormatError `ERR_SIGN_FORMAT`, `xml-duplicate-id` */
function newIds({ document, options, contents }: BuilderInput): SignatureIds {
  if (options.xades === undefined) {
    return { signature: options.id, signatureValue: undefined, properties: '', references: [] };
  }
  for (let number = 1; ; number += 1) {
    const signature = options.id ?? `signature-${number}`;
    const ids = {
      signature,
      signatureValue: `${signature}-value`,
      properties: `${signature}-properties`,
      references: contents.map((_, index) => `${signature}-reference-${index + 1}`),
    };
    const all = [signature, ids.signatureValue, ids.properties, ...ids.references];
    if (!all.some((id) => document.ids.has(id))) return ids;
    if (options.id !== undefined) throw xmlSignatureError('xml-duplicate-id', 'an Id of the new signature is in use');
  }
}
