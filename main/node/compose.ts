import type { CardProcessChannel } from '../../native/pcsc/index.js';
import { BRIDGE_PORTS } from '../../sdk/protocol/index.js';
import { createAttributeReader, type AttributeReader } from '../core/attributes/read-attributes.js';
import type { GovernmentPagesOptions } from '../core/bridge/government-pages.js';
import { InsertionMemories } from '../core/card/insertion-memory.js';
import type { Diagnosis } from '../core/diagnosis/diagnosis.js';
import { withAdministratorEvents, type EventSink } from '../core/event-log/event-log.js';
import { ClientError } from '../core/errors.js';
import type { GovernmentSites } from '../core/government-sites/government-sites.js';
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
import { requireMinimumVersion, type Updates } from '../core/updates/updates.js';
import type { BridgeEndpointOptions, BridgeEndpoints } from './bridge-endpoints.js';
import type { BridgeListener } from './bridge-listener/index.js';
import type { CardProfile } from './card-profiles.js';
import { translatedCardReaders } from './card-readers.js';
import { openClientRules, type ClientRules, type ClientRulesOptions } from './client-rules.js';
import type { NodeDiagnosisOptions } from './diagnosis/index.js';
import { createDocumentEngine, type NodeDocumentEngine } from './document-engine/document-engine.js';
import { openHistory, type OpenedHistory } from './history/index.js';
import { openGovernmentSites } from './government-sites/index.js';
import { nodeCrypto, nodeRsaDigestInfoCheck } from './node-crypto.js';
import { packageVersion } from './package-version.js';
import type { PairingInvitation, PhoneReaderEvent } from './phone-reader.js';
import { loadReaderQuirks } from './reader-quirks.js';
import { openNotices, openPersonSettings, requireAllowed } from './settings/index.js';
import { openSiteMemory, type SiteStore } from './site-memory.js';
import { requireOwnStateDirectory } from './state-directory.js';
import { systemClock, systemRandom } from './system.js';
import { loadTrustAnchors } from './trust-anchors.js';
import { openUpdates } from './updates/index.js';

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
  /** Where an administrator is told what they have to see. Left out: nowhere. */
  readonly eventSink?: EventSink;
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
  /** Today's government sites, and what the browsers' extension says of them. */
  readonly governmentSites: GovernmentSites;
  /** Newer versions of this program. Asks nobody until somebody says so. */
  readonly updates: Updates;
  /** The services in force on this PC, and what is wrong with their registries. */
  registry(): Promise<ServiceRegistrySource>;
  /** The administrator's rules as they are now. */
  policy(): Policy;
  /**
   * Opens the bridge on the first free of the policy's ports, or else of `BRIDGE_PORTS`, and to the browser extension; to the
   * extension alone where no port is free.
   */
  listen(): Promise<BridgeEndpoints>;
  /** Opens it on the first free of `ports`. @throws ClientError `ERR_PROTOCOL_BUSY` where none is */
  listen(ports: readonly number[]): Promise<BridgeListener>;
  /** Ends the card process and releases every reader. Listeners are closed by whoever opened them. */
  close(): Promise<void>;
}

export async function createClient(given: ClientOptions): Promise<Client> {
  const options = withEvents(given);
  const { interaction, cardWaitMilliseconds, log } = options;
  requireOwnStateDirectory(options.stateDirectory);
  const rules = openAllowedRules(options);
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
  const { governmentSites, governmentPages } = openGovernmentSites({
    ...options,
    environment,
    settings,
    policy: () => rules.policy,
  });
  const updates = openClientUpdates(options, settings, rules);
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
    diagnosis: lazyDiagnosis({
      ...environment,
      readerKind: readerKind(options.reader),
      stateDirectory: options.stateDirectory,
      governmentSites,
      bridgePortNumbers,
    }),
    sites,
    governmentSites,
    updates,
    registry: () => rules.registry(),
    policy: () => rules.policy,
    listen: opener(options, { rules, operations, sites, documents, governmentPages }, bridgePortNumbers),
    async close() {
      log.event('program.stopped');
      rules.close();
      updates.close();
      notices.close();
      await history.close();
      settings.close();
      await documents.close();
      await readers.close();
    },
  };
}

