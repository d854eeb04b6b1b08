import { join } from 'node:path';
import { belongTogether, createTlsIdentity, type TlsIdentity } from './identity.js';
import { PrivateFile } from './private-file.js';

/** A phone whose certificate is trusted until it is forgotten. */
export interface PairedPhone {
  /** SHA-256 of its certificate; 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** What it called itself, made safe to show. Proves nothing. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly pairedAt: string;
}

const VERSION = 1;
/** The phone paired longest ago makes room. */
const MOST_PHONES = 16;
const LONGEST_NAME = 80;

/**
 * What this computer keeps about phones: its own key and certificate, and the phones it is paired with. Both are read
 * at every use, so that what one process forgets, another one knows. Failures are `PhoneReaderError`s.
 */
export class PhoneStore {
  readonly #identity: PrivateFile;
  readonly #phones: PrivateFile;

  /** @param directory made, for its owner only, when first written to */
  constructor(directory: string) {
    this.#identity = new PrivateFile(join(directory, 'identity.json'));
    this.#phones = new PrivateFile(join(directory, 'paired-phones.json'));
  }

  /** This computer's key and certificate; made on first use. */
  identity(): TlsIdentity {
    const known = this.#readIdentity();
    if (known) return known;
    const made = createTlsIdentity();
    const certificate = Buffer.from(made.certificate).toString('base64');
    const text = JSON.stringify({ version: VERSION, privateKey: made.privateKey, certificate });
    if (this.#identity.create(text)) return made;
    const other = this.#readIdentity();
    if (!other) throw this.#identity.defect('is gone');
    return other;
  }

  /** Paired phones, oldest first. */
  list(): readonly PairedPhone[] {
    const text = this.#phones.read();
    if (text === undefined) return [];
    const phones = fieldOf(parseJson(text), 'phones');
    if (!Array.isArray(phones) || phones.length > MOST_PHONES || !phones.every(isPairedPhone)) {
      throw this.#phones.defect('is damaged; delete it and pair phones again');
    }
    return phones.map(({ fingerprint, name, pairedAt }) => ({ fingerprint, name, pairedAt }));
  }

  find(fingerprint: string): PairedPhone | undefined {
    return this.list().find((phone) => phone.fingerprint === fingerprint);
  }

  /** Adds a phone, or renews it. */
  add(phone: PairedPhone): void {
    const others = this.list().filter(({ fingerprint }) => fingerprint !== phone.fingerprint);
    this.#save([...others, phone].slice(-MOST_PHONES));
  }

  /** @returns whether there was such a phone */
  forget(fingerprint: string): boolean {
    const phones = this.list();
    const left = phones.filter((phone) => phone.fingerprint !== fingerprint);
    if (left.length === phones.length) return false;
    this.#save(left);
    return true;
  }

  #save(phones: readonly PairedPhone[]): void {
    this.#phones.replace(JSON.stringify({ version: VERSION, phones }));
  }

  #readIdentity(): TlsIdentity | undefined {
    const text = this.#identity.read();
    if (text === undefined) return undefined;
    const json = parseJson(text);
    const [privateKey, base64] = [fieldOf(json, 'privateKey'), fieldOf(json, 'certificate')];
    if (typeof privateKey === 'string' && typeof base64 === 'string') {
      const identity = { privateKey, certificate: Uint8Array.from(Buffer.from(base64, 'base64')) };
      if (isWhole(identity)) return identity;
    }
    throw this.#identity.defect('is damaged; delete it and pair phones again');
  }
}

function isWhole(identity: TlsIdentity): boolean {
  try {
    return belongTogether(identity);
  } catch {
    return false;
  }
}

/** @returns undefined where the text is not JSON, or of another version */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return fieldOf(value, 'version') === VERSION ? value : undefined;
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function isPairedPhone(value: unknown): value is PairedPhone {
  const [fingerprint, name, pairedAt] = ['fingerprint', 'name', 'pairedAt'].map((field) => fieldOf(value, field));
  return (
    typeof fingerprint === 'string' &&
    /^[0-9a-f]{64}$/.test(fingerprint) &&
    typeof name === 'string' &&
    name.length <= LONGEST_NAME &&
    typeof pairedAt === 'string' &&
    !Number.isNaN(Date.parse(pairedAt))
  );
}
