import { InsertionMemories } from '../../main/core/card/insertion-memory.js';
import { createCardOperations } from '../../main/core/signing/card-operations.js';
import type { CardOperations } from '../../main/core/signing/operations.js';
import { Turns } from '../../main/core/signing/turns.js';
import { createTrustAnchors } from '../../main/core/trust/trust-anchors.js';
import type { CardReaders } from '../../main/core/ports.js';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { nodeCrypto, nodeRsaDigestInfoCheck } from '../../main/node/node-crypto.js';
import { systemClock } from '../../main/node/system.js';
import { virtualCardReaders, type VirtualCard } from '../../native/virtual-card/index.js';
import type { WindowHost } from './window-host.js';

/** Readers by name, each with a card in it. */
export type CardsInReaders = Readonly<Record<string, VirtualCard>>;

export interface OverReaders {
  readonly operations: CardOperations;
  /** Every reader that was connected to, in order. */
  readonly connected: readonly string[];
}

/** The core's operations over several readers at once, which the app's own test card never has; asked in `host`'s windows. */
export function operationsOver(cards: CardsInReaders, host: WindowHost): OverReaders {
  const connected: string[] = [];
  const operations = createCardOperations({
    readers: translatedCardReaders(besideEachOther(cards, connected)),
    memories: new InsertionMemories(),
    turns: new Turns(),
    clock: systemClock,
    crypto: nodeCrypto,
    ...nodeRsaDigestInfoCheck,
    attributeRootKeys: [],
    trust: createTrustAnchors([], nodeCrypto),
    interaction: host.interaction,
    selection: { kind: 'auto' },
    cardWaitMilliseconds: 0,
    log: { event: () => undefined },
  });
  return { operations, connected };
}

function besideEachOther(cards: CardsInReaders, connected: string[]): CardReaders {
  const readers = new Map(
    Object.entries(cards).map(([readerName, card]) => [readerName, virtualCardReaders(card, { readerName })]),
  );
  const all = [...readers.values()];
  return {
    list: async () => {
      const lists = await Promise.all(all.map((one) => one.list()));
      return lists.flat().map((reader) => ({ ...reader, virtual: false }));
    },
    changed: (signal) => Promise.race(all.map((one) => one.changed(signal))),
    connect: (readerName, options) => {
      const found = readers.get(readerName);
      if (!found) throw new Error(`no reader ${readerName}`);
      connected.push(readerName);
      return found.connect(readerName, options);
    },
    close: async () => {
      for (const one of all) await one.close();
    },
  };
}
