import { afterAll, expect } from 'vitest';
import type { CardConnection, CardReaders } from '../../main/core/ports.js';

/**
 * What persons entered in this test file, and what reached cards: the books of the rule that a PIN try is spent only by a
 * person's own entry. Every `coreClient` keeps them, in every test; `pin-ledger-setup.ts` closes them after each file.
 */
const ledger = { entered: 0, sent: 0 };

export function noteEnteredPin(): void {
  ledger.entered += 1;
}

/** `readers`, with every VERIFY that carries a PIN written down. */
export function ledgeredReaders(readers: CardReaders): CardReaders {
  return {
    list: (...args) => readers.list(...args),
    changed: (signal) => readers.changed(signal),
    connect: async (...args) => ledgeredConnection(await readers.connect(...args)),
    close: () => readers.close(),
  };
}

const INS_VERIFY = 0x20;

function ledgeredConnection(connection: CardConnection): CardConnection {
  return {
    atr: connection.atr,
    transmit(command) {
      if (command[1] === INS_VERIFY && command.length > 4) ledger.sent += 1;
      return connection.transmit(command);
    },
    disconnect: (disposition) => connection.disconnect(disposition),
  };
}

/** Fails the file where a card got more PINs than persons entered. */
export function closeLedgerAfterFile(): void {
  afterAll(() => {
    if (ledger.entered > 0)
      console.info(`PINs entered: ${String(ledger.entered)}; sent to cards: ${String(ledger.sent)}`);
    expect(ledger.sent, 'a PIN went to a card without a person').toBeLessThanOrEqual(ledger.entered);
  });
}
