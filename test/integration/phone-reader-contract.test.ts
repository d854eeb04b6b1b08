import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { openUsbPhoneReader } from '../../native/phone-reader/index.js';
import { connectPhoneOverUsb, type PhoneConnection } from '../../native/phone-reader/phone-client.js';
import type { CardReaders } from '../../main/core/ports.js';
import type { VirtualCard } from '../../native/virtual-card/index.js';
import { describeCardReaders, type CardReadersFixture } from '../contract/card-readers-suite.js';
import {
  openTestReader,
  pairedTestPhone,
  RecordedEvents,
  TEST_LIMITS,
  type TestPhone,
  type TestReader,
} from '../support/phone-fixture.js';
import { CardFactory } from '../support/virtual-card.js';

let factory: CardFactory;
let first: TestReader;
let phone: TestPhone;
beforeAll(async () => {
  factory = await CardFactory.create();
  first = await openTestReader();
  phone = await pairedTestPhone(first);
});
afterAll(async () => {
  await first.close();
  factory.remove();
});

interface Parts {
  readonly native: CardReaders;
  readonly readerName: string;
  readonly events: RecordedEvents;
  readonly connection: PhoneConnection;
  readonly card: VirtualCard;
}

/** The service here is the reader itself, which reports what it sees. */
function fixtureOf({ native, readerName, events, connection, card }: Parts): CardReadersFixture {
  const untilPresent = async (present: boolean) => {
    while (lastPresence(events) !== present) await sleep(2);
  };
  return {
    readers: translatedCardReaders(native),
    readerName,
    insertCard: () => {
      connection.insertCard(card);
      return untilPresent(true);
    },
    removeCard: () => {
      connection.removeCard();
      return untilPresent(false);
    },
    insertFault: (fault) => {
      card.insertFault(fault);
    },
    close: async () => {
      await native.close();
      await connection.close();
    },
  };
}

function lastPresence({ all }: RecordedEvents): boolean {
  const last = all.findLast((event) => event.kind === 'card');
  return last?.kind === 'card' && last.present;
}

describeCardReaders('a phone over TLS', {
  virtual: false,
  async open() {
    const test = await openTestReader({ directory: first.directory });
    const connection = await phone.connect(test.reader);
    await test.events.until('connected');
    return fixtureOf({
      native: test.reader.readers,
      readerName: 'Phone (127.0.0.1)',
      events: test.events,
      connection,
      card: await factory.newCard(),
    });
  },
});

describeCardReaders('a phone over USB, as programs that speak vpcd', {
  virtual: false,
  async open() {
    const events = new RecordedEvents();
    const { readers, port } = await openUsbPhoneReader({ port: 0, onEvent: events.record, limits: TEST_LIMITS });
    const connection = await connectPhoneOverUsb(port);
    await events.until('connected');
    return fixtureOf({ native: readers, readerName: 'Phone (USB)', events, connection, card: await factory.newCard() });
  },
});
