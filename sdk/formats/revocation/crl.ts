import { contextTag, Identifier, readAsn1, type ReadOptions } from '../asn1/read.js';
import { DerCursor } from '../asn1/cursor.js';
import { equalBytes } from '../bytes.js';
import {
  octetsOfBitString,
  readAuthorityKeyIdentifier,
  readExplicitExtensions,
  type Extension,
} from '../extensions.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import { CrlExtensionOid } from '../oids.js';
import { readTime } from '../time.js';
import { readIssuingDistributionPoint, type IssuingDistributionPoint } from './distribution-points.js';
import { readSignatureAlgorithm, type SignedStatement } from './signed-statement.js';

/** A CertificateList (RFC 5280 §5.1), complete and direct. Parsed as far as its entries, not verified. */
export interface Crl extends SignedStatement {
  /** The whole CRL, DER. Not copied: it must not change while it is used. */
  readonly der: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Big-endian, unsigned; undefined: not numbered. */
  readonly crlNumber: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** Since when entries of expired certificates are kept. */
  readonly expiredCertsSince: Date | undefined;
  /** Octets of `der` that hold the entries. */
  readonly entries: { readonly start: number; readonly end: number };
}

/** Octets of a CRL: about seven million entries. */
export const MAX_CRL_BYTES = 256 * 1024 * 1024;

const CODE = 'ERR_SIGN_FORMAT';
/** For everything in a CRL but the entries. */
const LIMITS: ReadOptions = { encoding: 'DER', code: CODE, maxBytes: 64 * 1024, maxDepth: 16, maxElements: 2048 };

const PROCESSED_EXTENSIONS: ReadonlySet<string> = new Set([
  CrlExtensionOid.cRLNumber,
  CrlExtensionOid.authorityKeyIdentifier,
  CrlExtensionOid.issuingDistributionPoint,
  CrlExtensionOid.expiredCertsOnCRL,
]);

/**
 * Reads everything of a DER CRL but its entries, which are not looked at.
 * @throws FormatError `ERR_SIGN_FORMAT`: `crl-format`, `crl-next-update` where it does not say until when it holds,
 * `crl-delta`, `crl-indirect`, `crl-critical-extension`
 */
export function parseCrl(der: Uint8Array): Crl {
  return namingReason('crl-format', () => readCertificateList(der));
}

function readCertificateList(der: Uint8Array): Crl {
  if (der.length > MAX_CRL_BYTES) throw new FormatError(CODE, 'too long');
  const file = new DerCursor(der, CODE, { start: 0, end: der.length });
  const outer = file.enter(Identifier.SEQUENCE);
  file.finish();
  const start = outer.position;
  const tbs = outer.enter(Identifier.SEQUENCE);
  const toBeSigned = der.subarray(start, outer.position);
  const outerAlgorithm = outer.take(Identifier.SEQUENCE);
  const signature = octetsOfBitString(readAsn1(outer.take(Identifier.BIT_STRING), LIMITS));
  outer.finish();
  const version = tbs.peek() === Identifier.INTEGER ? tbs.take(Identifier.INTEGER) : undefined;
  if (version !== undefined && !equalBytes(version, VERSION_2)) throw new FormatError(CODE, 'unknown version');
  if (!equalBytes(tbs.take(Identifier.SEQUENCE), outerAlgorithm)) throw new FormatError(CODE, 'algorithms differ');
  const issuer = readAsn1(tbs.take(Identifier.SEQUENCE), LIMITS).encoded;
  const { thisUpdate, nextUpdate } = readTimes(tbs);
  const entries = readEntriesRange(tbs);
  const extensions = readCrlExtensions(tbs, version !== undefined);
  tbs.finish();
  return {
    der,
    toBeSigned,
    signatureAlgorithm: readSignatureAlgorithm(readAsn1(outerAlgorithm, LIMITS)),
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    entries,
    ...extensions,
  };
}

/** INTEGER 1. */
const VERSION_2 = Uint8Array.of(0x02, 0x01, 0x01);

