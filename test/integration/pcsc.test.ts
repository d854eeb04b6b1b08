import { afterAll, beforeAll } from 'vitest';
import type { VpcdConnection } from '../../native/virtual-card/index.js';
import { describeCardReaders, type CardReadersFixture } from '../contract/card-readers-suite.js';
import { putIntoVpcd, readersOf, untilCardPresent } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory } from '../support/virtual-card.js';

const missing = pcscdMissing();
const readerName = VPCD_READERS[0];

let pcscd: Pcscd;
let factory: CardFactory;
beforeAll(async () => {
  if (missing !== undefined) return;
  pcscd = await startPcscd();
  factory = await CardFactory.create();
});
afterAll(async () => {
  if (missing !== undefined) return;
  await pcscd.close();
  factory.remove();
});

async function open(): Promise<CardReadersFixture> {
  const card = await factory.newCard();
  const readers = readersOf(pcscd);
  let inserted: VpcdConnection | undefined;
  const removeCard = async () => {
    await inserted?.close();
    await untilCardPresent(readers, readerName, false);
  };
  return {
    readers,
    readerName,
    insertCard: async () => {
      inserted = await putIntoVpcd(card, pcscd);
      await untilCardPresent(readers, readerName, true);
    },
    removeCard,
    insertFault: (fault) => card.insertFault(fault),
    close: async () => {
      await readers.close();
      await inserted?.close();
      const observers = readersOf(pcscd);
      await untilCardPresent(observers, readerName, false);
      await observers.close();
    },
  };
}

describeCardReaders('the card process over pcscd and vpcd', { virtual: false, open, missing });
