/** A SignedData of any size, read once from the front: what is attached is digested as it passes and never kept. */
import { digestAlgorithmByOid, readAlgorithmIdentifier } from '../algorithms.js';
import { OctetReader, type StreamedHeader } from '../asn1/octet-reader.js';
import { Asn1Fields, contextTag, Identifier, readAsn1 } from '../asn1/read.js';
import { scanElement, type ScanOptions } from '../asn1/scan.js';
import { oid, sequence, tagged } from '../asn1/write.js';
import { concatBytes, equalBytes } from '../bytes.js';
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { ByteSource, DigestAlgorithm, DocumentCrypto, RunningDigest } from '../ports.js';
import { malformed } from './cms-error.js';
import { MAX_SIGNED_DATA_BYTES, parseSignedData, type SignedData } from './signed-data.js';

/** Attached content that has gone by. */
export interface AttachedContent {
  /** @throws FormatError `ERR_SIGN_ALGORITHM` for an algorithm that `digestAlgorithms` does not list (RFC 5652 §5.1) */
  digest(algorithm: DigestAlgorithm): Promise<Uint8Array>;
}

export interface StreamedCms {
  /** Without `eContent`. */
  readonly signedData: SignedData;
  /** Undefined: detached. */
  readonly attached: AttachedContent | undefined;
}

const CODE = 'ERR_SIGN_FORMAT';
const CONSTRUCTED = 0x20;
const SIGNED_DATA = oid(CmsOid.signedData);
/** Octets of version, digestAlgorithms and eContentType together. */
const MAX_HEAD_BYTES = 4096;
const MAX_HEAD_DEPTH = 8;
/** An OCTET STRING of OCTET STRINGs of …; signers write two levels. */
const MAX_CONTENT_DEPTH = 8;
const TAIL: ScanOptions = { encoding: 'BER', code: CODE, maxDepth: 32, maxElements: 20_000 };

/**
 * Reads a `ContentInfo` with a `SignedData`, BER or DER: all of it but the content is kept exactly as it is, at most
 * `MAX_SIGNED_DATA_BYTES`, and parsed by `parseSignedData`.
 * @throws FormatError `ERR_SIGN_FORMAT`; octets behind the ContentInfo are `asn1-trailing-octets`
 */
export async function readCms(source: ByteSource, crypto: DocumentCrypto): Promise<StreamedCms> {
  const reader = new OctetReader(source, CODE);
  try {
    return await new CmsReader(reader, crypto).read(source.size);
  } finally {
    await reader.close();
  }
}

/** An element that is being read. */
interface Level extends StreamedHeader {
  /** Where it ends at the latest: `end`, or that of the level around it. */
  readonly limit: number;
}

class CmsReader {
  readonly #reader: OctetReader;
  readonly #crypto: DocumentCrypto;

  constructor(reader: OctetReader, crypto: DocumentCrypto) {
    this.#reader = reader;
    this.#crypto = crypto;
  }

  async read(size: number): Promise<StreamedCms> {
    const file: Level = { identifier: 0, octets: new Uint8Array(), end: size, limit: size };
    const contentInfo = await this.#next(file, Identifier.SEQUENCE);
    const contentType = await this.#raw(contentInfo);
    if (!equalBytes(contentType, SIGNED_DATA)) throw malformed('cms-not-signed-data', 'not SignedData');
    const explicit = await this.#next(contentInfo, contextTag(0, 'constructed'));
    const signedData = await this.#next(explicit, Identifier.SEQUENCE);
    const version = await this.#raw(signedData);
    const digestAlgorithms = await this.#raw(signedData);
    const encapContentInfo = await this.#next(signedData, Identifier.SEQUENCE);
    const eContentType = await this.#raw(encapContentInfo);
    const attached = await this.#eContent(encapContentInfo, digestAlgorithms);
    const tail = await this.#tail([signedData, explicit, contentInfo]);
    // What was read is put together again around what was not kept; of the pieces themselves no octet is changed.
    const kept = sequence(version, digestAlgorithms, sequence(eContentType), tail);
    return { signedData: parseSignedData(sequence(SIGNED_DATA, tagged(0, kept))), attached };
  }

  /** The next element within `parent`, up to its contents. */
  async #next(parent: Level, identifier?: number): Promise<Level> {
    if (!this.#reader.isFilled) await this.#reader.fill();
    const level = this.#enter(parent);
    if (identifier !== undefined && level.identifier !== identifier) {
      throw malformed('asn1-unexpected-type', 'unexpected type');
    }
    return level;
  }

  /** As `#next`, for a reader that is filled. */
  #enter(parent: Level): Level {
    const { identifier, octets, end } = this.#reader.header();
    const limit = end ?? parent.limit;
    if (limit > parent.limit || this.#reader.position > parent.limit) throw beyondParent();
    return { identifier, octets, end, limit };
  }

  /** Whether nothing is left in a level; end-of-contents are then behind. For a reader that is filled. */
  #isDone({ end, limit }: Level): boolean {
    if (end !== undefined) return this.#reader.position === end;
    const isDone = this.#reader.atEndOfContents();
    if (this.#reader.position > limit) throw beyondParent();
    return isDone;
  }

  async #isNextDone(level: Level): Promise<boolean> {
    if (!this.#reader.isFilled) await this.#reader.fill();
    return this.#isDone(level);
  }

