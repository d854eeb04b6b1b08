import { PROOF_BYTES } from './pairing-proof.js';

/** The first message on a TLS connection, from the phone. Everything after it is vpcd. */
export type Hello =
  /** A paired phone. The computer begins with its orders. */
  | { readonly kind: 'paired' }
  /** A phone to be paired. The computer answers with its own proof, then begins with its orders. */
  | { readonly kind: 'pairing'; readonly proof: Uint8Array; readonly name: string };

const VERSION = 1;
const KINDS = { paired: 1, pairing: 2 } as const;
const HEADER_BYTES = 2;
const LONGEST_NAME_BYTES = 128;
const LONGEST_NAME = 40;

/** Version (01), kind (01 paired, 02 pairing); for pairing, proof (32 bytes) and the phone's name (UTF-8). */
export function encodeHello(hello: Hello): Uint8Array {
  if (hello.kind === 'paired') return Uint8Array.of(VERSION, KINDS.paired);
  const name = new TextEncoder().encode(hello.name).subarray(0, LONGEST_NAME_BYTES);
  return Uint8Array.from([VERSION, KINDS.pairing, ...hello.proof, ...name]);
}

/** @returns undefined where it is none, or of another version */
export function decodeHello(message: Uint8Array): Hello | undefined {
  if (message[0] !== VERSION) return undefined;
  if (message[1] === KINDS.paired && message.length === HEADER_BYTES) return { kind: 'paired' };
  const nameBytes = message.length - HEADER_BYTES - PROOF_BYTES;
  if (message[1] !== KINDS.pairing || nameBytes < 0 || nameBytes > LONGEST_NAME_BYTES) return undefined;
  return {
    kind: 'pairing',
    proof: message.slice(HEADER_BYTES, HEADER_BYTES + PROOF_BYTES),
    name: shownName(new TextDecoder().decode(message.subarray(HEADER_BYTES + PROOF_BYTES))),
  };
}

/** A phone's own name as it may be shown: no control, formatting or direction characters, one line, 40 characters. */
export function shownName(unverifiedName: string): string {
  const visible = unverifiedName
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
  return Array.from(visible).slice(0, LONGEST_NAME).join('').trim();
}
