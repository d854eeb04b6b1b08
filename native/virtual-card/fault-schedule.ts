/** Something that goes wrong at one command. */
export type CardFault =
  /** The card leaves the reader before the command is answered; the command has no effect. */
  | 'remove'
  /** Answered in place of the card, without data; the command has no effect. */
  | { readonly statusWord: number }
  /** The whole response, status word included, in place of the card's; the command has no effect. */
  | { readonly respond: Uint8Array }
  /** The command takes effect that much later. */
  | { readonly delayMilliseconds: number };

export interface ScheduledFault {
  /** Which command: 0 is the next one. */
  readonly at: number;
  readonly fault: CardFault;
}

/** Faults that wait for their command. */
export class FaultSchedule {
  #commandsSeen = 0;
  #waiting: readonly ScheduledFault[] = [];

  insert({ at, fault }: ScheduledFault): void {
    if (!Number.isInteger(at) || at < 0) throw new RangeError('at is a number of commands');
    this.#waiting = [...this.#waiting, { at: this.#commandsSeen + at, fault }];
  }

  /** Delay of the next command. */
  get nextDelayMilliseconds(): number {
    const delays = this.#due().map((fault) =>
      typeof fault === 'object' && 'delayMilliseconds' in fault ? fault.delayMilliseconds : 0,
    );
    return delays.reduce((sum, delay) => sum + delay, 0);
  }

  /** Counts one command. @returns what goes wrong with it, apart from delays */
  take(): Exclude<CardFault, { readonly delayMilliseconds: number }> | undefined {
    const due = this.#due();
    this.#commandsSeen += 1;
    this.#waiting = this.#waiting.filter(({ at }) => at >= this.#commandsSeen);
    for (const fault of due) if (typeof fault === 'string' || !('delayMilliseconds' in fault)) return fault;
    return undefined;
  }

  #due(): readonly CardFault[] {
    return this.#waiting.filter(({ at }) => at === this.#commandsSeen).map(({ fault }) => fault);
  }
}
