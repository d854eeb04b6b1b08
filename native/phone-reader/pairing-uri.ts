import { isIP } from 'node:net';
import { decodePairingCode } from './pairing-code.js';

/** Where a computer listens for phones, and how it is recognised. */
export interface ReaderLocation {
  /** IPv4 or IPv6, without zone. */
  readonly address: string;
  readonly port: number;
  /** SHA-256 of the computer's certificate, 32 bytes. */
  readonly certificateDigest: Uint8Array;
}

export interface ReaderUri extends ReaderLocation {
  /** The pairing code, without hyphens; absent where the phone is paired already. */
  readonly code?: string;
}

const SCHEME = 'madoguchi-phone:';
const VERSION = '1';
const LONGEST_URI = 256;
const DIGEST_BYTES = 32;

/**
 * What the QR code says: `madoguchi-phone://ADDRESS:PORT/?v=1&c=DIGEST&s=CODE`; DIGEST is base64url without padding. For
 * the phone's camera, never for a link on a page: the scheme does nothing on a computer.
 */
export function formatReaderUri({ address, port, certificateDigest, code }: ReaderUri): string {
  const host = isIP(address) === 6 ? `[${address}]` : address;
  const digest = Buffer.from(certificateDigest).toString('base64url');
  const secret = code === undefined ? '' : `&s=${code.replaceAll('-', '')}`;
  return `${SCHEME}//${host}:${port}/?v=${VERSION}&c=${digest}${secret}`;
}

/** Reads a scanned URI. @returns undefined where it is none, or of another version */
export function parseReaderUri(text: string): ReaderUri | undefined {
  if (text.length > LONGEST_URI || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, searchParams } = new URL(text);
  const address = hostname.replace(/^\[|\]$/g, '');
  const certificateDigest = Uint8Array.from(Buffer.from(searchParams.get('c') ?? '', 'base64url'));
  const isReader =
    protocol === SCHEME &&
    pathname === '/' &&
    isIP(address) !== 0 &&
    Number(port) > 0 &&
    searchParams.get('v') === VERSION &&
    certificateDigest.length === DIGEST_BYTES;
  if (!isReader) return undefined;
  const code = searchParams.get('s');
  if (code !== null && decodePairingCode(code) === undefined) return undefined;
  return { address, port: Number(port), certificateDigest, ...(code !== null && { code }) };
}
