import { timingSafeEqual } from 'node:crypto';

/** The card's secrets, each in one file of one application. */
export const PIN_NAMES = ['authentication', 'signing', 'text', 'numberA', 'numberB'] as const;
export type PinName = (typeof PIN_NAMES)[number];

export interface PinRules {
  readonly maxTries: number;
  /** In bytes, that is ASCII characters. */
  readonly minLength: number;
  readonly maxLength: number;
  readonly characters: RegExp;
  /** Whether CHANGE REFERENCE DATA may replace it. */
  readonly changeable: boolean;
}

const fourDigits = { maxTries: 3, minLength: 4, maxLength: 4, characters: /^[0-9]*$/, changeable: true };

export const PIN_RULES: Readonly<Record<PinName, PinRules>> = {
  authentication: fourDigits,
  signing: { maxTries: 5, minLength: 6, maxLength: 16, characters: /^[0-9A-Z]*$/, changeable: true },
  text: fourDigits,
  /** 照合番号A: the holder's 個人番号. */
  numberA: { maxTries: 10, minLength: 12, maxLength: 12, characters: /^[0-9]*$/, changeable: false },
  /** 照合番号B: birth date in the era's year, year of expiry, security code. */
  numberB: { maxTries: 10, minLength: 14, maxLength: 14, characters: /^[0-9]*$/, changeable: false },
};

/** No PIN is longer; more command data is refused before it is compared. */
export const LONGEST_PIN = 16;

export interface PinRecord {
  /** ASCII. */
  readonly value: Uint8Array;
  readonly triesLeft: number;
}
export type PinRecords = Readonly<Record<PinName, PinRecord>>;

/** Where PIN records live. Both calls are synchronous: a counter is durable before the card answers. */
export interface PinStorage {
  load(): PinRecords;
  /**
   * Gives the records to `change` and stores those it returns. Nobody else changes them in between, in this process or
   * another. @returns the result of `change`
   */
  update<Result>(change: (records: PinRecords) => PinChange<Result>): Result;
}

export interface PinChange<Result> {
  /** Undefined: they stay as they are. */
  readonly records: PinRecords | undefined;
  readonly result: Result;
}

/** What became of a comparison; `triesLeft` is the counter after it. */
export interface PinComparison {
  readonly outcome: 'correct' | 'wrong' | 'blocked';
  readonly triesLeft: number;
}

/** The PINs of one card. Reads its storage at every use, so that all programs that hold the card count together. */
export class Pins {
  readonly #storage: PinStorage;

  constructor(storage: PinStorage) {
    this.#storage = storage;
  }

  /** What opens this card now: a test card's PINs are nobody's secret. */
  values(): Readonly<Record<PinName, string>> {
    const records = this.#storage.load();
    const text = (name: PinName): string => new TextDecoder().decode(records[name].value);
    return {
      authentication: text('authentication'),
      signing: text('signing'),
      text: text('text'),
      numberA: text('numberA'),
      numberB: text('numberB'),
    };
  }

  triesLeft(name: PinName): number {
    return this.#storage.load()[name].triesLeft;
  }

  /** A wrong `candidate` costs a try; the right one restores all of them. A blocked PIN is never compared. */
  verify(name: PinName, candidate: Uint8Array): PinComparison {
    return this.#storage.update<PinComparison>((records) => {
      const record = records[name];
      if (record.triesLeft === 0) return { records: undefined, result: { outcome: 'blocked', triesLeft: 0 } };
      const correct = candidate.length === record.value.length && timingSafeEqual(candidate, record.value);
      const triesLeft = correct ? PIN_RULES[name].maxTries : record.triesLeft - 1;
      return {
        records: triesLeft === record.triesLeft ? undefined : { ...records, [name]: { ...record, triesLeft } },
        result: { outcome: correct ? 'correct' : 'wrong', triesLeft },
      };
    });
  }

  /** Replaces the reference data; `value` is copied. */
  change(name: PinName, value: Uint8Array): void {
    const record: PinRecord = { value: Uint8Array.from(value), triesLeft: PIN_RULES[name].maxTries };
    this.#storage.update((records) => ({ records: { ...records, [name]: record }, result: undefined }));
  }
}

/** Whether `value` is what PIN `name` may be. */
export function pinFormatHolds(name: PinName, value: Uint8Array): boolean {
  const { minLength, maxLength, characters } = PIN_RULES[name];
  if (value.length < minLength || value.length > maxLength) return false;
  return value.every((byte) => byte < 0x80 && characters.test(String.fromCharCode(byte)));
}

/** Records as of delivery: all tries left. */
export function freshPins(values: Readonly<Record<PinName, string>>): PinRecords {
  const record = (name: PinName): PinRecord => ({
    value: Uint8Array.from(Buffer.from(values[name], 'ascii')),
    triesLeft: PIN_RULES[name].maxTries,
  });
  return {
    authentication: record('authentication'),
    signing: record('signing'),
    text: record('text'),
    numberA: record('numberA'),
    numberB: record('numberB'),
  };
}

/** Storage of a card that is forgotten with the process. */
export function memoryPinStorage(initial: PinRecords): PinStorage {
  let records = initial;
  return {
    load: () => records,
    update: (change) => {
      const { records: changed = records, result } = change(records);
      records = changed;
      return result;
    },
  };
}
