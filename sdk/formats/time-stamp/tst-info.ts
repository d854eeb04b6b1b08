import { digestAlgorithm, digestAlgorithmByOid, readAlgorithmIdentifier, requireNoParameters } from '../algorithms.js';
import { Asn1Fields, contextTag, Identifier, readAsn1, type Asn1Element, type ReadOptions } from '../asn1/read.js';
import { encodeUtf8 } from '../bytes.js';
import { readExtensions, type Extension } from '../extensions.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import type { DigestAlgorithm } from '../ports.js';
import { readTime } from '../time.js';

/** What a time stamp is over. */
export interface MessageImprint {
  readonly digestAlgorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
}

/** TSTInfo (RFC 3161 §2.4.2). Parsed, not verified. */
export interface TstInfo {
  /** OID under which the authority works. */
  readonly policy: string;
  readonly messageImprint: MessageImprint;
  /** To the millisecond, finer fractions cut. */
  readonly genTime: Date;
  /** How far `genTime` may be off, in milliseconds, with fractions; undefined: the authority does not say. */
  readonly accuracyMilliseconds: number | undefined;
  /** Contents octets of the INTEGER. */
  readonly nonce: Uint8Array | undefined;
  /** DER Name by which the authority calls itself; undefined: none, or one of another kind. */
  readonly authorityName: Uint8Array | undefined;
  readonly hasCriticalExtension: boolean;
}

const CODE = 'ERR_SIGN_FORMAT';
const LIMITS: ReadOptions = { encoding: 'DER', code: CODE, maxBytes: 16 * 1024, maxDepth: 16, maxElements: 1024 };

/**
 * @param der exactly the content of the token, DER
 * @throws FormatError `ERR_SIGN_FORMAT` (`time-stamp-format`), `ERR_SIGN_ALGORITHM` (`time-stamp-digest-algorithm`) for an
 * imprint by SHA-1 or by something that is not known
 */
export function readTstInfo(der: Uint8Array): TstInfo {
  return namingReason('time-stamp-format', () => {
    const fields = new Asn1Fields(readAsn1(der, LIMITS), Identifier.SEQUENCE, CODE);
    requireVersion1(fields.next(Identifier.INTEGER));
    const policy = fields.oid();
    const messageImprint = readMessageImprint(fields.fields());
    fields.next(Identifier.INTEGER);
    const genTime = readGenTime(fields.next(Identifier.GENERALIZED_TIME));
    const accuracy = fields.optional(Identifier.SEQUENCE);
    const ordering = fields.optional(Identifier.BOOLEAN);
    const nonce = fields.optional(Identifier.INTEGER)?.contents;
    const authority = fields.optional(contextTag(0, 'constructed'));
    const extensions = fields.optional(contextTag(1, 'constructed'));
    fields.end();
    // DER omits DEFAULT FALSE (X.690 §11.5).
    if (ordering?.contents[0] === 0) throw new FormatError(CODE, 'ordering FALSE is written out');
    return {
      policy,
      messageImprint,
      genTime,
      accuracyMilliseconds: accuracy === undefined ? undefined : readAccuracy(accuracy),
      nonce,
      authorityName: authority === undefined ? undefined : readAuthorityName(authority),
      hasCriticalExtension: [...implicitExtensions(extensions).values()].some(({ critical }) => critical),
    };
  });
}

function requireVersion1({ contents }: Asn1Element): void {
  if (contents.length !== 1 || contents[0] !== 1) throw new FormatError(CODE, 'unknown version');
}

function readMessageImprint(fields: Asn1Fields): MessageImprint {
  const identifier = readAlgorithmIdentifier(fields.fields());
  const digest = fields.next(Identifier.OCTET_STRING).contents;
  fields.end();
  const entry = digestAlgorithmByOid(identifier.oid);
  if (entry === undefined || entry.legacy) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'imprint by a digest that is not accepted', {
      reason: 'time-stamp-digest-algorithm',
    });
  }
  requireNoParameters(identifier, CODE);
  if (digest.length !== digestAlgorithm(entry.name).length) throw new FormatError(CODE, 'digest of another length');
  return { digestAlgorithm: entry.name, digest };
}

/** In `Z`, with seconds; a fraction has no trailing zeros (RFC 3161 §2.4.2). */
function readGenTime(element: Asn1Element): Date {
  const text = String.fromCharCode(...element.contents.subarray(0, MAX_TIME_OCTETS));
  const match = /^(\d{14})(?:\.(\d*[1-9]))?Z$/.exec(text);
  if (match === null || text.length !== element.contents.length) throw new FormatError(CODE, 'not a time');
  const [, seconds = '', fraction = ''] = match;
  const { identifier, encoded } = element;
  const whole = readTime({ identifier, encoded, contents: encodeUtf8(`${seconds}Z`), children: [] }, CODE);
  return new Date(whole.getTime() + Number(fraction.padEnd(3, '0').slice(0, 3)));
}

/** Seconds, and a fraction to the attosecond. */
const MAX_TIME_OCTETS = 34;

function readAccuracy(element: Asn1Element): number {
  const fields = new Asn1Fields(element, Identifier.SEQUENCE, CODE);
  const seconds = fields.optional(Identifier.INTEGER);
  const milliseconds = fields.optional(contextTag(0, 'primitive'));
  const microseconds = fields.optional(contextTag(1, 'primitive'));
  fields.end();
  return (
    smallNumber(seconds, Number.MAX_SAFE_INTEGER / 1000) * 1000 +
    smallNumber(milliseconds, 999) +
    smallNumber(microseconds, 999) / 1000
  );
}

function smallNumber(element: Asn1Element | undefined, maximum: number): number {
  if (element === undefined) return 0;
  const { contents } = element;
  const value = contents.reduce((sum, octet) => sum * 256 + octet, 0);
  const isNumber = contents.length > 0 && contents.length <= 6 && (contents[0] ?? 0x80) < 0x80;
  if (!isNumber || value > maximum) throw new FormatError(CODE, 'not an accuracy');
  return value;
}

/** GeneralName: a directoryName is compared with the certificate, other kinds are not. */
function readAuthorityName(explicit: Asn1Element): Uint8Array | undefined {
  const fields = new Asn1Fields(explicit, contextTag(0, 'constructed'), CODE);
  const name = fields.any();
  fields.end();
  if (name.identifier !== contextTag(4, 'constructed')) return undefined;
  const directoryName = new Asn1Fields(name, contextTag(4, 'constructed'), CODE);
  const { encoded } = directoryName.next(Identifier.SEQUENCE);
  directoryName.end();
  return encoded;
}

/** `[1] IMPLICIT`: the SEQUENCE's own identifier is not there. */
function implicitExtensions(element: Asn1Element | undefined): ReadonlyMap<string, Extension> {
  if (element === undefined) return new Map();
  const sequence = new Uint8Array(element.encoded);
  sequence[0] = Identifier.SEQUENCE;
  return readExtensions(readAsn1(sequence, LIMITS), CODE);
}
