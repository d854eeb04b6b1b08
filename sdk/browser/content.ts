import { BODY_BYTES, SIGN_ITEMS_IN_MESSAGE, UPLOAD_BYTES, UPLOAD_BYTES_PER_ORIGIN } from './contract.js';
import { failure, type MadoguchiError } from './errors.js';

/** What can be signed. A string is signed as its UTF-8 bytes. */
export type SignContent = string | Uint8Array | ArrayBuffer | Blob;

/** Bytes of all contents together up to which they go inside the request, by whatever route. */
export const INLINE_BYTES = 256 * 1024;
/** Bytes that one step turns into characters; more would be too many arguments for a call. */
const STEP = 0x8000;

/** A content of which nothing was read yet that a page did not have in memory already. */
export type Content = Uint8Array<ArrayBuffer> | Blob;

/**
 * Contents as they may be sent.
 * @throws MadoguchiError `ERR_PROTOCOL_BODY_TOO_LARGE` before anything large is copied or read
 */
export function contentsOf(contents: readonly SignContent[]): Content[] {
  const sizes = contents.map(atLeastBytes);
  if (sum(sizes) > UPLOAD_BYTES_PER_ORIGIN || sizes.some((size) => size > UPLOAD_BYTES)) throw tooLarge();
  const all = contents.map((content) => {
    if (typeof content === 'string') return new TextEncoder().encode(content);
    // One of its own for each item, also where the page gives the same one twice.
    return content instanceof Blob ? content.slice() : bytesOf(content);
  });
  // UTF-8 may be longer than the text was.
  if (all.some((content) => sizeOf(content) > UPLOAD_BYTES)) throw tooLarge();
  return all;
}

/** Bytes. */
export function sizeOf(content: Content): number {
  return content instanceof Blob ? content.size : content.length;
}

/** Whether contents, in this number, can go by no other route than HTTP on this PC. */
export function needsLoopback(contents: readonly Content[]): boolean {
  const characters = sum(contents.map((content) => 4 * Math.ceil(sizeOf(content) / 3)));
  return characters > BODY_BYTES || contents.length > SIGN_ITEMS_IN_MESSAGE;
}

/** The contents that are uploaded, so that the smallest stay in the request. */
export function largeOnes(contents: readonly Content[]): ReadonlySet<Content> {
  let inline = 0;
  const bySize = [...contents].sort((a, b) => sizeOf(a) - sizeOf(b));
  return new Set(bySize.filter((content) => (inline += sizeOf(content)) > INLINE_BYTES));
}

/** Padded base64 (RFC 4648 §4). */
export async function encodeContent(content: Content): Promise<string> {
  return toBase64(content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content);
}

/** A digest in padded base64; text is that already. */
export function encodeDigest(value: string | Uint8Array | ArrayBuffer): string {
  return typeof value === 'string' ? value : toBase64(bytesOf(value));
}

/** The request as it travels, if it is not larger than a request may be. */
export function encodeBody(request: unknown): string {
  const body = JSON.stringify(request);
  if (new TextEncoder().encode(body).length > BODY_BYTES) throw tooLarge();
  return body;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function atLeastBytes(content: SignContent): number {
  if (typeof content === 'string') return content.length;
  return content instanceof Blob ? content.size : content.byteLength;
}

/** A copy: what is signed is what was there when it was asked. */
function bytesOf(bytes: Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  return bytes instanceof ArrayBuffer ? new Uint8Array(bytes.slice(0)) : new Uint8Array(bytes);
}

function toBase64(bytes: Uint8Array): string {
  let characters = '';
  for (let start = 0; start < bytes.length; start += STEP) {
    characters += String.fromCharCode(...bytes.subarray(start, start + STEP));
  }
  return btoa(characters);
}

function tooLarge(): MadoguchiError {
  return failure('ERR_PROTOCOL_BODY_TOO_LARGE', 'a content, or all of them together, are larger than they may be');
}
