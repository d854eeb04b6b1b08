import { digestAlgorithm, digestAlgorithmByOid, encodeDigestAlgorithm, signatureAlgorithm } from '../algorithms.js';
import { oid, sequence } from '../asn1/write.js';
import { equalBytes } from '../bytes.js';
import type { PreparedDocument, SignatureInProgress, SignedOutput, SigningContext } from '../document.js';
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { DigestAlgorithm, DocumentCrypto, RandomAccessSource } from '../ports.js';
import { beginSignerInfo } from './begin-signature.js';
import { malformed } from './cms-error.js';
import { attachedContent, encodeSignedData, signedDataVersion, type Piece } from './encode-signed-data.js';
import { readSignedAttributes } from './signed-attributes.js';
import { parseSignedData, type SignedData, type SignerInfo } from './signed-data.js';

/** Where the content goes; or a signature over the same content that another signer joins, its form kept. */
export type CmsSigningOptions =
  | { readonly content: 'detached' | 'attached' }
  /** A SignedData, BER or DER, at most `MAX_SIGNED_DATA_BYTES`. */
  | { readonly coSign: Uint8Array };

/**
 * Prepares a CMS signature (RFC 5652 §5) as CAdES of level B-B, or B-T with a time stamper (EN 319 122-1 §6): a DER
 * ContentInfo with one SignerInfo per signer. Attached content of any length stays in `source` and is named in the output.
 * To join a signature, every octet of its SignerInfos, certificates and revocation data is kept.
 * @param source the content itself, also where `coSign` has it attached
 * @throws FormatError `ERR_SIGN_FORMAT` where `coSign` cannot be joined; `ERR_SIGN_DIGEST` where it is over other content;
 * and whatever reading throws
 */
export async function prepareCms(
  source: RandomAccessSource,
  options: CmsSigningOptions,
  crypto: DocumentCrypto,
): Promise<PreparedDocument> {
  const existing = 'coSign' in options ? readExisting(options.coSign) : undefined;
  const signedDigests = existing?.signerInfos.map(signedDigest) ?? [];
  const contents = new ContentDigests(source, crypto);
  await contents.read(['SHA-256', ...signedDigests.map(({ algorithm }) => algorithm)]);
  for (const { algorithm, digest } of signedDigests) requireSameContent(contents.get(algorithm), digest);
  const sha256 = contents.get('SHA-256');
  if (existing?.eContent !== undefined) requireSameContent(sha256, await crypto.digest('SHA-256', existing.eContent));
  const parts = existing ?? newSignedData(source, options);
  return {
    bound: [{ unverifiedName: '', size: source.size, sha256 }],
    unboundNames: [],
    use: (algorithm) => contents.ensure(algorithm),
    begin: (context) => begin(context, { contents, parts, crypto }),
  };
}

/** What a SignerInfo is to be added to. */
type SignedDataBase = Pick<
  SignedData,
  'digestAlgorithms' | 'unverifiedCertificateChoices' | 'unverifiedCrls' | 'signerInfos'
> & { readonly contentPieces: readonly Piece[] };

function newSignedData(source: RandomAccessSource, options: CmsSigningOptions): SignedDataBase {
  const isAttached = 'content' in options && options.content === 'attached';
  return {
    digestAlgorithms: [],
    contentPieces: isAttached ? attachedContent({ source, start: 0, end: source.size }) : [sequence(oid(CmsOid.data))],
    unverifiedCertificateChoices: [],
    unverifiedCrls: [],
    signerInfos: [],
  };
}

function readExisting(cms: Uint8Array): SignedDataBase & Pick<SignedData, 'eContent'> {
  const signedData = parseSignedData(cms);
  if (signedData.eContentType !== CmsOid.data) throw malformed('cms-content-type', 'content of another type');
  return { ...signedData, contentPieces: [signedData.encapContentInfo] };
}

interface SignedDigest {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
}

/** The digest that an earlier signer signed. Whether the signature over it holds is for a verifier to say. */
function signedDigest({ digestAlgorithm: { oid }, signedAttrs }: SignerInfo): SignedDigest {
  const algorithm = digestAlgorithmByOid(oid)?.name;
  if (algorithm === undefined) {
    const reason = 'cms-algorithm-unknown';
    throw new FormatError('ERR_SIGN_ALGORITHM', 'an earlier signature with an unknown digest', { reason });
  }
  if (signedAttrs === undefined) throw malformed('cms-no-signed-attributes', 'no signed attributes');
  return { algorithm, digest: readSignedAttributes(signedAttrs).messageDigest };
}

