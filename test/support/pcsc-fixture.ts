import type { CardReaders } from '../../main/core/ports.js';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { pcscCardReaders, spawnCardProcess, type PcscCardReadersOptions } from '../../native/pcsc/index.js';
import { connectVirtualCardToVpcd, type VirtualCard, type VpcdConnection } from '../../native/virtual-card/index.js';
import type { Pcscd } from './pcscd.js';

/** The program's own readers over a private pcscd. */
export function readersOf(pcscd: Pcscd, options: PcscCardReadersOptions = {}): CardReaders {
  return translatedCardReaders(pcscCardReaders({ openChannel: () => spawnCardProcess(pcscd.env), ...options }));
}

/** Puts `card` into the reader of vpcd behind that slot. */
export function putIntoVpcd(card: VirtualCard, pcscd: Pcscd, slot: 0 | 1 = 0): Promise<VpcdConnection> {
  return connectVirtualCardToVpcd(card, { host: '127.0.0.1', port: pcscd.vpcdPorts[slot] });
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
