import type { CardReaders, ReaderInfo } from '../../main/core/ports.js';

/** The reader of that name, as listed now. */
export async function findReader(readers: CardReaders, readerName: string): Promise<ReaderInfo> {
  const found = (await readers.list()).find(({ name }) => name === readerName);
  if (!found) throw new Error(`no reader ${readerName}`);
  return found;
}

/** Resolves when `readers` report a card in that reader, or none. */
export async function untilCardPresent(readers: CardReaders, readerName: string, present: boolean): Promise<void> {
  const { signal } = new AbortController();
  for (;;) {
    const reader = (await readers.list()).find(({ name }) => name === readerName);
    if (reader?.cardPresent === present) return;
    await readers.changed(signal);
  }
}
