import type { ApplicationName } from './card-application.js';

/** One command as the card saw it. Holds no data field of any command or response. */
export interface ApduLogEntry {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Bytes of command data. */
  readonly lc: number;
  /** Most response bytes wanted; undefined: no Le field. */
  readonly le: number | undefined;
  /** Application and EF selected after the command. */
  readonly application: ApplicationName | undefined;
  readonly fileId: number | undefined;
  /** Undefined: the card left before it answered. */
  readonly statusWord: number | undefined;
  /** Bytes of response data, without the status word. */
  readonly responseLength: number;
}

/** Older entries are forgotten. */
const MOST_ENTRIES = 10_000;

/** The latest commands, oldest first. */
export class ApduLog {
  #entries: ApduLogEntry[] = [];

  /** A copy: what is logged later is not in it. */
  get entries(): readonly ApduLogEntry[] {
    return [...this.#entries];
  }

  add(entry: ApduLogEntry): void {
    if (this.#entries.length >= MOST_ENTRIES) this.#entries = this.#entries.slice(-MOST_ENTRIES / 2);
    this.#entries.push(entry);
  }

  clear(): void {
    this.#entries = [];
  }
}
