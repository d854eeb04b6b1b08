import { afterAll, beforeAll } from 'vitest';
import type { CardReaders } from '../../main/core/ports.js';
import type { VpcdConnection } from '../../native/virtual-card/index.js';
import { describeCardReaders, type CardReadersFixture } from '../contract/card-readers-suite.js';
import { untilCardPresent } from '../support/card-presence.js';
import { putIntoVpcd, readersOf } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory } from '../support/virtual-card.js';

const missing = pcscdMissing();

let slot: 0 | 1 = 0;
let pcscd: Pcscd;
/** Tells what the service sees, so that readers under test are as the test left them. */
let observers: CardReaders;
let factory: CardFactory;
beforeAll(async () => {
  if (missing !== undefined) return;
  pcscd = await startPcscd();
  observers = readersOf(pcscd);
  factory = await CardFactory.create();
});
afterAll(async () => {
  if (missing !== undefined) return;
  await observers.close();
  await pcscd.close();
  factory.remove();
});

async function open(): Promise<CardReadersFixture> {
  const card = await factory.newCard();
  slot = slot === 0 ? 1 : 0;
  const usedSlot = slot;
  const readerName = VPCD_READERS[usedSlot];
  const readers = readersOf(pcscd);
  let inserted: VpcdConnection | undefined;
  const removeCard = async () => {
    await inserted?.close();
    await untilCardPresent(observers, readerName, false);
  };
  return {
    readers,
    readerName,
    insertCard: async () => {
      inserted = await putIntoVpcd(card, pcscd, usedSlot);
      await untilCardPresent(observers, readerName, true);
    },
    removeCard,
    insertFault: (fault) => card.insertFault(fault),
    close: async () => {
      await readers.close();
      await removeCard();
    },
  };
}

describeCardReaders('the card process over pcscd and vpcd', { virtual: false, open, missing });
