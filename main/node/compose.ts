import { pcscCardReaders, type CardProcessChannel } from '../../native/pcsc/index.js';
import { virtualCardReaders } from '../../native/virtual-card/index.js';
import { BRIDGE_PORTS } from '../../sdk/protocol/index.js';
import { createAttributeReader, type AttributeReader } from '../core/attributes/read-attributes.js';
import { createBridge } from '../core/bridge/bridge.js';
import { InsertionMemories } from '../core/card/insertion-memory.js';
import type { Diagnosis } from '../core/diagnosis/diagnosis.js';
import { ClientError } from '../core/errors.js';
import type { History, HistoryKeyPort } from '../core/history/history.js';
import { createCardInspection, type CardInspection } from '../core/inspection/card-inspection.js';
import type { NoticePort, Notices } from '../core/notices/notices.js';
import type { Policy } from '../core/policy/policy.js';
import { createPinChange, type PinChange } from '../core/pin-change/pin-change.js';
import type { CardReaders, Log, UserInteraction } from '../core/ports.js';
import { createCardOperations } from '../core/signing/card-operations.js';
import type { CardOperations } from '../core/signing/operations.js';
import type { ReaderSelection } from '../core/signing/prepare-card.js';
import type { ServiceRegistrySource } from '../core/registry/registry-source.js';
import { historyKeeping, type SettingsStore } from '../core/settings/settings.js';
import { createTrustAnchors } from '../core/trust/trust-anchors.js';
import { Turns } from '../core/signing/turns.js';
import type { BridgeListener } from './bridge-listener/index.js';
import { translatedCardReaders } from './card-readers.js';
import { openClientRules, type ClientRules, type ClientRulesOptions } from './client-rules.js';
import { createNodeDiagnosis } from './diagnosis/index.js';
import { createDocumentEngine, type NodeDocumentEngine } from './document-engine/document-engine.js';
import { openHistory, type OpenedHistory } from './history/index.js';
import { nodeCrypto, nodeRsaDigestInfoCheck } from './node-crypto.js';
import { openPhoneReader, openUsbPhoneReader, type PairingInvitation, type PhoneReaderEvent } from './phone-reader.js';
import { nodeJose } from './jose.js';
import { loadReaderQuirks } from './reader-quirks.js';
import { openNotices, openPersonSettings, requireAllowed } from './settings/index.js';
import { openSiteMemory, type SiteStore } from './site-memory.js';
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
  /** The system's key store, where this shell has one: it then holds the history, and serves it to the user's other programs. */
  readonly historyKey?: HistoryKeyPort;
  /** Of such a shell: looks for the key store again where it was locked or not there at the start. */
  readonly findHistoryKey?: () => Promise<HistoryKeyPort | undefined>;
  /** Something of the history was recorded or erased, by this program or, where it has the key store, by another. */
  readonly onHistoryChanged?: () => void;
  /** How many days the history is kept, in place of what is set. For tests. */
  readonly historyDays?: number;
  /** Where the person is told what they did not ask for. Left out: nowhere. */
  readonly noticePort?: NoticePort;
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
  /** What stands between the person and a use of the card, layer by layer, without a PIN. */
  readonly diagnosis: Diagnosis;
  /** What the person and the administrator decided about this program. */
  readonly settings: SettingsStore;
  /** What the card was used for. */
  readonly history: History;
  /** What the person is told without having asked. */
  readonly notices: Notices;
  /** Makes items to sign. */
  readonly documents: NodeDocumentEngine;
  /** What the person decided about websites. */
  readonly sites: SiteStore;
  /** The services in force on this PC, and what is wrong with their registries. */
  registry(): Promise<ServiceRegistrySource>;
  /** The administrator's rules as they are now. */
  policy(): Policy;
  /** Opens the bridge on the first free of `ports`, the policy's or `BRIDGE_PORTS` unless given, and to the browser extension. */
  listen(ports?: readonly number[]): Promise<BridgeListener>;
  /** Ends the card process and releases every reader. Listeners are closed by whoever opened them. */
  close(): Promise<void>;
}

export async function createClient(options: ClientOptions): Promise<Client> {
  const { interaction, cardWaitMilliseconds, log } = options;
  const rules = openClientRules(options);
  requireAllowed(rules.policy, options);
  const settings = openPersonSettings({ ...options, policyStore: rules.policyStore });
  const readers = await openReaders(options);
  const history = openClientHistory(options, settings);
  const { notices, recorder } = openNotices({ ...options, settings, readers, history, port: options.noticePort });
  const environment = {
    readers,
    notices,
    recorder,
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
  const bridgePortNumbers = (): readonly number[] => rules.policy.ports ?? BRIDGE_PORTS;
  const operations = createCardOperations(environment);
  const documents = createDocumentEngine();
  const sites = openSiteMemory(options.stateDirectory);
  return {
    readers,
    operations,
    settings,
    history,
    notices,
    documents,
    inspection: createCardInspection(environment),
    attributes: createAttributeReader(environment),
    pinChange: createPinChange(environment),
    diagnosis: createNodeDiagnosis({
      ...environment,
      readerKind: readerKind(options.reader),
      stateDirectory: options.stateDirectory,
      bridgePortNumbers,
    }),
    sites,
    registry: () => rules.registry(),
    policy: () => rules.policy,
    listen: (ports = bridgePortNumbers()) => listen(options, { rules, operations, sites, documents }, ports),
    async close() {
      rules.close();
      notices.close();
      await history.close();
      settings.close();
      await documents.close();
      await readers.close();
    },
  };
}

function openClientHistory(
  { stateDirectory, historyKey, findHistoryKey, onHistoryChanged, historyDays, log }: ClientOptions,
  settings: SettingsStore,
): OpenedHistory {
  return openHistory({
    stateDirectory,
    ...(historyKey && { systemKey: historyKey }),
    ...(findHistoryKey && { findSystemKey: findHistoryKey }),
    ...(onHistoryChanged && { onChange: onHistoryChanged }),
    keeping: () =>
      historyDays === undefined
        ? historyKeeping(settings.read().settings)
        : { record: historyDays > 0, keepDays: historyDays },
    clock: systemClock,
    log,
  });
}

interface BridgeParts extends Pick<Client, 'operations' | 'sites' | 'documents'> {
  readonly rules: ClientRules;
}

async function listen(
  { developerMode, stateDirectory, log }: ClientOptions,
  { rules, operations, sites, documents }: BridgeParts,
  ports: readonly number[],
): Promise<BridgeListener> {
  // The web server takes as long to load as the rest; most uses never listen.
  const { openBridgeEndpoints } = await import('./bridge-endpoints.js');
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
    uploads: openUploadStore(stateDirectory),
  });
  return openBridgeEndpoints({ bridge, ports, log, stateDirectory });
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

function readerKind({ kind }: ReaderChoice): 'pcsc' | 'test-card' | 'phone' {
  switch (kind) {
    case 'virtual':
      return 'test-card';
    case 'phone':
    case 'phone-usb':
      return 'phone';
    case 'auto':
    case 'name':
      return 'pcsc';
  }
}
