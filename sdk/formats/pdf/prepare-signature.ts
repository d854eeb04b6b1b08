/** Signing a PDF (ISO 32000-2 §12.8) by a further revision: every octet that was there stays what and where it is. */
import { signatureAlgorithm } from '../algorithms.js';
import { equalBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { beginDetachedCms } from '../cms/begin-signature.js';
import { nameValues } from '../distinguished-name.js';
import type { PreparedDocument, SignatureInProgress, SigningContext } from '../document.js';
import { FormatError } from '../format-error.js';
import { jpkiPersonalAttributes } from '../jpki-profile.js';
import type { DigestAlgorithm, DocumentCrypto, RandomAccessSource, RunningDigest } from '../ports.js';
import { addAppearance, type SignatureAppearance } from './appearance.js';
import { PdfIncrement } from './increment.js';
import { PdfArray, PdfName, pdfDictionary, type PdfDictionary, type PdfReference } from './objects.js';
import type { Inflate } from './ports.js';
import { readSignable, type SignableDocument } from './signable-document.js';
import { fillByteRange, fillContents, signatureTemplate, type UnsignedIncrement } from './signature-dictionary.js';
import { docMdpReference, fieldMdpReference, planSignatureField, type SignatureFieldPlan } from './signature-field.js';
import { encodeDate, encodeTextString } from './text-string.js';

export interface PdfSignatureOptions {
  readonly inflate: Inflate;
  /**
   * `adbe.pkcs7.detached`: plain CMS (ISO 32000-1 §12.8.3.3). `ETSI.CAdES.detached`: PAdES (EN 319 142-1), B-B, or B-T with
   * a time stamper.
   */
  readonly subFilter: 'adbe.pkcs7.detached' | 'ETSI.CAdES.detached';
  /** Whole name of an empty signature field that is to be signed. Left out: a new field, named `Signature1` or the like. */
  readonly fieldName?: string;
  /** The page, from 1, that bears a new field which does not show. Left out: the first. */
  readonly page?: number;
  /** Left out: the signature does not show. */
  readonly appearance?: SignatureAppearance;
  readonly reason?: string;
  readonly location?: string;
  /** A certification signature: 1 allows no change, 2 filling in and signing, 3 annotations too (table 257). */
  readonly certificationLevel?: 1 | 2 | 3;
}

/** Octets for the CMS; certificates and a time stamp come on top. */
const MIN_CONTENTS_BYTES = 16 * 1024;
/** Octets for everything in the CMS but the certificates and the time stamp. */
const CMS_BYTES = 4 * 1024;
/** Octets for a time stamp with its authority's certificates. */
const TIME_STAMP_BYTES = 16 * 1024;
/** Octets that the increment has at most, besides what is read of the document for it. */
const MAX_INCREMENT_BYTES = 128 * 1024 * 1024;

/**
 * Reads the few objects that a signature changes, and digests the document in one pass. After that only the increment is
 * digested, however long the document is.
 * @param source must not change until the output is written
 * @throws FormatError `ERR_SIGN_FORMAT`; the reasons are those of `PdfReason`
 */
export async function preparePdfSignature(
  source: RandomAccessSource,
  options: PdfSignatureOptions,
  crypto: DocumentCrypto,
): Promise<PreparedDocument> {
  const document = await readSignable(source, options);
  const field = await planSignatureField(document, options);
  const digests = new DocumentDigests(source, crypto);
  const sha256 = await digests.readFirst();
  return {
    bound: [{ unverifiedName: '', size: source.size, sha256 }],
    unboundNames: [],
    use: (algorithm) => digests.ensure(algorithm),
    begin: (context) => begin(context, { document, field, digests, options, crypto }),
  };
}

interface Prepared {
  readonly document: SignableDocument;
  readonly field: SignatureFieldPlan;
  readonly digests: DocumentDigests;
  readonly options: PdfSignatureOptions;
  readonly crypto: DocumentCrypto;
}

async function begin(context: SigningContext, prepared: Prepared): Promise<SignatureInProgress> {
  const { document, digests, options, crypto } = prepared;
  const { source } = document.file;
  const increment = await buildIncrement(context, prepared);
  const digest = digests.fork(signatureAlgorithm(context.signatureAlgorithm).digestAlgorithm);
  digest.update(increment.bytes.subarray(0, increment.contents.start));
  digest.update(increment.bytes.subarray(increment.contents.end));
  const cms = await beginDetachedCms({
    context,
    contentDigest: await digest.digest(),
    // EN 319 142-1 §5.3: the time is in `M` alone.
    withSigningTime: options.subFilter !== 'ETSI.CAdES.detached',
    crypto,
  });
  return {
    toBeSigned: cms.toBeSigned,
    async complete(signatureValue) {
      const signed = fillContents(increment, await cms.complete(signatureValue));
      return [{ source, start: 0, end: source.size }, signed];
    },
  };
}

async function buildIncrement(context: SigningContext, prepared: Prepared): Promise<UnsignedIncrement> {
  const { document, field, options } = prepared;
  const { file, catalog, root } = document;
  const increment = new PdfIncrement(file);
  const signature = increment.allocate();
  const { signingTime } = context;
  const signerName = signerNameOf(parseCertificate(context.certificate));
  const appearance =
    field.place === undefined || options.appearance === undefined
      ? undefined
      : await addAppearance(increment, field.place, { build: options.appearance.build, signerName, signingTime });
  const changes = {
    ...field.apply(increment, { signature, appearance }),
    ...(options.certificationLevel === undefined ? {} : { Perms: document.permissions.with({ DocMDP: signature }) }),
  };
  if (Object.keys(changes).length > 0) increment.set(root, catalog.with(changes));
  const template = signatureTemplate(signature, signatureEntries(prepared, { signerName, signingTime }), {
    maxSize: file.source.size + MAX_INCREMENT_BYTES,
    contents: contentsRoom(context),
  });
  const { bytes, lastStart } = await increment.write(template);
  return fillByteRange(bytes, template, { documentSize: file.source.size, templateStart: lastStart });
}

/** Table 255, without `ByteRange` and `Contents`. */
function signatureEntries(
  { document, field, options }: Prepared,
  signer: { readonly signerName: string | undefined; readonly signingTime: Date },
): PdfDictionary {
  const text = (value: string | undefined) => (value === undefined ? undefined : encodeTextString(value));
  return pdfDictionary({
    Type: new PdfName('Sig'),
    Filter: new PdfName('Adobe.PPKLite'),
    SubFilter: new PdfName(options.subFilter),
    Name: text(signer.signerName),
    M: encodeDate(signer.signingTime),
    Reason: text(options.reason),
    Location: text(options.location),
    Reference: signatureReferences(document.root, field, options),
  });
}

function signatureReferences(
  root: PdfReference,
  { lock }: SignatureFieldPlan,
  { certificationLevel }: PdfSignatureOptions,
): PdfArray | undefined {
  const references = [
    ...(certificationLevel === undefined ? [] : [docMdpReference(certificationLevel)]),
    ...(lock === undefined ? [] : [fieldMdpReference(lock, root)]),
  ];
  return references.length === 0 ? undefined : new PdfArray(references);
}

function contentsRoom({ certificate, otherCertificates = [], timeStamper }: SigningContext): number {
  const certificates = [certificate, ...otherCertificates].reduce((sum, { length }) => sum + length, 0);
  const needed = Math.max(MIN_CONTENTS_BYTES, CMS_BYTES + certificates);
  return timeStamper === undefined ? needed : needed + TIME_STAMP_BYTES;
}

/** 氏名 where it is JPKI's certificate, otherwise the common name. */
export function signerNameOf(certificate: Certificate): string | undefined {
  return jpkiPersonalAttributes(certificate).name ?? nameValues(certificate.subject, 'CN')[0];
}

/** Digests of the document, to be continued with whatever is appended. */
class DocumentDigests {
  readonly #source: RandomAccessSource;
  readonly #crypto: DocumentCrypto;
  readonly #running = new Map<DigestAlgorithm, RunningDigest>();
  #sha256: Uint8Array = new Uint8Array();

  constructor(source: RandomAccessSource, crypto: DocumentCrypto) {
    this.#source = source;
    this.#crypto = crypto;
  }

  /** @returns SHA-256 of the document */
  async readFirst(): Promise<Uint8Array> {
    this.#sha256 = await this.#read([]);
    return this.#sha256;
  }

  async ensure(algorithm: DigestAlgorithm): Promise<void> {
    if (this.#running.has(algorithm)) return;
    if (!equalBytes(await this.#read([algorithm]), this.#sha256)) throw changed();
  }

  /** @throws FormatError `ERR_SIGN_DIGEST` for one that was not asked for */
  fork(algorithm: DigestAlgorithm): RunningDigest {
    const running = this.#running.get(algorithm);
    if (running !== undefined) return running.fork();
    throw new FormatError('ERR_SIGN_DIGEST', 'the document was not digested so', { reason: 'pdf-digest-not-ready' });
  }

  /** One pass. @returns SHA-256 of what was read */
  async #read(more: readonly DigestAlgorithm[]): Promise<Uint8Array> {
    const sha256 = this.#crypto.startDigest('SHA-256');
    const others = more.map((algorithm) => [algorithm, this.#crypto.startDigest(algorithm)] as const);
    let size = 0;
    for await (const chunk of this.#source.chunks()) {
      size += chunk.length;
      sha256.update(chunk);
      for (const [, digest] of others) digest.update(chunk);
    }
    if (size !== this.#source.size) throw changed();
    for (const [algorithm, digest] of [['SHA-256', sha256] as const, ...others]) this.#running.set(algorithm, digest);
    return await sha256.fork().digest();
  }
}

function changed(): FormatError {
  return new FormatError('ERR_SIGN_DIGEST', 'the document has changed', { reason: 'pdf-content-changed' });
}
