import { certificateLength } from '../../../sdk/formats/index.js';
import { CardChannel, unexpectedStatusWord } from '../apdu/card-channel.js';
import {
  computeDigitalSignature,
  MAX_SHORT_LE,
  queryRetryCounter,
  readBinary,
  readBinaryByShortFileId,
  selectByAid,
  selectEf,
  verify,
  type CommandApdu,
} from '../apdu/command-apdu.js';
import type { ResponseApdu } from '../apdu/response-apdu.js';
import { meansBlocked, retryCounter, StatusWord } from '../apdu/status-word.js';
import { ClientError, toClientError } from '../errors.js';
import {
  CARD_GENERATIONS,
  CURRENT_FILE_REFERENCE,
  shortFileId,
  type CardGeneration,
  type KeyEntry,
} from './card-generation.js';
import type { InsertionMemory } from './insertion-memory.js';

/** What the card says about a PIN without being given one. */
export type PinStatus =
  | { readonly status: 'tries-left'; readonly triesLeft: number }
  | { readonly status: 'blocked' }
  /** `9000`: an earlier VERIFY still counts. It says nothing about tries, and is never taken for a correct PIN. */
  | { readonly status: 'still-verified' };

export type PinVerification =
  | { readonly status: 'verified' }
  | { readonly status: 'incorrect'; readonly triesLeft: number }
  | { readonly status: 'blocked' };

/** The selected 公的個人認証AP on one card connection. Valid until the connection ends. */
export class JpkiApplication {
  readonly generation: CardGeneration;
  readonly #channel: CardChannel;
  readonly #memory: InsertionMemory;

  private constructor(channel: CardChannel, generation: CardGeneration, memory: InsertionMemory) {
    this.#channel = channel;
    this.generation = generation;
    this.#memory = memory;
  }

  /**
   * Selects the application by its whole AID, which also drops whatever PIN state an earlier program left in it.
   * @throws ClientError ERR_CARD_UNSUPPORTED where no known application is on the card.
   */
  static async select(channel: CardChannel, memory: InsertionMemory): Promise<JpkiApplication> {
    for (const generation of CARD_GENERATIONS) {
      const command = selectByAid(generation.aid);
      let { sw } = await channel.send(command);
      // Some cards answer their very first command after power-up with 6F00.
      if (sw === StatusWord.INTERNAL_ERROR) ({ sw } = await channel.send(command));
      if (sw === StatusWord.OK) return new JpkiApplication(channel, generation, memory);
      if (sw !== StatusWord.FILE_NOT_FOUND) throw unexpectedStatusWord(command, sw);
    }
    throw new ClientError('ERR_CARD_UNSUPPORTED', 'this card holds no JPKI application');
  }

