import { randomBytes } from 'node:crypto';
import type { HistoryFiles } from '../../../main/node/history/history-files.js';

/** The PC stopped. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

interface Inode {
  bytes: Buffer;
  /** What is on the disk for certain. */
  synced: Buffer;
}

/** At which step the PC stops, and how much of that step was done. */
export interface Kill {
  readonly step: number;
  readonly done: 'nothing' | 'half' | 'all';
}

/** A folder in memory that knows what a crash would leave of it. Nothing happens any more once it was killed. */
export class MemoryFiles implements HistoryFiles {
  #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  #kill: Kill | undefined;
  steps = 0;
  killed = false;

  constructor(content: ReadonlyMap<string, Buffer> = new Map(), kill?: Kill) {
    for (const [name, bytes] of content) {
      this.#names.set(name, { bytes: Buffer.from(bytes), synced: Buffer.from(bytes) });
    }
    this.#syncedNames = new Map(this.#names);
    this.#kill = kill;
  }

  /** What is there after a crash: all that was written, or only what had to be. */
  content(kept: 'written' | 'synced'): Map<string, Buffer> {
    const names = kept === 'written' ? this.#names : this.#syncedNames;
    return new Map([...names].map(([name, { bytes, synced }]) => [name, kept === 'written' ? bytes : synced]));
  }

  /** Changes a file behind everybody's back. */
  edit(name: string, change: (bytes: Buffer) => Buffer | undefined): void {
    const bytes = change(Buffer.from(this.#inode(name).bytes));
    if (bytes) this.#names.set(name, { bytes, synced: bytes });
    else this.#names.delete(name);
  }

  put(name: string, bytes: Buffer): void {
    this.#names.set(name, { bytes, synced: bytes });
  }

  names(): string[] {
    this.#requireAlive();
    return [...this.#names.keys()].sort(() => randomBytes(1).readInt8());
  }

  isFile(name: string): boolean {
    this.#requireAlive();
    return this.#names.has(name);
  }

  read(name: string, longest: number): Buffer | undefined {
    this.#requireAlive();
    const bytes = this.#names.get(name)?.bytes;
    if (bytes && bytes.length > longest) throw new Error('too large');
    return bytes && Buffer.from(bytes);
  }

  create(name: string): void {
    this.#step(() => {
      if (this.#names.has(name)) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' });
      this.#names.set(name, { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) });
    });
  }

  write(name: string, bytes: Uint8Array, at: number | 'end'): void {
    this.#step((part) => {
      const inode = this.#inode(name);
      const place = at === 'end' ? inode.bytes.length : at;
      const written = bytes.subarray(0, Math.floor(bytes.length * part));
      const next = Buffer.alloc(Math.max(inode.bytes.length, place + written.length));
      next.set(inode.bytes);
      next.set(written, place);
      inode.bytes = next;
    });
  }

  sync(name: string): void {
    this.#step(() => {
      const inode = this.#inode(name);
      inode.synced = Buffer.from(inode.bytes);
    });
  }

  rename(from: string, to: string): void {
    this.#step(() => {
      this.#names.set(to, this.#inode(from));
      this.#names.delete(from);
    });
  }

  remove(name: string): void {
    this.#step(() => this.#names.delete(name));
  }

  syncFolder(): void {
    this.#step(() => {
      this.#syncedNames = new Map(this.#names);
    });
  }

  locked<Result>(work: () => Result): Result {
    this.#requireAlive();
    return work();
  }

  #inode(name: string): Inode {
    const inode = this.#names.get(name);
    if (!inode) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return inode;
  }

  #step(work: (part: number) => void): void {
    this.#requireAlive();
    this.steps += 1;
    if (this.steps !== this.#kill?.step) {
      work(1);
      return;
    }
    this.killed = true;
    const { done } = this.#kill;
    if (done !== 'nothing') work(done === 'half' ? 0.5 : 1);
    throw new Killed();
  }

  #requireAlive(): void {
    if (this.killed) throw new Killed();
  }
}
