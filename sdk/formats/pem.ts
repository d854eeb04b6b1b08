import { decodeBase64, encodeBase64 } from './bytes.js';
import { FormatError } from './format-error.js';

/** UTF-16 code units of a PEM text; a bundle of some hundred certificates fits. */
const MAX_PEM_LENGTH = 1024 * 1024;

/** One `CERTIFICATE` in the textual encoding of RFC 7468 §5.1, lines of 64 characters, with a final line feed. */
export function encodePemCertificate(der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/**
 * DER of every `CERTIFICATE` in a PEM text, in order. Text between them is skipped; other labels are not certificates
 * and are skipped too.
 * @throws FormatError `ERR_CERT_MALFORMED` when there is none, or one does not decode
 */
export function decodePemCertificates(pem: string): Uint8Array[] {
  if (pem.length > MAX_PEM_LENGTH) throw new FormatError('ERR_CERT_MALFORMED', 'PEM text is too long');
  const blocks = pem.split('-----BEGIN CERTIFICATE-----').slice(1);
  if (blocks.length === 0) throw new FormatError('ERR_CERT_MALFORMED', 'no certificate in the PEM text');
  return blocks.map(decodeBlock);
}

function decodeBlock(block: string): Uint8Array {
  const end = block.indexOf('-----END CERTIFICATE-----');
  if (end < 0) throw new FormatError('ERR_CERT_MALFORMED', 'PEM certificate has no end');
  try {
    return decodeBase64(block.slice(0, end).replace(/[ \t\r\n]/g, ''));
  } catch (cause) {
    throw new FormatError('ERR_CERT_MALFORMED', 'PEM certificate is not base64', { cause });
  }
}

/**
 * The ContentInfo of a PEM text, labelled `CMS` (RFC 7468 §9) or `PKCS7` (§8). Nothing but white space may be around it:
 * text there would pass for signed, and a second signature would not be looked at.
 * @throws FormatError `ERR_SIGN_FORMAT` (`cms-pem`)
 */
export function decodePemCms(pem: string): Uint8Array {
  const block = /^[ \t\r\n]*-----BEGIN (CMS|PKCS7)-----([A-Za-z0-9+/= \t\r\n]*)-----END \1-----[ \t\r\n]*$/.exec(
    pem,
  )?.[2];
  try {
    if (block !== undefined) return decodeBase64(block.replace(/[ \t\r\n]/g, ''));
  } catch (cause) {
    throw new FormatError('ERR_SIGN_FORMAT', 'PEM signature is not base64', { cause, reason: 'cms-pem' });
  }
  throw new FormatError('ERR_SIGN_FORMAT', 'no signature in the PEM text', { reason: 'cms-pem' });
}