  async #leave(level: Level): Promise<void> {
    if (!(await this.#isNextDone(level))) throw malformed('asn1-unexpected-field', 'an unexpected field');
  }

  /** The next element within `parent`, exactly as read. */
  async #raw(parent: Level, depth = 1): Promise<Uint8Array> {
    if (depth > MAX_HEAD_DEPTH) throw malformed('asn1-too-deep', 'nested too deep');
    const level = await this.#next(parent);
    const header = new Uint8Array(level.octets);
    if (level.end !== undefined) return concatBytes(header, await this.#reader.take(level.end, MAX_HEAD_BYTES));
    const parts: Uint8Array[] = [header];
    let length = 0;
    while (!(await this.#isNextDone(level))) {
      const part = await this.#raw(level, depth + 1);
      length += part.length;
      if (length > MAX_HEAD_BYTES) throw malformed('asn1-too-long', 'too long');
      parts.push(part);
    }
    return concatBytes(...parts, new Uint8Array(2));
  }

  async #eContent(encapContentInfo: Level, digestAlgorithms: Uint8Array): Promise<AttachedContent | undefined> {
    if (await this.#isNextDone(encapContentInfo)) return undefined;
    const digests = this.#startDigests(digestAlgorithms);
    const wrapper = await this.#next(encapContentInfo, contextTag(0, 'constructed'));
    await this.#octetString(await this.#next(wrapper), (octets) => {
      for (const digest of digests.values()) digest.update(octets);
    });
    await this.#leave(wrapper);
    await this.#leave(encapContentInfo);
    return { digest: (algorithm) => finishedDigest(digests, algorithm) };
  }

  async #octetString(level: Level, sink: (octets: Uint8Array) => void, depth = 1): Promise<void> {
    if (depth > MAX_CONTENT_DEPTH) throw malformed('asn1-too-deep', 'nested too deep');
    if (level.identifier === Identifier.OCTET_STRING) {
      if (level.end === undefined) throw malformed('asn1-indefinite-primitive', 'indefinite length of a primitive');
      if (!this.#reader.passAtHand(level.end, sink)) await this.#reader.pass(level.end, sink);
    } else if (level.identifier === (Identifier.OCTET_STRING | CONSTRUCTED)) {
      await this.#segments(level, sink, depth);
    } else {
      throw malformed('asn1-octet-string', 'the content is no OCTET STRING');
    }
  }

  /** Waits for the source only, not once per segment: signers that stream write hundreds of thousands of them. */
  async #segments(level: Level, sink: (octets: Uint8Array) => void, depth: number): Promise<void> {
    for (;;) {
      if (!this.#reader.isFilled) await this.#reader.fill();
      if (this.#isDone(level)) return;
      const segment = this.#enter(level);
      const isPrimitive = segment.identifier === Identifier.OCTET_STRING && segment.end !== undefined;
      if (isPrimitive && this.#reader.passAtHand(segment.end, sink)) continue;
      await this.#octetString(segment, sink, depth + 1);
    }
  }

  #startDigests(digestAlgorithms: Uint8Array): ReadonlyMap<DigestAlgorithm, RunningDigest> {
    const root = readAsn1(digestAlgorithms, { ...TAIL, maxBytes: 2 * MAX_HEAD_BYTES });
    const digests = new Map<DigestAlgorithm, RunningDigest>();
    for (const element of new Asn1Fields(root, Identifier.SET, CODE).rest(Identifier.SEQUENCE)) {
      const entry = digestAlgorithmByOid(
        readAlgorithmIdentifier(new Asn1Fields(element, Identifier.SEQUENCE, CODE)).oid,
      );
      // No signature by a legacy digest is taken, so that nobody asks for one.
      if (entry === undefined || entry.legacy || digests.has(entry.name)) continue;
      digests.set(entry.name, this.#crypto.startDigest(entry.name));
    }
    return digests;
  }

  /** The fields of SignedData behind the content, up to the end of all levels, which is that of the source. */
  async #tail([signedData, ...outer]: readonly [Level, ...Level[]]): Promise<Uint8Array> {
    const start = this.#reader.position;
    const octets = await this.#reader.rest(MAX_SIGNED_DATA_BYTES);
    let offset = 0;
    while (!isEnd(signedData, octets, { start, offset })) offset = scanElement(octets, offset, TAIL);
    const fields = octets.subarray(0, offset);
    offset += endLength(signedData);
    for (const level of outer) {
      if (!isEnd(level, octets, { start, offset })) throw malformed('asn1-unexpected-field', 'an unexpected field');
      offset += endLength(level);
    }
    if (offset !== octets.length) throw malformed('asn1-trailing-octets', 'octets follow the ContentInfo');
    return fields;
  }
}

function beyondParent(): FormatError {
  return malformed('asn1-truncated', 'an element goes beyond the one around it');
}

/** Whether `level` ends at `offset` into `octets`, which are those from `start` of the source on. */
function isEnd({ end }: Level, octets: Uint8Array, { start, offset }: { start: number; offset: number }): boolean {
  if (end === undefined) {
    if (offset + 2 > octets.length) throw malformed('asn1-truncated', 'truncated');
    return octets[offset] === 0 && octets[offset + 1] === 0;
  }
  if (start + offset > end) throw beyondParent();
  return start + offset === end;
}

/** Octets of end-of-contents. */
function endLength({ end }: Level): number {
  return end === undefined ? 2 : 0;
}

async function finishedDigest(
  digests: ReadonlyMap<DigestAlgorithm, RunningDigest>,
  algorithm: DigestAlgorithm,
): Promise<Uint8Array> {
  const digest = digests.get(algorithm);
  if (digest === undefined) {
    const reason = 'cms-digest-algorithm-not-listed';
    throw new FormatError('ERR_SIGN_ALGORITHM', 'a digest algorithm that digestAlgorithms does not list', { reason });
  }
  return digest.fork().digest();
}
