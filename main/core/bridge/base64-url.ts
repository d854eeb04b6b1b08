import { encodeBase64 } from '../../../sdk/formats/bytes.js';

/** RFC 4648 §5 without padding. */
export function base64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
