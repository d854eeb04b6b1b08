import { type CardChannel, unexpectedStatusWord } from '../apdu/card-channel.js';
import {
  changeReferenceData,
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
import type { ClientError } from '../errors.js';
import { CURRENT_FILE_REFERENCE, shortFileId, type PinEntry } from './card-generation.js';
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

/**
 * Selects an application by its whole AID, which also drops whatever PIN state an earlier program left in it.
 * @returns false where the card does not have it.
 */
export async function selectApplication(channel: CardChannel, aid: Uint8Array): Promise<boolean> {
  const command = selectByAid(aid);
  let { sw } = await channel.send(command);
  // Some cards answer their very first command after power-up with 6F00.
  if (sw === StatusWord.INTERNAL_ERROR) ({ sw } = await channel.send(command));
  if (sw === StatusWord.OK) return true;
  if (sw === StatusWord.FILE_NOT_FOUND) return false;
  throw unexpectedStatusWord(command, sw);
}

/** What every application on the card has: files and secrets. Selected on one connection, and valid until it ends. */
export abstract class CardApplication {
  protected readonly channel: CardChannel;
  readonly #memory: InsertionMemory;

  protected constructor(channel: CardChannel, memory: InsertionMemory) {
    this.channel = channel;
    this.#memory = memory;
  }

  /** The error for an EF that this card lacks. */
  protected abstract missingFile(): ClientError;

  /** Tries left, asked by an empty VERIFY that costs none. */
  async pinStatus(pin: PinEntry): Promise<PinStatus> {
    const reference = await this.reference(pin.pinFileId, queryRetryCounter);
    const command = queryRetryCounter(reference.p2);
    const { sw } = reference.response ?? (await this.channel.send(command));
    if (meansBlocked(sw)) return { status: 'blocked' };
    const triesLeft = retryCounter(sw);
    if (triesLeft !== undefined) return { status: 'tries-left', triesLeft };
    if (sw === StatusWord.OK) return { status: 'still-verified' };
    throw unexpectedStatusWord(command, sw);
  }

  /**
   * VERIFY, once, right after `pinStatus` of the same PIN: its file is still the current EF, or the card answered its
   * short identifier. Any answer but success, `63Cx` or blocked is an error, and nothing is tried again.
   * @param value ASCII, already normalised; stays the caller's to zero.
   */
  async verifyPin(pin: PinEntry, value: Uint8Array): Promise<PinVerification> {
    const p2 = this.#memory.shortFileIds ? 0x80 | shortFileId(pin.pinFileId) : CURRENT_FILE_REFERENCE;
    const command = verify(p2, value);
    const { sw } = await this.channel.send(command);
    if (sw === StatusWord.OK) return { status: 'verified' };
    if (meansBlocked(sw)) return { status: 'blocked' };
    const triesLeft = retryCounter(sw);
    if (triesLeft !== undefined) return { status: 'incorrect', triesLeft };
    if (sw === StatusWord.VERIFICATION_FAILED) return this.#incorrectWithoutCounter(pin);
    throw unexpectedStatusWord(command, sw);
  }

  /**
   * CHANGE REFERENCE DATA, once, right after `verifyPin` of the same PIN. Sent to the current EF, the only form known from
   * real cards, whatever short identifiers the card understands elsewhere.
   * @param value ASCII, of the PIN's own form; stays the caller's to zero.
   * @throws ClientError ERR_CARD_RESPONSE where the card refuses: the PIN is the old one then.
   */
  async changePin(pin: PinEntry, value: Uint8Array): Promise<void> {
    if (this.#memory.shortFileIds) await this.#selectFile(pin.pinFileId);
    const command = changeReferenceData(CURRENT_FILE_REFERENCE, value);
    const { sw } = await this.channel.send(command);
    if (sw !== StatusWord.OK) throw unexpectedStatusWord(command, sw);
  }

  /**
   * Whether the application has this EF. Nothing is read of it.
   * @throws ClientError ERR_CARD_RESPONSE
   */
  async hasFile(fileId: number): Promise<boolean> {
    const command = selectEf(fileId);
    const { sw } = await this.channel.send(command);
    if (sw !== StatusWord.OK && sw !== StatusWord.FILE_NOT_FOUND) throw unexpectedStatusWord(command, sw);
    return sw === StatusWord.OK;
  }

  /**
   * The object at the beginning of a file: the file behind it is longer and filled up. The bytes the reader returned are
   * zeroed, so that the caller's copy is the only one in the core. Undefined where the file wants a PIN first.
   * @param lengthOf the object's length in bytes, from the file's first 256 bytes or fewer; throws where it has none.
   */
  protected async readObject(
    fileId: number,
    lengthOf: (firstBytes: Uint8Array) => number,
  ): Promise<Uint8Array | undefined> {
    const first = await this.#readFirstChunk(fileId);
    if (!first) return undefined;
    let object = first;
    try {
      object = new Uint8Array(lengthOf(first));
      await this.#readRest(object, move(first, object, 0));
      return object;
    } catch (error) {
      first.fill(0);
      object.fill(0);
      throw error;
    }
  }

  /** READ BINARY of the current EF from `offset` to the end of `object`. */
  async #readRest(object: Uint8Array, start: number): Promise<void> {
    for (let offset = start; offset < object.length;) {
      const command = readBinary(offset, Math.min(MAX_SHORT_LE, object.length - offset));
      const { sw, data } = await this.channel.send(command);
      if (!isReadable(sw) || data.length === 0) throw unexpectedStatusWord(command, sw);
      offset += move(data, object, offset);
    }
  }

  /**
   * Makes `fileId` addressable by the P2 this returns. Where short identifiers may work, `command` is sent with one; its
   * response is returned if the card took it. A refusal costs one command, once per insertion: after it, files are selected.
   */
  protected async reference(
    fileId: number,
    command: (p2: number) => CommandApdu,
  ): Promise<{ readonly p2: number; readonly response?: ResponseApdu }> {
    if (this.#memory.shortFileIds !== false) {
      const p2 = 0x80 | shortFileId(fileId);
      const response = await this.channel.send(command(p2));
      if (!refusesReference(response.sw)) {
        this.#memory.shortFileIds = true;
        return { p2, response };
      }
      this.#memory.shortFileIds = false;
    }
    await this.#selectFile(fileId);
    return { p2: CURRENT_FILE_REFERENCE };
  }

  /** The file's first bytes, which tell its length; undefined where it wants a PIN. */
  async #readFirstChunk(fileId: number): Promise<Uint8Array | undefined> {
    if (this.#memory.shortFileIds) {
      const { sw, data } = await this.channel.send(readBinaryByShortFileId(shortFileId(fileId), MAX_SHORT_LE));
      if (isReadable(sw) && data.length > 0) return data;
      if (sw === StatusWord.SECURITY_STATUS_NOT_SATISFIED) return undefined;
      this.#memory.shortFileIds = false;
    }
    await this.#selectFile(fileId);
    const command = readBinary(0, MAX_SHORT_LE);
    const { sw, data } = await this.channel.send(command);
    if (sw === StatusWord.SECURITY_STATUS_NOT_SATISFIED) return undefined;
    if (!isReadable(sw)) throw unexpectedStatusWord(command, sw);
    return data;
  }

  async #selectFile(fileId: number): Promise<void> {
    const command = selectEf(fileId);
    const { sw } = await this.channel.send(command);
    if (sw === StatusWord.FILE_NOT_FOUND) throw this.missingFile();
    if (sw !== StatusWord.OK) throw unexpectedStatusWord(command, sw);
  }

  async #incorrectWithoutCounter(pin: PinEntry): Promise<PinVerification> {
    const status = await this.pinStatus(pin);
    return status.status === 'tries-left'
      ? { status: 'incorrect', triesLeft: status.triesLeft }
      : { status: 'blocked' };
  }
}

/** Moves what fits of `chunk` into `object` at `offset` and zeroes it where it was. @returns bytes of `chunk`. */
function move(chunk: Uint8Array, object: Uint8Array, offset: number): number {
  object.set(chunk.subarray(0, object.length - offset), offset);
  chunk.fill(0);
  return chunk.length;
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
