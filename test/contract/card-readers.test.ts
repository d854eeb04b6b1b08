import { afterAll, beforeAll } from 'vitest';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { VIRTUAL_READER_NAME, virtualCardReaders } from '../../native/virtual-card/index.js';
import { CardFactory } from '../support/virtual-card.js';
import { describeCardReaders, type CardReadersFixture } from './card-readers-suite.js';

let factory: CardFactory;
beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());

async function open(): Promise<CardReadersFixture> {
  const card = await factory.newCard();
  const native = virtualCardReaders(card);
  native.removeCard();
  return {
    readers: translatedCardReaders(native),
    readerName: VIRTUAL_READER_NAME,
    insertCard: async () => native.insertCard(),
    removeCard: async () => native.removeCard(),
    insertFault: (fault) => card.insertFault(fault),
    close: () => native.close(),
  };
}

describeCardReaders('the virtual card in this process', { virtual: true, open });