/** Without nextUpdate, which RFC 5280 §5.1.2.5 demands, a CRL would hold for ever. */
function readTimes(tbs: DerCursor): { thisUpdate: Date; nextUpdate: Date } {
  const thisUpdate = takeTime(tbs) ?? tbs.refuse('thisUpdate is missing');
  const nextUpdate = takeTime(tbs);
  if (nextUpdate === undefined) throw new FormatError(CODE, 'no nextUpdate', { reason: 'crl-next-update' });
  if (nextUpdate < thisUpdate) throw new FormatError(CODE, 'times run backwards');
  return { thisUpdate, nextUpdate };
}

function takeTime(tbs: DerCursor): Date | undefined {
  const identifier = tbs.peek();
  if (identifier !== Identifier.UTC_TIME && identifier !== Identifier.GENERALIZED_TIME) return undefined;
  return readTime(readAsn1(tbs.take(identifier), LIMITS), CODE);
}

function readEntriesRange(tbs: DerCursor): { start: number; end: number } {
  if (tbs.peek() !== Identifier.SEQUENCE) return { start: tbs.position, end: tbs.position };
  const start = tbs.skip(Identifier.SEQUENCE);
  return { start, end: tbs.position };
}

type CrlExtensions = Pick<
  Crl,
  'crlNumber' | 'authorityKeyIdentifier' | 'issuingDistributionPoint' | 'expiredCertsSince'
>;

function readCrlExtensions(tbs: DerCursor, isVersion2: boolean): CrlExtensions {
  const extensions = takeExtensions(tbs, isVersion2);
  // First of all: what they list, or leave out, is not what a complete CRL does.
  if (extensions.has(CrlExtensionOid.deltaCRLIndicator)) {
    throw new FormatError(CODE, 'changes since another CRL', { reason: 'crl-delta' });
  }
  const value = (oid: string): Uint8Array | undefined => extensions.get(oid)?.value;
  const point = value(CrlExtensionOid.issuingDistributionPoint);
  const issuingDistributionPoint = point === undefined ? undefined : readIssuingDistributionPoint(point);
  if (issuingDistributionPoint?.isIndirect === true) {
    throw new FormatError(CODE, 'entries of other issuers', { reason: 'crl-indirect' });
  }
  if ([...extensions].some(([oid, { critical }]) => critical && !PROCESSED_EXTENSIONS.has(oid))) {
    throw new FormatError(CODE, 'a critical extension', { reason: 'crl-critical-extension' });
  }
  const number = value(CrlExtensionOid.cRLNumber);
  const identifier = value(CrlExtensionOid.authorityKeyIdentifier);
  const since = value(CrlExtensionOid.expiredCertsOnCRL);
  return {
    crlNumber: number === undefined ? undefined : readCrlNumber(number),
    authorityKeyIdentifier:
      identifier === undefined ? undefined : readAuthorityKeyIdentifier(readAsn1(identifier, LIMITS)),
    issuingDistributionPoint,
    expiredCertsSince: since === undefined ? undefined : readTime(readAsn1(since, LIMITS), CODE),
  };
}

function takeExtensions(tbs: DerCursor, isVersion2: boolean): ReadonlyMap<string, Extension> {
  const identifier = contextTag(0, 'constructed');
  if (tbs.peek() !== identifier) return new Map();
  if (!isVersion2) throw new FormatError(CODE, 'extensions in version 1');
  return readExplicitExtensions(readAsn1(tbs.take(identifier), LIMITS), 0, CODE);
}

/** RFC 5280 §5.2.3: up to 20 octets. */
function readCrlNumber(value: Uint8Array): Uint8Array {
  const element = readAsn1(value, LIMITS);
  const { contents } = element;
  if (element.identifier !== Identifier.INTEGER || (contents[0] ?? 0x80) >= 0x80 || contents.length > 21) {
    throw new FormatError(CODE, 'not a CRLNumber');
  }
  return contents.length > 1 && contents[0] === 0 ? contents.subarray(1) : contents;
}
