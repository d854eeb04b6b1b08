import { BODY_BYTES } from './contract.js';
import { MadoguchiError } from './errors.js';

/** What can be signed. A string is signed as its UTF-8 bytes. */
export type SignContent = string | Uint8Array | Blob;

/** Bytes that one step turns into characters; more would be too many arguments for a call. */
const STEP = 0x8000;

/**
 * The contents in padded base64 (RFC 4648 §4).
 * @throws MadoguchiError `ERR_PROTOCOL_BODY_TOO_LARGE` before anything large is read
 */
export async function encodeContents(contents: readonly SignContent[]): Promise<string[]> {
  const total = contents.reduce((sum, content) => sum + atLeastBytes(content), 0);
  if (total > BODY_BYTES) throw tooLarge();
  return Promise.all(contents.map(async (content) => toBase64(await bytesOf(content))));
}

/** The request as it travels, if it is not larger than a request may be. */
export function encodeBody(request: unknown): string {
  const body = JSON.stringify(request);
  if (new TextEncoder().encode(body).length > BODY_BYTES) throw tooLarge();
  return body;
}

function atLeastBytes(content: SignContent): number {
  return content instanceof Blob ? content.size : content.length;
}

async function bytesOf(content: SignContent): Promise<Uint8Array> {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  return content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content;
}

function toBase64(bytes: Uint8Array): string {
  let characters = '';
  for (let start = 0; start < bytes.length; start += STEP) {
    characters += String.fromCharCode(...bytes.subarray(start, start + STEP));
  }
  return btoa(characters);
}

function tooLarge(): MadoguchiError {
  const message = `a request has at most ${BODY_BYTES} bytes, contents in base64 included`;
  return new MadoguchiError({ code: 'ERR_PROTOCOL_BODY_TOO_LARGE', message, retriable: false, details: {} });
}
