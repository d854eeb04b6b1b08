import { decodeBase64 } from '../../../sdk/formats/bytes.js';
import type {
  registryHeaderSchema,
  SignatureJwk,
  signedRequestHeaderSchema,
  updateFeedHeaderSchema,
} from '../../../sdk/protocol/index.js';
import type { JoseCrypto } from '../ports.js';
import { parseStrictJson } from './strict-json.js';

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Characters of a header in base64url. With 128 characters of `kid`, each of them escaped, there are about 1100. */
const MAX_HEADER_LENGTH = 2_048;

export interface JwsExpectation {
  /** What the header must be, to the member. */
  readonly header: typeof registryHeaderSchema | typeof signedRequestHeaderSchema | typeof updateFeedHeaderSchema;
  /** The header's `kid` chooses one of these, and nothing else does. */
  readonly keys: readonly SignatureJwk[];
  /** Characters. */
  readonly maxLength: number;
}

/**
 * Payload of a compact JWS (RFC 7515 §7.1) whose header is as expected and whose signature holds under the key it names.
 * Undefined otherwise: JSON serialisations, unsigned objects and headers that bring along a key or an extension included.
 */
export async function verifyCompactJws(
  jose: JoseCrypto,
  unverifiedJws: string,
  { header, keys, maxLength }: JwsExpectation,
): Promise<Uint8Array | undefined> {
  if (unverifiedJws.length > maxLength || !COMPACT_JWS.test(unverifiedJws)) return undefined;
  const parsed = header.safeParse(decodeHeader(unverifiedJws.slice(0, unverifiedJws.indexOf('.'))));
  if (!parsed.success) return undefined;
  const key = keys.find(({ kid }) => kid === parsed.data.kid);
  return key && jose.verifyJws(unverifiedJws, key);
}

function decodeHeader(encoded: string): unknown {
  if (encoded.length > MAX_HEADER_LENGTH) return undefined;
  try {
    const padded = encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=');
    return parseStrictJson(decodeBase64(padded.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
}
