import { pcscCardReaders, type CardProcessChannel } from '../../native/pcsc/index.js';
import { virtualCardReaders } from '../../native/virtual-card/index.js';
import { BRIDGE_PORTS } from '../../sdk/protocol/index.js';
import { createAttributeReader, type AttributeReader } from '../core/attributes/read-attributes.js';
import { createBridge } from '../core/bridge/bridge.js';
import { InsertionMemories } from '../core/card/insertion-memory.js';
import { ClientError } from '../core/errors.js';
import { createCardInspection, type CardInspection } from '../core/inspection/card-inspection.js';
import { createPinChange, type PinChange } from '../core/pin-change/pin-change.js';
import type { CardReaders, Log, UserInteraction } from '../core/ports.js';
import { createCardOperations } from '../core/signing/card-operations.js';
import type { CardOperations } from '../core/signing/operations.js';
import type { ReaderSelection } from '../core/signing/prepare-card.js';
import type { ServiceRegistrySource } from '../core/registry/registry-source.js';
import { createTrustAnchors } from '../core/trust/trust-anchors.js';
import { Turns } from '../core/signing/turns.js';
import { openBridgeEndpoints } from './bridge-endpoints.js';
import type { BridgeListener } from './bridge-listener/index.js';
import { translatedCardReaders } from './card-readers.js';
import { openClientRules, type ClientRulesOptions } from './client-rules.js';
import { createDocumentEngine, type NodeDocumentEngine } from './document-engine/document-engine.js';
import { nodeCrypto, nodeRsaDigestInfoCheck } from './node-crypto.js';
import { openPhoneReader, openUsbPhoneReader, type PairingInvitation, type PhoneReaderEvent } from './phone-reader.js';
import { nodeJose } from './jose.js';
import { loadReaderQuirks } from './reader-quirks.js';
import { openSiteMemory } from './site-memory.js';
import { openUploadStore } from './uploads.js';
import { systemClock, systemRandom } from './system.js';
import { openTestCard, type CardProfile } from './test-card.js';
import { loadTrustAnchors } from './trust-anchors.js';

/** Which readers a client drives. `virtual` is the built-in test card, alone: it never stands beside real readers. */
export type ReaderChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'name'; readonly readerName: string }
  | { readonly kind: 'virtual'; readonly profile?: CardProfile }
  | PhoneChoice
  | { readonly kind: 'phone-usb'; readonly onEvent: (event: PhoneReaderEvent) => void };

/** A phone on the network, paired before or now. The reader is on as long as the client is. */
export interface PhoneChoice {
  readonly kind: 'phone';
  /** One of this PC's own addresses. */
  readonly address: string;
  /** Whether another phone is to be paired; where none is yet, one is anyway. */
  readonly pair: boolean;
  /** Shows the person what the phone to be paired has to scan. */
  readonly onInvitation: (invitation: PairingInvitation) => void;
  readonly onEvent: (event: PhoneReaderEvent) => void;
}

export interface ClientOptions extends ClientRulesOptions {
  readonly interaction: UserInteraction;
  readonly reader: ReaderChoice;
  /** `http:` pages on this PC may ask, and a release build may use the test card. */
  readonly developerMode: boolean;
  /** Whether this is a packaged release rather than a checkout. */
  readonly releaseBuild: boolean;
  /** Where the test card, decisions about sites and registries that were in force are kept. */
  readonly stateDirectory: string;
  /** How long a dialog waits for a reader and a card, in milliseconds; 0 fails at once. */
  readonly cardWaitMilliseconds: number;
  /** Starts a card process, where it is not a child of this Node. */
  readonly openCardProcess?: () => CardProcessChannel;
  readonly log: Log;
}

/** The program, wired. Both shells call this and nothing else. */
export interface Client {
  readonly readers: CardReaders;
  readonly operations: CardOperations;
  readonly inspection: CardInspection;
  readonly attributes: AttributeReader;
  readonly pinChange: PinChange;
  /** Makes items to sign. */
  readonly documents: NodeDocumentEngine;
  /** The services in force on this PC, and what is wrong with their registries. */
  registry(): Promise<ServiceRegistrySource>;
  /** Opens the bridge on the first free of `ports`, and to the browser extension. */
  listen(ports?: readonly number[]): Promise<BridgeListener>;
  /** Ends the card process and releases every reader. Listeners are closed by whoever opened them. */
  close(): Promise<void>;
}

export async function createClient(options: ClientOptions): Promise<Client> {
  const { interaction, developerMode, cardWaitMilliseconds, log } = options;
  const rules = openClientRules(options);
  const readers = await openReaders(options);
  const environment = {
    readers,
    memories: new InsertionMemories(),
    turns: new Turns(),
    clock: systemClock,
    crypto: nodeCrypto,
    ...nodeRsaDigestInfoCheck,
    trust: createTrustAnchors(loadTrustAnchors(), nodeCrypto),
    interaction,
    selection: readerSelection(options.reader),
    cardWaitMilliseconds,
    log,
  };
  const operations = createCardOperations(environment);
  const documents = createDocumentEngine();
  return {
    readers,
    operations,
    documents,
    inspection: createCardInspection(environment),
    attributes: createAttributeReader(environment),
    pinChange: createPinChange(environment),
    registry: () => rules.registry(),
    async listen(ports = BRIDGE_PORTS) {
      const sites = openSiteMemory(options.stateDirectory);
      // A damaged file is told whoever starts the bridge, not the first page that asks.
      sites.list();
      const bridge = createBridge({
        operations,
        random: systemRandom,
        clock: systemClock,
        log,
        developerMode,
        registry: (await rules.registry()).registry,
        sites,
        jose: nodeJose,
        policy: () => rules.policy,
        documents,
        uploads: openUploadStore(options.stateDirectory),
      });
      return openBridgeEndpoints({ bridge, ports, log, stateDirectory: options.stateDirectory });
    },
    async close() {
      rules.close();
      await documents.close();
      await readers.close();
    },
  };
}

async function openReaders(options: ClientOptions): Promise<CardReaders> {
  const { reader, developerMode, releaseBuild, stateDirectory, openCardProcess } = options;
  switch (reader.kind) {
    case 'virtual':
      if (releaseBuild && !developerMode) {
        throw new ClientError('ERR_POLICY_TEST_CARD', 'the test card needs developer mode');
      }
      return translatedCardReaders(virtualCardReaders(await openTestCard(stateDirectory, reader.profile)));
    case 'phone':
      return openPhone(stateDirectory, reader);
    case 'phone-usb':
      return (await openUsbPhoneReader({ onEvent: reader.onEvent })).readers;
    case 'auto':
    case 'name':
      return translatedCardReaders(
        pcscCardReaders({
          quirks: loadReaderQuirks(),
          ...(openCardProcess && { openChannel: openCardProcess }),
        }),
      );
  }
}

async function openPhone(stateDirectory: string, choice: PhoneChoice): Promise<CardReaders> {
  const phone = await openPhoneReader({ stateDirectory, address: choice.address, onEvent: choice.onEvent });
  if (choice.pair || phone.pairedPhones().length === 0) choice.onInvitation(phone.startPairing());
  return phone.readers;
}

function readerSelection(reader: ReaderChoice): ReaderSelection {
  return reader.kind === 'name' ? reader : { kind: 'auto' };
}
