import { setTimeout as sleep } from 'node:timers/promises';
import type { CardReaders } from '../../main/core/ports.js';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { pcscCardReaders, spawnCardProcess, type PcscCardReadersOptions } from '../../native/pcsc/index.js';
import { connectVirtualCardToVpcd, type VirtualCard, type VpcdConnection } from '../../native/virtual-card/index.js';
import type { Pcscd } from './pcscd.js';

/** The program's own readers over a private pcscd. */
export function readersOf(pcscd: Pcscd, options: PcscCardReadersOptions = {}): CardReaders {
  return translatedCardReaders(pcscCardReaders({ openChannel: () => spawnCardProcess(pcscd.env), ...options }));
}

/**
 * pcscd asks vpcd every 400 ms whether a card is in. One that takes another's place sooner may be held for the same
 * one, and where a connection to the first was just ended by unpower, is not seen at all.
 */
const POLL_MILLISECONDS = 450;
const lastOut = new Map<number, Promise<void>>();

/** Puts `card` into the reader of vpcd behind that slot, when pcscd had time to see the one before leave. */
export async function putIntoVpcd(card: VirtualCard, pcscd: Pcscd, slot: 0 | 1 = 0): Promise<VpcdConnection> {
  const port = pcscd.vpcdPorts[slot];
  await lastOut.get(port);
  const connection = await connectVirtualCardToVpcd(card, { host: '127.0.0.1', port });
  const out = connection.closed.catch(() => undefined).then(() => sleep(POLL_MILLISECONDS));
  lastOut.set(port, out);
  return connection;
}
