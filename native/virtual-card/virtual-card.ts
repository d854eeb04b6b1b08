import { createPublicKey } from 'node:crypto';
import { encodeResponse, parseCommandApdu, type CardResponse } from './apdu.js';
import { ApduLog, type ApduLogEntry } from './apdu-log.js';
import type { CardMaterial, MaterialKind } from './card-material.js';
import type { CardProfile } from './card-profile.js';
import { commonApplication, manufactureNumber } from './common-application.js';
import { CARD_PROFILES, isCardProfileName, type CardProfileName } from './card-profiles.js';
import { clearSession, deselect, type CardSession } from './card-session.js';
import type { CardState } from './card-state.js';
import { CardStateFile, VirtualCardStateError } from './card-state-file.js';
import { dispatch } from './commands/dispatch.js';
import { FaultSchedule, type ScheduledFault } from './fault-schedule.js';
import { jpkiApplication } from './jpki-application.js';
import { freshPins, memoryPinStorage, Pins, type PinStorage, type PinName } from './pins.js';
import { STATUS_WORDS } from './status-words.js';
import { TEST_CARD_PINS } from './test-holder.js';
import { textApplication } from './text-application.js';

export interface VirtualCardOptions {
  /**
   * Directory of the card's file, made if need be; keys, certificates and PINs last there, and every process that opens
   * it holds the same card. Absent: a new card that is forgotten with the process.
   */
  readonly stateDirectory?: string;
  /**
   * Which card it behaves like. Not part of the state: the same card may be opened with another profile. Profiles with
   * keys or certificates of their own have a file of their own beside it, PINs included.
   */
  readonly profile?: CardProfileName | CardProfile;
  /** Time at which a new card is made; its certificates' dates count from then. */
  readonly clock?: () => Date;
}

/** The card was taken out in the middle of a command. */
export class CardRemovedError extends Error {
  override readonly name = 'CardRemovedError';
}

interface VirtualCardParts {
  readonly profile: CardProfile;
  readonly material: CardMaterial;
  readonly pins: PinStorage;
  /** What tests trust; those of `material` unless the card is one that has to be distrusted. */
  readonly trusted: CardMaterial;
}

/** Public keys of the authorities behind a card: trust anchors of tests only. */
export interface TestAuthorities {
  /** Certificates, DER. */
  readonly signing: Uint8Array;
  readonly authentication: Uint8Array;
  /** SubjectPublicKeyInfo, DER, of the RSA key that certifies EF 0004 of 券面事項入力補助AP. */
  readonly attributes: Uint8Array;
}

/**
 * A My Number Card without a chip: JPKI application and 券面事項入力補助 application over a test hierarchy of its own.
 * One host holds it at a time. The host keeps the delays it asks for and takes it out when it says so.
 */
/** PINs of a test card, by what they open. */
export type TestCardPins = Readonly<Record<PinName, string>>;

export class VirtualCard {
  readonly #profile: CardProfile;
  readonly #material: CardMaterial;
  readonly #trusted: CardMaterial;
  readonly #session: CardSession;
  readonly #log = new ApduLog();
  readonly #faults = new FaultSchedule();
  #powered = false;
  /** Whether the card answered a command since it got power. */
  #awake = false;

  /** Internal: cards come from `openVirtualCard`. */
  constructor({ profile, material, pins, trusted }: VirtualCardParts) {
    this.#profile = profile;
    this.#material = material;
    this.#trusted = trusted;
    const jpki = jpkiApplication(material, profile);
    this.#session = {
      profile,
      applications: profile.textApplication
        ? [jpki, textApplication(material, profile), commonApplication(material)]
        : [jpki],
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

  /** The PINs as they are now; the person may have changed them. */
  currentPins(): TestCardPins {
    return this.#session.pins.values();
  }

  /** What 共通カードAP tells of this card: for tests that it is found nowhere else. */
  get manufactureNumber(): string {
    return manufactureNumber(this.#material);
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** Nothing is selected and no PIN verified afterwards. @returns the answer to reset */
  powerOn(): Uint8Array {
    this.#powered = true;
    this.#awake = false;
    clearSession(this.#session);
    return this.atr;
  }

  powerOff(): void {
    this.#powered = false;
    clearSession(this.#session);
  }

  /** Warm reset: as `powerOn`, but the power stays, and with some profiles what was verified. @returns the answer to reset */
  reset(): Uint8Array {
    if (!this.#powered) return this.powerOn();
    deselect(this.#session);
    return this.atr;
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

  /**
   * The authorities that a test trusts: those that issued this card's certificates, but for `unlisted-ca`, whose card
   * names others.
   */
  testAuthorities(): TestAuthorities {
    const { authorities, textRoot } = this.#trusted;
    return {
      signing: Uint8Array.from(authorities.signing.certificate),
      authentication: Uint8Array.from(authorities.authentication.certificate),
      attributes: Uint8Array.from(createPublicKey(textRoot).export({ format: 'der', type: 'spki' })),
    };
  }

  /** A state file that fails in use is what a failing memory is to a chip. */
  #answer(command: Uint8Array): CardResponse {
    const asleep = !this.#awake;
    this.#awake = true;
    if (asleep && this.#profile.firstCommandFails) return { statusWord: STATUS_WORDS.INTERNAL_ERROR };
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
 * Opens the card in `stateDirectory`, or makes a new one: six RSA keys, about a second; profiles with certificates of
 * their own are derived from it when they are first opened.
 * @throws VirtualCardStateError where a file is damaged or cannot be used; RangeError for an unknown profile
 */
export async function openVirtualCard(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  const { stateDirectory, clock = () => new Date() } = options;
  const profile = resolveProfile(options.profile ?? 'default');
  const valid = await openState(stateDirectory, 'valid', async () => (await loadIssuer()).createMaterial(clock()));
  const { material: kind } = profile;
  const own =
    kind === 'valid'
      ? valid
      : await openState(stateDirectory, kind, async () =>
          (await loadIssuer()).deriveMaterial(valid.material, kind, clock()),
        );
  const trusted = kind === 'unlisted-ca' ? valid.material : own.material;
  return new VirtualCard({ profile, ...own, trusted });
}

/** What issues certificates takes as long to load as the rest, and is needed for a new card only. */
const loadIssuer = () => import('./create-material.js');

function resolveProfile(profile: CardProfileName | CardProfile): CardProfile {
  if (typeof profile !== 'string') return profile;
  if (!isCardProfileName(profile)) throw new RangeError('unknown card profile');
  return CARD_PROFILES[profile];
}

async function openState(
  stateDirectory: string | undefined,
  kind: MaterialKind,
  create: () => Promise<CardMaterial>,
): Promise<{ readonly material: CardMaterial; readonly pins: PinStorage }> {
  const createState = async (): Promise<CardState> => ({ material: await create(), pins: freshPins(TEST_CARD_PINS) });
  if (stateDirectory === undefined) {
    const { material, pins } = await createState();
    return { material, pins: memoryPinStorage(pins) };
  }
  const file = new CardStateFile(stateDirectory, kind);
  const state = file.load() ?? file.create(await createState());
  return { material: state.material, pins: file.pinStorage(state) };
}