  /** Tries left, asked by an empty VERIFY that costs none. */
  async pinStatus(key: KeyEntry): Promise<PinStatus> {
    const reference = await this.#reference(key.pinFileId, queryRetryCounter);
    const command = queryRetryCounter(reference.p2);
    const { sw } = reference.response ?? (await this.#channel.send(command));
    if (meansBlocked(sw)) return { status: 'blocked' };
    const triesLeft = retryCounter(sw);
    if (triesLeft !== undefined) return { status: 'tries-left', triesLeft };
    if (sw === StatusWord.OK) return { status: 'still-verified' };
    throw unexpectedStatusWord(command, sw);
  }

  /**
   * VERIFY, once, right after `pinStatus` of the same key: its PIN file is still the current EF, or the card answered its
   * short identifier. Any answer but success, `63Cx` or blocked is an error, and nothing is tried again.
   * @param pin ASCII, already normalised; stays the caller's to zero.
   */
  async verifyPin(key: KeyEntry, pin: Uint8Array): Promise<PinVerification> {
    const p2 = this.#memory.shortFileIds ? 0x80 | shortFileId(key.pinFileId) : CURRENT_FILE_REFERENCE;
    const command = verify(p2, pin);
    const { sw } = await this.#channel.send(command);
    if (sw === StatusWord.OK) return { status: 'verified' };
    if (meansBlocked(sw)) return { status: 'blocked' };
    const triesLeft = retryCounter(sw);
    if (triesLeft !== undefined) return { status: 'incorrect', triesLeft };
    if (sw === StatusWord.VERIFICATION_FAILED) return this.#incorrectWithoutCounter(key);
    throw unexpectedStatusWord(command, sw);
  }

  /**
   * COMPUTE DIGITAL SIGNATURE. RSA: over a DER DigestInfo, which the card pads by PKCS #1 v1.5 (RFC 8017 §8.2). ECDSA: over
   * the bare digest.
   * @returns RSA: as long as the modulus, big-endian. ECDSA: r ‖ s, each as long as the order, big-endian.
   */
  async computeDigitalSignature(key: KeyEntry, input: Uint8Array): Promise<Uint8Array> {
    const reference = await this.#reference(key.privateKeyFileId, (p2) => computeDigitalSignature(p2, input));
    const command = computeDigitalSignature(reference.p2, input);
    const { sw, data } = reference.response ?? (await this.#channel.send(command));
    if (sw !== StatusWord.OK) throw unexpectedStatusWord(command, sw);
    return data.slice();
  }

  /**
   * A freely readable certificate file, trimmed to the DER object in it: the file behind it is longer and filled up. Kept
   * for this insertion. Undefined where this medium wants a PIN first, as phones do.
   * @throws ClientError ERR_CERT_MISSING where the file is absent or empty, ERR_CERT_MALFORMED where it holds no DER.
   */
  async readFreeCertificate(fileId: number): Promise<Uint8Array | undefined> {
    const kept = this.#memory.freeCertificates.get(fileId);
    if (kept) return kept.slice();
    const certificate = await this.#readDerFile(fileId);
    if (certificate) this.#memory.freeCertificates.set(fileId, certificate.slice());
    return certificate;
  }

  /** A certificate file that the PIN verified on this connection opens. Never kept. Throws as `readFreeCertificate`. */
  async readProtectedCertificate(fileId: number): Promise<Uint8Array> {
    const certificate = await this.#readDerFile(fileId);
    if (!certificate) throw new ClientError('ERR_CARD_RESPONSE', 'the verified PIN does not open the certificate');
    return certificate;
  }

  async #readDerFile(fileId: number): Promise<Uint8Array | undefined> {
    const first = await this.#readFirstChunk(fileId);
    if (!first) return undefined;
    const length = lengthOfCertificate(first);
    const certificate = new Uint8Array(length);
    certificate.set(first.subarray(0, length));
    let offset = Math.min(first.length, length);
    while (offset < length) {
      const command = readBinary(offset, Math.min(MAX_SHORT_LE, length - offset));
      const { sw, data } = await this.#channel.send(command);
      if (!isReadable(sw) || data.length === 0) throw unexpectedStatusWord(command, sw);
      certificate.set(data.subarray(0, length - offset), offset);
      offset += data.length;
    }
    return certificate;
  }

  /** The file's first bytes, which tell its length; undefined where it wants a PIN. */
  async #readFirstChunk(fileId: number): Promise<Uint8Array | undefined> {
    if (this.#memory.shortFileIds) {
      const { sw, data } = await this.#channel.send(readBinaryByShortFileId(shortFileId(fileId), MAX_SHORT_LE));
      if (isReadable(sw) && data.length > 0) return data;
      if (sw === StatusWord.SECURITY_STATUS_NOT_SATISFIED) return undefined;
      this.#memory.shortFileIds = false;
    }
    await this.#selectFile(fileId);
    const command = readBinary(0, MAX_SHORT_LE);
    const { sw, data } = await this.#channel.send(command);
    if (sw === StatusWord.SECURITY_STATUS_NOT_SATISFIED) return undefined;
    if (!isReadable(sw)) throw unexpectedStatusWord(command, sw);
    return data;
  }

  /**
   * Makes `fileId` addressable by the P2 this returns. Where short identifiers may work, `command` is sent with one; its
   * response is returned if the card took it. A refusal costs one command, once per insertion: after it, files are selected.
   */
  async #reference(
    fileId: number,
    command: (p2: number) => CommandApdu,
  ): Promise<{ readonly p2: number; readonly response?: ResponseApdu }> {
    if (this.#memory.shortFileIds !== false) {
      const p2 = 0x80 | shortFileId(fileId);
      const response = await this.#channel.send(command(p2));
      if (!refusesReference(response.sw)) {
        this.#memory.shortFileIds = true;
        return { p2, response };
      }
      this.#memory.shortFileIds = false;
    }
    await this.#selectFile(fileId);
    return { p2: CURRENT_FILE_REFERENCE };
  }

  async #selectFile(fileId: number): Promise<void> {
    const command = selectEf(fileId);
    const { sw } = await this.#channel.send(command);
    if (sw === StatusWord.FILE_NOT_FOUND) throw new ClientError('ERR_CERT_MISSING', 'the card lacks this file');
    if (sw !== StatusWord.OK) throw unexpectedStatusWord(command, sw);
  }

  async #incorrectWithoutCounter(key: KeyEntry): Promise<PinVerification> {
    const status = await this.pinStatus(key);
    return status.status === 'tries-left'
      ? { status: 'incorrect', triesLeft: status.triesLeft }
      : { status: 'blocked' };
  }
}

function lengthOfCertificate(firstBytes: Uint8Array): number {
  try {
    return certificateLength(firstBytes);
  } catch (error) {
    throw toClientError(error);
  }
}

function isReadable(sw: number): boolean {
  return sw === StatusWord.OK || sw === StatusWord.END_OF_FILE;
}

/** Status words by which a card says that it does not understand a short identifier in P2. */
function refusesReference(sw: number): boolean {
  return (
    sw === StatusWord.FILE_NOT_FOUND ||
    sw === StatusWord.WRONG_LENGTH ||
    sw === 0x6a86 ||
    sw === 0x6a88 ||
    sw === 0x6986 ||
    sw === 0x6a81 ||
    sw === 0x6b00
  );
}
