import type { AttributeRootKey } from '../../main/core/attributes/attribute-checks.js';
import { createAttributeReader, type AttributeReader } from '../../main/core/attributes/read-attributes.js';
import { InsertionMemories } from '../../main/core/card/insertion-memory.js';
import type { IdentifierSecret } from '../../main/core/government-sites/identifiers.js';
import { createPageOperations, type RunPageOperation } from '../../main/core/government-sites/page-operations.js';
import type { HistoryRecorder } from '../../main/core/history/history.js';
import { createCardInspection, type CardInspection } from '../../main/core/inspection/card-inspection.js';
import { createCardOperations } from '../../main/core/signing/card-operations.js';
import type { CardOperations } from '../../main/core/signing/operations.js';
import type { SessionEnvironment } from '../../main/core/signing/signing-session.js';
import { Turns } from '../../main/core/signing/turns.js';
import { createPinChange, type PinChange } from '../../main/core/pin-change/pin-change.js';
import { createTrustAnchors, type TrustAnchor, type TrustAnchors } from '../../main/core/trust/trust-anchors.js';
import type { CardReaders, Clock, FormatCrypto } from '../../main/core/ports.js';
import { translatedCardReaders } from '../../main/node/card-readers.js';
import { nodeCrypto, nodeMessageAuthentication, nodeRsaDigestInfoCheck } from '../../main/node/node-crypto.js';
import { systemClock } from '../../main/node/system.js';
import {
  openVirtualCard,
  virtualCardReaders,
  type VirtualCard,
  type VirtualCardOptions,
  type VirtualCardReaders,
} from '../../native/virtual-card/index.js';
import { ledgeredReaders } from './pin-ledger.js';
import { fakeInteraction, type FakeInteraction, type Person } from './fake-interaction.js';
import { CardFactory } from './virtual-card.js';

export interface CoreClient {
  readonly card: VirtualCard;
  readonly readers: VirtualCardReaders;
  readonly operations: CardOperations;
  readonly inspection: CardInspection;
  readonly attributes: AttributeReader;
  readonly pinChange: PinChange;
  readonly interaction: FakeInteraction;
  /** The government sites' own page protocol, with identifiers of this secret. */
  pageOperations(identifierSecret: IdentifierSecret): RunPageOperation;
}

export interface CoreClientOptions {
  readonly card: VirtualCard;
  readonly person: Person;
  readonly cardWaitMilliseconds?: number;
  readonly clock?: Clock;
  readonly crypto?: FormatCrypto;
  readonly attributeRootKeys?: readonly AttributeRootKey[];
  readonly trustAnchors?: readonly TrustAnchor[];
  /** In place of trust in `trustAnchors`. */
  readonly trust?: TrustAnchors;
  /** Where `card` is reached, in place of a reader in this process. */
  readonly cardReaders?: CardReaders;
  /** Learns of every request for which the card took a PIN. */
  readonly notices?: SessionEnvironment['notices'];
  /** Learns how every request ended. */
  readonly recorder?: HistoryRecorder;
}

/** The core over the in-process virtual card, with a person made of answers. Nothing is mocked between them. */
export function coreClient({
  card,
  person,
  cardWaitMilliseconds = 0,
  clock = systemClock,
  crypto = nodeCrypto,
  attributeRootKeys = [],
  trustAnchors = [],
  trust = createTrustAnchors(trustAnchors, crypto),
  cardReaders,
  notices,
  recorder,
}: CoreClientOptions): CoreClient {
  const readers = virtualCardReaders(card);
  const interaction = fakeInteraction(person);
  const environment = {
    readers: ledgeredReaders(cardReaders ?? translatedCardReaders(readers)),
    memories: new InsertionMemories(),
    turns: new Turns(),
    clock,
    crypto,
    ...nodeRsaDigestInfoCheck,
    attributeRootKeys,
    trust,
    interaction,
    selection: { kind: 'auto' } as const,
    cardWaitMilliseconds,
    log: { event: () => undefined },
    ...(notices && { notices }),
    ...(recorder && { recorder }),
  };
  return {
    card,
    readers,
    operations: createCardOperations(environment),
    inspection: createCardInspection(environment),
    attributes: createAttributeReader(environment),
    pinChange: createPinChange(environment),
    interaction,
    pageOperations: (identifierSecret) =>
      createPageOperations({
        ...environment,
        identifierSecret,
        messageAuthentication: nodeMessageAuthentication,
      }),
  };
}

let factory: Promise<CardFactory> | undefined;

async function newFactory(): Promise<CardFactory> {
  const made = await CardFactory.create();
  process.once('exit', () => {
    made.remove();
  });
  return made;
}

/** A card of its own for a test that spends tries. */
export async function freshCard(options: Pick<VirtualCardOptions, 'profile'> = {}): Promise<VirtualCard> {
  factory ??= newFactory();
  return openVirtualCard({ stateDirectory: (await factory).newDirectory(), ...options });
}

/** INS of every command the card got, as hexadecimal, and how often VERIFY carried a PIN. */
export function commandSummary(card: VirtualCard): { ins: string[]; verifies: number; signatures: number } {
  return {
    ins: card.log.map(({ ins }) => ins.toString(16).toUpperCase()),
    verifies: card.log.filter(({ ins, lc }) => ins === 0x20 && lc > 0).length,
    signatures: card.log.filter(({ ins, statusWord }) => ins === 0x2a && statusWord === 0x9000).length,
  };
}
