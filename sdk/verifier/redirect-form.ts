import { concatBytes, decodeUtf8 } from '../formats/bytes.js';
import { LIMITS, redirectResponseSchema, stateSchema, type RedirectResponse } from '../protocol/index.js';

/** What a request says before its body is read. */
export interface FormHead {
  readonly contentType: string | null | undefined;
  readonly contentLength: string | null | undefined;
}

/** Why a form was not taken, as an HTTP status. */
export type FormRefusal = 400 | 413 | 415;

export interface RedirectForm {
  readonly state: string;
  /** The member `response` as it came, JSON that follows the contract. */
  readonly response: string;
}

/** Octets. A response is JSON in base64, of which the form escapes little. */
const MAX_FORM_BYTES = LIMITS.bodyBytes;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:;\s*charset="?utf-8"?)?$/i;

/**
 * The form that the client has the browser post: `state` and `response`, once each, and nothing else. Nobody vouches for
 * it; who posted it is not known.
 */
export async function readRedirectForm(
  { contentType, contentLength }: FormHead,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<RedirectForm | FormRefusal> {
  if (!FORM_TYPE.test(contentType ?? '')) return 415;
  if (Number(contentLength ?? 0) > MAX_FORM_BYTES) return 413;
  const bytes = await readBounded(body);
  return bytes === undefined ? 413 : parseForm(bytes);
}

async function readBounded(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

function parseForm(bytes: Uint8Array): RedirectForm | FormRefusal {
  const text = decodeUtf8(bytes);
  const fields = [...new URLSearchParams(text ?? '')];
  const members = new Map(fields);
  const state = stateSchema.safeParse(members.get('state'));
  const response = members.get('response');
  const isForm = fields.length === 2 && state.success && response !== undefined;
  if (!isForm || parseRedirectResponse(response) === undefined) return 400;
  return { state: state.data, response };
}

/** Undefined where it is no envelope of the contract. */
export function parseRedirectResponse(response: string): RedirectResponse | undefined {
  try {
    return redirectResponseSchema.safeParse(JSON.parse(response)).data;
  } catch {
    return undefined;
  }
}