/** The same, with a log that also tells the administrator. */
function withEvents(options: ClientOptions): ClientOptions {
  const { eventSink, log } = options;
  return eventSink ? { ...options, log: withAdministratorEvents(log, eventSink, systemClock) } : options;
}

/** The rules, where they let the program be used at all. */
function openAllowedRules(options: ClientOptions): ClientRules {
  const rules = openClientRules(options);
  requireAllowed(rules.policy, options);
  requireMinimumVersion(packageVersion(), rules.policy);
  options.log.event('program.started', { version: packageVersion() });
  return rules;
}

function openClientUpdates(options: ClientOptions, settings: SettingsStore, rules: ClientRules): Updates {
  const { stateDirectory, log, noticePort } = options;
  const updates = openUpdates({ stateDirectory, settings, policy: () => rules.policy, clock: systemClock, log });
  // Only what stays in the background looks by itself.
  if (noticePort) updates.follow();
  return updates;
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
  readonly governmentPages: GovernmentPagesOptions;
}

/** `Client.listen`, which gives what its overloads promise: a port unless no ports were named. */
function opener(options: ClientOptions, parts: BridgeParts, usualPorts: () => readonly number[]): Client['listen'] {
  const listen = async (ports?: readonly number[]): Promise<BridgeEndpoints> => {
    // The web server takes as long to load as the rest; most uses never listen.
    const { openBridgeEndpoints, openEndpointsWherePossible } = await import('./bridge-endpoints.js');
    const endpoints = await endpointOptions(options, parts);
    if (ports !== undefined) return openBridgeEndpoints({ ...endpoints, ports });
    return openEndpointsWherePossible({ ...endpoints, ports: usualPorts() });
  };
  return listen as Client['listen'];
}

async function endpointOptions(
  { developerMode, stateDirectory, log }: ClientOptions,
  { rules, operations, sites, documents, governmentPages }: BridgeParts,
): Promise<BridgeEndpointOptions> {
  // A damaged file is told whoever starts the bridge, not the first page that asks.
  sites.list();
  const [{ createBridge }, { nodeJose }, { openUploadStore }] = await Promise.all([
    import('../core/bridge/bridge.js'),
    import('./jose.js'),
    import('./uploads.js'),
  ]);
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
    governmentPages,
  });
  return { bridge, log, stateDirectory };
}

/** Each kind loads what it needs and no other: together they are as much again as the rest. */
async function openReaders(options: ClientOptions): Promise<CardReaders> {
  const { reader, developerMode, releaseBuild, stateDirectory, openCardProcess } = options;
  switch (reader.kind) {
    case 'virtual': {
      if (releaseBuild && !developerMode) {
        throw new ClientError('ERR_POLICY_TEST_CARD', 'the test card needs developer mode');
      }
      const { openTestCardReaders } = await import('./test-card.js');
      return translatedCardReaders(await openTestCardReaders(stateDirectory, reader.profile));
    }
    case 'phone':
      return openPhone(stateDirectory, reader);
    case 'phone-usb': {
      const { openUsbPhoneReader } = await import('./phone-reader.js');
      return (await openUsbPhoneReader({ onEvent: reader.onEvent })).readers;
    }
    case 'auto':
    case 'name': {
      const { pcscCardReaders } = await import('../../native/pcsc/index.js');
      const readers = pcscCardReaders({
        quirks: loadReaderQuirks(),
        ...(openCardProcess && { openChannel: openCardProcess }),
      });
      return translatedCardReaders(readers);
    }
  }
}

async function openPhone(stateDirectory: string, choice: PhoneChoice): Promise<CardReaders> {
  const { openPhoneReader } = await import('./phone-reader.js');
  const phone = await openPhoneReader({ stateDirectory, address: choice.address, onEvent: choice.onEvent });
  if (choice.pair || phone.pairedPhones().length === 0) choice.onInvitation(phone.startPairing());
  return phone.readers;
}

/** Loaded when it is first run. */
function lazyDiagnosis(options: NodeDiagnosisOptions): Diagnosis {
  let opened: Promise<Diagnosis> | undefined;
  const open = (): Promise<Diagnosis> =>
    (opened ??= import('./diagnosis/index.js').then(({ createNodeDiagnosis }) => createNodeDiagnosis(options)));
  return {
    run: async (onLayer, signal, wanted) => (await open()).run(onLayer, signal, wanted),
    act: async (action) => (await open()).act(action),
  };
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