function requireSameContent(digest: Uint8Array, signed: Uint8Array): void {
  if (equalBytes(digest, signed)) return;
  const reason = 'cms-cosign-other-content';
  throw new FormatError('ERR_SIGN_DIGEST', 'the earlier signature is over other content', { reason });
}

async function begin(
  context: SigningContext,
  { contents, parts, crypto }: { contents: ContentDigests; parts: SignedDataBase; crypto: DocumentCrypto },
): Promise<SignatureInProgress> {
  const contentDigest = contents.get(signatureAlgorithm(context.signatureAlgorithm).digestAlgorithm);
  const signer = await beginSignerInfo({ context, contentDigest, crypto });
  return {
    toBeSigned: signer.toBeSigned,
    complete: async (signatureValue) => {
      const signerInfo = await signer.complete(signatureValue);
      return withSigner(parts, { signerInfo, ...signer });
    },
  };
}

function withSigner(
  parts: SignedDataBase,
  signer: {
    readonly signerInfo: Uint8Array;
    readonly certificates: readonly Uint8Array[];
    readonly digestAlgorithm: DigestAlgorithm;
  },
): SignedOutput {
  const known = parts.unverifiedCertificateChoices;
  const certificates = [
    ...known,
    ...signer.certificates.filter((added) => !known.some((one) => equalBytes(one, added))),
  ];
  const crls = parts.unverifiedCrls;
  return encodeSignedData({
    version: signedDataVersion({ certificates, crls, signerVersions: parts.signerInfos.map(({ version }) => version) }),
    digestAlgorithms: withDigestAlgorithm(parts.digestAlgorithms, signer.digestAlgorithm),
    encapContentInfo: parts.contentPieces,
    certificates,
    crls,
    signerInfos: [...parts.signerInfos.map(({ encoded }) => encoded), signer.signerInfo],
  });
}

/** @param known encoded AlgorithmIdentifiers, whose parameters may be absent or NULL */
function withDigestAlgorithm(known: readonly Uint8Array[], name: DigestAlgorithm): readonly Uint8Array[] {
  const identifier = oid(digestAlgorithm(name).oid);
  const isKnown = known.some((encoded) => equalBytes(encoded.subarray(2, 2 + identifier.length), identifier));
  return isKnown ? known : [...known, encodeDigestAlgorithm(name)];
}

/** The digests of content that is read once for all that are known to be needed, and again for what is asked for later. */
class ContentDigests {
  readonly #source: RandomAccessSource;
  readonly #crypto: DocumentCrypto;
  readonly #digests = new Map<DigestAlgorithm, Uint8Array>();

  constructor(source: RandomAccessSource, crypto: DocumentCrypto) {
    this.#source = source;
    this.#crypto = crypto;
  }

  /** One pass over the content. What an earlier pass found must come out again. */
  async read(names: readonly DigestAlgorithm[]): Promise<void> {
    const running = [...new Set(names)].map((name) => ({ name, digest: this.#crypto.startDigest(name) }));
    let size = 0;
    for await (const chunk of this.#source.chunks()) {
      size += chunk.length;
      for (const { digest } of running) digest.update(chunk);
    }
    if (size !== this.#source.size) throw changed();
    for (const { name, digest } of running) {
      const value = await digest.digest();
      if (!equalBytes(this.#digests.get(name) ?? value, value)) throw changed();
      this.#digests.set(name, value);
    }
  }

  async ensure(name: DigestAlgorithm): Promise<void> {
    if (!this.#digests.has(name)) await this.read(['SHA-256', name]);
  }

  /** @throws FormatError `ERR_SIGN_DIGEST` for one that was not read */
  get(name: DigestAlgorithm): Uint8Array {
    const digest = this.#digests.get(name);
    if (digest !== undefined) return digest;
    throw new FormatError('ERR_SIGN_DIGEST', 'the content was not digested so', { reason: 'cms-digest-not-ready' });
  }
}

function changed(): FormatError {
  return new FormatError('ERR_SIGN_DIGEST', 'the content has changed', { reason: 'cms-content-changed' });
}
