import { decodeBase64 } from '../../../sdk/formats/bytes.js';
import { governmentPageRequestSchema, LIMITS, NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import { parseStrictJson } from '../bridge/strict-json.js';
import { ClientError, toClientError } from '../errors.js';
import { readDigestInfo, type DigestInfo } from './digest-info.js';

/** What a government site asks for, once its form holds. */
export type PageRequest =
  | { readonly kind: 'log-in'; readonly digestInfo: DigestInfo }
  /** `single`: the site sent one value and not a list of one, and wants its answer so. */
  | { readonly kind: 'sign'; readonly digestInfos: readonly DigestInfo[]; readonly single: boolean }
  | { readonly kind: 'read-attributes' };

/** Twenty digests and what else a page may say. */
const BOUNDS = { depth: LIMITS.jsonDepth, structure: 120 };

/** Names that mean something on every object of the language. */
const NAMES_OF_OBJECTS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads the `detail` of a page's `launchApp`: strict JSON, and every value to be signed one of the known DER forms.
 * @throws ClientError `ERR_PROTOCOL_BODY_TOO_LARGE`, `ERR_PROTOCOL_MALFORMED`
 */
export function parsePageRequest(unverifiedDetail: string): PageRequest {
  if (unverifiedDetail.length > NATIVE_LIMITS.governmentRequestLength) {
    throw new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', 'the request of the page is too long');
  }
  const unverifiedRequest = parseStrictJson(new TextEncoder().encode(unverifiedDetail), BOUNDS);
  const parsed = governmentPageRequestSchema.safeParse(unverifiedRequest);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(issue?.path.join('.') ?? '', issue?.code ?? '');
  }
  const names = Object.keys(unverifiedRequest as object);
  if (names.some((name) => NAMES_OF_OBJECTS.includes(name))) throw malformed('', 'member_name');
  const request = parsed.data;
  switch (request.mode) {
    case '01':
      return { kind: 'log-in', digestInfo: digestInfoOf(request.digest) };
    case '02': {
      const single = typeof request.digest === 'string';
      return { kind: 'sign', digestInfos: [request.digest].flat().map(digestInfoOf), single };
    }
    case '04':
      return { kind: 'read-attributes' };
  }
}

function digestInfoOf(base64: string): DigestInfo {
  const digestInfo = readDigestInfo(decoded(base64));
  if (digestInfo) return digestInfo;
  throw malformed('digest', 'digest_info');
}

function decoded(base64: string): Uint8Array {
  try {
    return decodeBase64(base64);
  } catch (thrown) {
    throw malformed('digest', 'canonical_base64', toClientError(thrown));
  }
}

function malformed(path: string, rule: string, cause?: unknown): ClientError {
  const details = { path, rule };
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'not a request of the page protocol', { details, cause });
}
