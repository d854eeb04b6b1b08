import { encodeResponse, parseCommandApdu, type CardResponse } from './apdu.js';
import { ApduLog, type ApduLogEntry } from './apdu-log.js';
import type { CardMaterial } from './card-material.js';
import { CARD_PROFILES, type CardProfile, type CardProfileName } from './card-profile.js';
import { resetSession, type CardSession } from './card-session.js';
import { CardStateFile, VirtualCardStateError } from './card-state-file.js';
import { dispatch } from './commands/dispatch.js';
import { FaultSchedule, type ScheduledFault } from './fault-schedule.js';
import { jpkiApplication } from './jpki-application.js';
import { freshPins, memoryPinStorage, Pins, type PinStorage } from './pins.js';
import { STATUS_WORDS } from './status-words.js';
import { TEST_CARD_PINS } from './test-holder.js';
import { createTestMaterial } from './test-hierarchy.js';
import { textApplication } from './text-application.js';

export interface VirtualCardOptions {
  /**
   * Directory of the card's file, made if need be; keys, certificates and PINs last there, and every process that opens
   * it holds the same card. Absent: a new card that is forgotten with the process.
   */
  readonly stateDirectory?: string;
  /** Which card it behaves like. Not part of the state: the same card may be opened with another profile. */
  readonly profile?: CardProfileName;
  /** Time at which a new card's certificates begin. */
  readonly clock?: () => Date;
}

/** The card was taken out in the middle of a command. */
export class CardRemovedError extends Error {
  override readonly name = 'CardRemovedError';
}

/**
 * A My Number Card without a chip: JPKI application and 券面事項入力補助 application over a test hierarchy of its own.
 * One host holds it at a time. The host keeps the delays it asks for and takes it out when it says so.
 */
export class VirtualCard {
  readonly #profile: CardProfile;
  readonly #material: CardMaterial;
  readonly #session: CardSession;
  readonly #log = new ApduLog();
  readonly #faults = new FaultSchedule();
  #powered = false;

  /** Internal: cards come from `openVirtualCard`. */
  constructor(profile: CardProfile, material: CardMaterial, pins: PinStorage) {
    this.#profile = profile;
    this.#material = material;
    this.#session = {
      profile,
      applications: [jpkiApplication(material, profile), textApplication(material)],
      pins: new Pins(pins),
      application: undefined,
      currentFileId: undefined,
      verified: new Set(),
    };
  }

  /** Answer to reset (ISO/IEC 7816-3), whether the card has power or not. */
  get atr(): Uint8Array {
    return Uint8Array.from(this.#profile.atr);
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** Nothing is selected and no PIN verified afterwards. @returns the answer to reset */
  powerOn(): Uint8Array {
    this.#powered = true;
    resetSession(this.#session);
    return this.atr;
  }

  powerOff(): void {
    this.#powered = false;
    resetSession(this.#session);
  }

  /** As `powerOn`, for a card that has power. */
  reset(): Uint8Array {
    return this.powerOn();
  }

  /**
   * Answers one command APDU; keeps no copy of it. Bytes that are no command are answered 6700.
   * @returns response data, then SW1 SW2
   * @throws CardRemovedError where a fault takes the card out; Error where the card has no power
   */
  transmit(command: Uint8Array): Uint8Array {
    if (!this.#powered) throw new Error('the virtual card has no power');
    const fault = this.#faults.take();
    if (fault === 'remove') {
      this.#record(command, undefined);
      this.powerOff();
      throw new CardRemovedError('the virtual card was taken out');
    }
    const response = fault ? faultyResponse(fault) : encodeResponse(this.#answer(command));
    this.#record(command, response);
    return response;
  }

  /** How long the host waits before it transmits the next command, as a fault asks. */
  get nextDelayMilliseconds(): number {
    return this.#faults.nextDelayMilliseconds;
  }

  insertFault(fault: ScheduledFault): void {
    this.#faults.insert(fault);
  }

  /** The latest commands, oldest first, as they are now. */
  get log(): readonly ApduLogEntry[] {
    return this.#log.entries;
  }

  clearLog(): void {
    this.#log.clear();
  }

  /** Certificates of the authorities that issued this card's certificates; DER. Trust anchors of tests only. */
  testAuthorities(): { readonly signing: Uint8Array; readonly authentication: Uint8Array } {
    const { signing, authentication } = this.#material.authorities;
    return {
      signing: Uint8Array.from(signing.certificate),
      authentication: Uint8Array.from(authentication.certificate),
    };
  }

  /** A state file that fails in use is what a failing memory is to a chip. */
  #answer(command: Uint8Array): CardResponse {
    try {
      return dispatch(this.#session, command);
    } catch (thrown) {
      if (thrown instanceof VirtualCardStateError) return { statusWord: STATUS_WORDS.MEMORY_FAILURE };
      throw thrown;
    }
  }

  #record(command: Uint8Array, response: Uint8Array | undefined): void {
    const [cla = 0, ins = 0, p1 = 0, p2 = 0] = command;
    const parsed = parseCommandApdu(command, this.#profile.extendedLength);
    const [sw1 = 0, sw2 = 0] = response?.slice(-2) ?? [];
    this.#log.add({
      ...{ cla, ins, p1, p2 },
      lc: parsed?.data.length ?? 0,
      le: parsed?.le,
      application: this.#session.application?.name,
      fileId: this.#session.currentFileId,
      statusWord: response && (sw1 << 8) | sw2,
      responseLength: Math.max(0, (response?.length ?? 0) - 2),
    });
  }
}

function faultyResponse(fault: { readonly statusWord: number } | { readonly respond: Uint8Array }): Uint8Array {
  return 'respond' in fault ? Uint8Array.from(fault.respond) : encodeResponse(fault);
}

/**
 * Opens the card in `stateDirectory`, or makes a new one: six RSA keys, about a second.
 * @throws VirtualCardStateError where the file is damaged or cannot be used; RangeError for an unknown profile
 */
export async function openVirtualCard(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  const { stateDirectory, profile = 'default', clock = () => new Date() } = options;
  if (!Object.hasOwn(CARD_PROFILES, profile)) throw new RangeError('unknown card profile');
  if (stateDirectory === undefined) {
    const material = await createTestMaterial(clock());
    return new VirtualCard(CARD_PROFILES[profile], material, memoryPinStorage(freshPins(TEST_CARD_PINS)));
  }
  const file = new CardStateFile(stateDirectory);
  const state =
    file.load() ?? file.create({ material: await createTestMaterial(clock()), pins: freshPins(TEST_CARD_PINS) });
  return new VirtualCard(CARD_PROFILES[profile], state.material, file.pinStorage(state));
}
