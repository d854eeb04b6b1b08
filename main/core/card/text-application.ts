import { berTlvLength } from '../apdu/ber-tlv.js';
import type { CardChannel } from '../apdu/card-channel.js';
import { ClientError } from '../errors.js';
import type { PinRole } from '../ports.js';
import { CardApplication, selectApplication } from './card-application.js';
import type { PinEntry } from './card-generation.js';
import type { InsertionMemory } from './insertion-memory.js';

const AID = Uint8Array.of(0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08);

/**
 * The files that are read. EF 0001 (個人番号) is not among them and never will be; nor is EF 0014, 照合番号A, which is the
 * My Number itself.
 */
const FileId = { ATTRIBUTES: 0x0002, DIGESTS: 0x0003, SIGNER_CERTIFICATE: 0x0004 } as const;

/** No file of this application comes near it; a length field may claim four gigabytes. */
const MAX_FILE_BYTES = 4096;

/** The secrets that open 基本4情報: 券面事項入力補助用暗証番号 and 照合番号B. */
export type TextPinRole = Extract<PinRole, 'profile' | 'number-b'>;

export const TEXT_PINS: Readonly<Record<TextPinRole, PinEntry>> = {
  profile: {
    role: 'profile',
    pinFileId: 0x0011,
    pinFormat: { minLength: 4, maxLength: 4, alphabet: 'digits' },
  },
  /** Birth date YYMMDD with the era's year, the card's year of expiry YYYY, the security code of four digits. */
  'number-b': {
    role: 'number-b',
    pinFileId: 0x0015,
    pinFormat: { minLength: 14, maxLength: 14, alphabet: 'digits' },
  },
};

/** The selected 券面事項入力補助AP on one card connection. Valid until the connection ends. */
export class TextApplication extends CardApplication {
  private constructor(channel: CardChannel, memory: InsertionMemory) {
    super(channel, memory);
  }

  /** @throws ClientError ERR_CARD_UNSUPPORTED where the medium has no such application, as phones have none. */
  static async select(channel: CardChannel, memory: InsertionMemory): Promise<TextApplication> {
    if (await selectApplication(channel, AID)) return new TextApplication(channel, memory);
    throw unsupported('this card holds no 券面事項入力補助AP');
  }

  /** EF 0002, 基本4情報, BER-TLV. Needs one of `TEXT_PINS`. The caller zeroes it. */
  async readAttributes(): Promise<Uint8Array> {
    const file = await this.readObject(FileId.ATTRIBUTES, lengthOfFile);
    if (!file) throw new ClientError('ERR_CARD_RESPONSE', 'the verified PIN does not open the attributes');
    return file;
  }

  /**
   * EF 0003, BER-TLV: digests of EF 0001 and EF 0002, and a signature over both. Needs one of `TEXT_PINS`; undefined where
   * the card does not give it. A My Number can be found from these bytes by trying them all: the caller zeroes them, and
   * they go nowhere.
   */
  readDigests(): Promise<Uint8Array | undefined> {
    return this.#readIfAny(FileId.DIGESTS);
  }

  /** EF 0004, BER-TLV: card-verifiable certificate of the key that signed EF 0003. Freely readable; undefined: absent. */
  readSignerCertificate(): Promise<Uint8Array | undefined> {
    return this.#readIfAny(FileId.SIGNER_CERTIFICATE);
  }

  protected override missingFile(): ClientError {
    return unsupported('the 券面事項入力補助AP of this card lacks a file');
  }

  async #readIfAny(fileId: number): Promise<Uint8Array | undefined> {
    try {
      return await this.readObject(fileId, lengthOfFile);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'ERR_CARD_UNSUPPORTED') return undefined;
      throw error;
    }
  }
}

function lengthOfFile(firstBytes: Uint8Array): number {
  const length = berTlvLength(firstBytes);
  if (length <= MAX_FILE_BYTES) return length;
  throw new ClientError('ERR_CARD_RESPONSE', 'a card file claims to be longer than it can be', { retriable: true });
}

/** `application` lets the shells say what is missing. */
function unsupported(message: string): ClientError {
  return new ClientError('ERR_CARD_UNSUPPORTED', message, { details: { application: 'text' } });
}
