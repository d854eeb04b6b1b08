import type { ReaderInfo } from '../ports.js';

/** What may be remembered about a card while it stays in its reader. Never on disk, never across insertions. */
export interface InsertionMemory {
  /** Whether the card answers short EF identifiers; undefined until tried. False for good after one refusal. */
  shortFileIds: boolean | undefined;
  /** Freely readable certificates, DER, by file identifier. One that needs a PIN is never kept. */
  readonly freeCertificates: Map<number, Uint8Array>;
}

/** Forgets what was read, where something failed or does not fit together: a garbled answer must not outlive its request. */
export function forgetReads(memory: InsertionMemory): void {
  memory.shortFileIds = undefined;
  memory.freeCertificates.clear();
}

/** One memory per reader, dropped as soon as another insertion is seen. */
export class InsertionMemories {
  readonly #byReader = new Map<string, { insertion: number; memory: InsertionMemory }>();

  of(reader: ReaderInfo): InsertionMemory {
    const known = this.#byReader.get(reader.name);
    if (known?.insertion === reader.insertion) return known.memory;
    const memory: InsertionMemory = { shortFileIds: undefined, freeCertificates: new Map() };
    this.#byReader.set(reader.name, { insertion: reader.insertion, memory });
    return memory;
  }

  /** Forgets the cards of readers that are gone or empty. */
  retain(readers: readonly ReaderInfo[]): void {
    const present = new Map(readers.filter((reader) => reader.cardPresent).map((reader) => [reader.name, reader]));
    for (const [name, { insertion }] of this.#byReader) {
      if (present.get(name)?.insertion !== insertion) this.#byReader.delete(name);
    }
  }
}
