import { contextTag, Identifier } from '../asn1/read.js';
import { elementHeader, oid, setOf, smallInteger } from '../asn1/write.js';
import { compareBytes, concatBytes } from '../bytes.js';
import type { SignedOutput, SourceSlice } from '../document.js';
import { CmsOid } from '../oids.js';

/** Octets at hand, or still in their source. */
export type Piece = Uint8Array | SourceSlice;

export interface SignedDataParts {
  /** `signedDataVersion`, or 1 where that is known. */
  readonly version: number;
  /** Encoded AlgorithmIdentifiers. */
  readonly digestAlgorithms: readonly Uint8Array[];
  /** One whole element. */
  readonly encapContentInfo: readonly Piece[];
  /** CertificateChoices. */
  readonly certificates: readonly Uint8Array[];
  /** RevocationInfoChoices. */
  readonly crls: readonly Uint8Array[];
  readonly signerInfos: readonly Uint8Array[];
}

/** A ContentInfo with definite lengths and sorted sets: DER as far as the parts are. */
export function encodeSignedData(parts: SignedDataParts): SignedOutput {
  const signedData = wrapped(
    Identifier.SEQUENCE,
    smallInteger(parts.version),
    setOf(...parts.digestAlgorithms),
    ...parts.encapContentInfo,
    ...optionalSet(0, parts.certificates),
    ...optionalSet(1, parts.crls),
    setOf(...parts.signerInfos),
  );
  const content = wrapped(contextTag(0, 'constructed'), ...signedData);
  return joined(wrapped(Identifier.SEQUENCE, oid(CmsOid.signedData), ...content));
}

/** EncapsulatedContentInfo with id-data that is attached and stays where it is. */
export function attachedContent(content: SourceSlice): readonly Piece[] {
  const eContent = wrapped(contextTag(0, 'constructed'), ...wrapped(Identifier.OCTET_STRING, content));
  return wrapped(Identifier.SEQUENCE, oid(CmsOid.data), ...eContent);
}

/** RFC 5652 §5.1 for content of type id-data. */
export function signedDataVersion(parts: {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly signerVersions: readonly number[];
}): number {
  const hasCertificate = (tag: number): boolean =>
    parts.certificates.some(([identifier]) => identifier === contextTag(tag, 'constructed'));
  const hasOtherCrl = parts.crls.some(([identifier]) => identifier === contextTag(1, 'constructed'));
  if (hasCertificate(3) || hasOtherCrl) return 5;
  if (hasCertificate(2)) return 4;
  return hasCertificate(1) || parts.signerVersions.includes(3) ? 3 : 1;
}

/** `[number]` in place of a SET's identifier; left out where it would be empty. */
function optionalSet(number: number, elements: readonly Uint8Array[]): readonly Piece[] {
  return elements.length === 0 ? [] : wrapped(contextTag(number, 'constructed'), ...elements.toSorted(compareBytes));
}

function wrapped(identifier: number, ...pieces: readonly Piece[]): readonly Piece[] {
  const length = pieces.reduce((sum, piece) => sum + pieceLength(piece), 0);
  return [elementHeader(identifier, length), ...pieces];
}

function pieceLength(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.end - piece.start;
}

/** Neighbouring octets put together. */
function joined(pieces: readonly Piece[]): SignedOutput {
  const output: Piece[] = [];
  let octets: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      octets.push(piece);
      continue;
    }
    output.push(concatBytes(...octets), piece);
    octets = [];
  }
  return [...output, concatBytes(...octets)];
}
