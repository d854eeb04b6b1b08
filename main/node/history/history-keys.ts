import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { copyOfSecret } from '../../core/secret-bytes.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;
/** A key sealed under another. */
export const SEALED_KEY_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** A new random key; whoever asks owns it. */
export function newKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** AES-256-GCM (NIST SP 800-38D): nonce ‖ ciphertext ‖ tag. `context` says where it belongs and opens nowhere else. */
export function seal(key: Uint8Array, plaintext: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined where it was not sealed under this key for this place. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** What is derived from the master key (HKDF, RFC 5869): one key to seal days' keys, one for what must not be changed. */
export class MasterKeys {
  readonly #dayKeys: Uint8Array;
  readonly #marks: Uint8Array;
  /** Tells one master key from another and nothing else; hexadecimal. */
  readonly keyId: string;

  /** @param master stays the caller's to zero */
  constructor(master: Uint8Array) {
    this.#dayKeys = derived(master, 'day keys', KEY_BYTES);
    this.#marks = derived(master, 'marks', KEY_BYTES);
    this.keyId = Buffer.from(derived(master, 'identifier', 8)).toString('hex');
  }

  /** A day's key, sealed for the file `name`. */
  sealDayKey(dayKey: Uint8Array, name: string): Buffer {
    return seal(this.#dayKeys, dayKey, name);
  }

  /** Undefined where it is not this file's, or was destroyed. */
  unsealDayKey(sealed: Uint8Array, name: string): Buffer | undefined {
    return unseal(this.#dayKeys, sealed, name);
  }

  /** HMAC-SHA-256 (RFC 2104) of `text`, hexadecimal. */
  mark(text: string): string {
    return createHmac('sha256', this.#marks).update(text).digest('hex');
  }

  hasMark(text: string, mark: string): boolean {
    const expected = Buffer.from(this.mark(text));
    const given = Buffer.from(mark);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** Zeroes the keys. Nothing works afterwards. */
  destroy(): void {
    this.#dayKeys.fill(0);
    this.#marks.fill(0);
  }
}

function derived(master: Uint8Array, purpose: string, length: number): Uint8Array {
  const bytes = new Uint8Array(hkdfSync('sha256', master, new Uint8Array(0), `madoguchi history ${purpose}`, length));
  try {
    return copyOfSecret(bytes);
  } finally {
    bytes.fill(0);
  }
}
