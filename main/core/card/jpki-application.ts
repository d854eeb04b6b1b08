import { certificateLength } from '../../../sdk/formats/index.js';
import { type CardChannel, unexpectedStatusWord } from '../apdu/card-channel.js';
import { computeDigitalSignature } from '../apdu/command-apdu.js';
import { StatusWord } from '../apdu/status-word.js';
import { ClientError, toClientError } from '../errors.js';
import { CardApplication, selectApplication } from './card-application.js';
import { CARD_GENERATIONS, type CardGeneration, type KeyEntry } from './card-generation.js';
import type { InsertionMemory } from './insertion-memory.js';

const FileId = { TOKEN_INFORMATION: 0x0006, CERTIFICATE_RECORD: 0x0008 } as const;
const TOKEN_LABEL_BYTES = 32;
const CERTIFICATE_RECORD_BYTES = 3;

/** The selected 公的個人認証AP on one card connection. Valid until the connection ends. */
export class JpkiApplication extends CardApplication {
  readonly generation: CardGeneration;
  readonly #freeCertificates: Map<number, Uint8Array>;

  private constructor(channel: CardChannel, generation: CardGeneration, memory: InsertionMemory) {
    super(channel, memory);
    this.generation = generation;
    this.#freeCertificates = memory.freeCertificates;
  }

  /** @throws ClientError ERR_CARD_UNSUPPORTED where no known application is on the card. */
  static async select(channel: CardChannel, memory: InsertionMemory): Promise<JpkiApplication> {
    for (const generation of CARD_GENERATIONS) {
      if (await selectApplication(channel, generation.aid)) return new JpkiApplication(channel, generation, memory);
    }
    throw new ClientError('ERR_CARD_UNSUPPORTED', 'this card holds no JPKI application');
  }

  /**
   * COMPUTE DIGITAL SIGNATURE. RSA: over a DER DigestInfo, which the card pads by PKCS #1 v1.5 (RFC 8017 §8.2). ECDSA: over
   * the bare digest.
   * @returns RSA: as long as the modulus, big-endian. ECDSA: r ‖ s, each as long as the order, big-endian.
   */
  async computeDigitalSignature(key: KeyEntry, input: Uint8Array): Promise<Uint8Array> {
    const reference = await this.reference(key.privateKeyFileId, (p2) => computeDigitalSignature(p2, input));
    const command = computeDigitalSignature(reference.p2, input);
    const { sw, data } = reference.response ?? (await this.channel.send(command));
    if (sw !== StatusWord.OK) throw unexpectedStatusWord(command, sw);
    return data.slice();
  }

  /**
   * A freely readable certificate file, trimmed to the DER object in it. Kept for this insertion. Undefined where this
   * medium wants a PIN first, as phones do.
   * @throws ClientError ERR_CERT_MISSING where the file is absent or empty, ERR_CERT_MALFORMED where it holds no DER.
   */
  async readFreeCertificate(fileId: number): Promise<Uint8Array | undefined> {
    const kept = this.#freeCertificates.get(fileId);
    if (kept) return kept.slice();
    const certificate = await this.readObject(fileId, lengthOfCertificate);
    if (certificate) this.#freeCertificates.set(fileId, certificate.slice());
    return certificate;
  }

  /** A certificate that `readFreeCertificate` read before in this insertion. Costs no command. */
  keptCertificate(fileId: number): Uint8Array | undefined {
    return this.#freeCertificates.get(fileId)?.slice();
  }

  /** A certificate file that the PIN verified on this connection opens. Never kept. Throws as `readFreeCertificate`. */
  async readProtectedCertificate(fileId: number): Promise<Uint8Array> {
    const certificate = await this.readObject(fileId, lengthOfCertificate);
    if (!certificate) throw new ClientError('ERR_CARD_RESPONSE', 'the verified PIN does not open the certificate');
    return certificate;
  }

  /** Label of EF 0006, which tells the media apart: printable ASCII without its padding, or undefined where it is none. */
  async readTokenLabel(): Promise<string | undefined> {
    const bytes = await this.readObject(FileId.TOKEN_INFORMATION, ({ length }) => Math.min(length, TOKEN_LABEL_BYTES));
    const label = bytes && String.fromCharCode(...bytes).replace(/[\0 ]+$/, '');
    return label !== undefined && /^[!-~]+$/.test(label) ? label : undefined;
  }

  /** EF 0008, the card's own record of its certificates; undefined where it wants a PIN. */
  readCertificateRecord(): Promise<Uint8Array | undefined> {
    return this.readObject(FileId.CERTIFICATE_RECORD, ({ length }) => Math.min(length, CERTIFICATE_RECORD_BYTES));
  }

  protected override missingFile(): ClientError {
    return new ClientError('ERR_CERT_MISSING', 'the card lacks this file');
  }
}

function lengthOfCertificate(firstBytes: Uint8Array): number {
  try {
    return certificateLength(firstBytes);
  } catch (error) {
    throw toClientError(error);
  }
}
