import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBridge } from '../../main/core/bridge/bridge.js';
import type { CardReaders } from '../../main/core/ports.js';
import { openBridgeEndpoints } from '../../main/node/bridge-endpoints.js';
import type { BridgeListener, ListenerLimits } from '../../main/node/bridge-listener/index.js';
import { socketAddresses } from '../../main/node/bridge-socket/index.js';
import { createClient, type Client } from '../../main/node/compose.js';
import { nodeJose } from '../../main/node/jose.js';
import { openSiteMemory } from '../../main/node/site-memory.js';
import { systemClock, systemRandom } from '../../main/node/system.js';
import { testCardDirectory } from '../../main/node/test-card.js';
import { DEFAULT_POLICY } from '../../main/core/policy/policy.js';
import type { RegistryNotice, ServiceRegistrySource } from '../../main/core/registry/registry-source.js';
import { openUploadStore } from '../../main/node/uploads.js';
import { recordingLog, type RecordedEvent } from '../unit/bridge/fakes.js';
import { fakeDocuments } from '../unit/bridge/signing-fakes.js';
import { fakeInteraction, type Person, type RecordedDialog } from './fake-interaction.js';
import { ledgeredReaders } from './pin-ledger.js';
import type { SigningKey } from './signed-registry.js';
import { putNewTestCard } from './virtual-card.js';

/** One command APDU that the card got. */
export interface CardCommand {
  readonly instruction: number;
  /** VERIFY with a PIN, not the question for the tries left. */
  readonly carriesPin: boolean;
}

export interface AbusedClientOptions {
  /** Of `makeAbuseTemplate`. */
  readonly template: string;
  /** Of the registry's signer: the only one this client trusts. */
  readonly registryKey: SigningKey;
  /** Compact JWS of the registry at the start. */
  readonly registry: string;
  /** Members of the policy file, beside the registries. */
  readonly policy?: object;
  /** Shorter than the product's: for what is slow on purpose. */
  readonly limits?: Partial<ListenerLimits>;
  /** Of a client that has ended, in place of a new one. */
  readonly stateDirectory?: string;
}

/** The whole product but its windows, with an eye on what the card and the person get of it. */
export interface AbusedClient {
  readonly port: number;
  /** Of the socket for native messaging hosts. */
  readonly socketAddress: string;
  readonly stateDirectory: string;
  /** The registry's file, for whoever attacks it. */
  readonly registryFile: string;
  readonly dialogs: RecordedDialog[];
  readonly commands: CardCommand[];
  readonly events: RecordedEvent[];
  readonly notices: RegistryNotice[];
  /** Of dialogs that were open at a time. */
  readonly mostDialogs: () => number;
  /** How the person behaves; refuses, where nothing is said. */
  person: Person;
  registry(): Promise<ServiceRegistrySource>;
  /** Forgets what was seen, and how the person behaves. */
  reset(): void;
  close(): Promise<void>;
}

/** A folder for clients, with a test card that they copy. `remove` takes it all away. */
export async function makeAbuseTemplate(): Promise<{ readonly path: string; remove(): void }> {
  const path = mkdtempSync(join(tmpdir(), 'abuse-'));
  // Others may enter, so that only the client's own protection keeps them out.
  chmodSync(path, 0o755);
  await putNewTestCard(path);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

let clients = 0;

function newStateDirectory(template: string): string {
  const directory = join(template, `state-${++clients}`);
  mkdirSync(directory, { mode: 0o755 });
  cpSync(testCardDirectory(template), testCardDirectory(directory), { recursive: true });
  return directory;
}

/** Opens the client that the shells open: `createClient`, the virtual card, the listener and the socket. */
export async function openAbusedClient(options: AbusedClientOptions): Promise<AbusedClient> {
  const { template, registryKey, registry, policy = {}, limits } = options;
  const stateDirectory = options.stateDirectory ?? newStateDirectory(template);
  const registryFile = join(stateDirectory, 'registry.jws');
  const policyFile = join(stateDirectory, 'policy.json');
  writeFileSync(registryFile, registry);
  const registries = [{ file: registryFile, keys: [registryKey.jwk] }];
  writeFileSync(policyFile, JSON.stringify({ ...policy, registries, registryMode: 'replace' }));

  const watched = new Watch();
  const { log, notices, interaction } = watched;
  const client = await createClient({
    interaction,
    reader: { kind: 'virtual' },
    developerMode: false,
    releaseBuild: false,
    stateDirectory,
    policyFile,
    cardWaitMilliseconds: 0,
    log,
    onRegistryNotice: (notice) => void notices.push(notice),
  });
  watched.watch(client.readers);
  const listener = limits ? await listenWith(client, { stateDirectory, limits, log }) : await client.listen([0]);
  const { env: environment, platform } = process;
  const [socketAddress = ''] = socketAddresses({ stateDirectory, environment, platform });
  return Object.assign(watched, {
    port: listener.port,
    socketAddress,
    stateDirectory,
    registryFile,
    registry: () => client.registry(),
    async close() {
      await listener.close();
      await client.close();
    },
  });
}

/** As `Client.listen`, with limits that the product does not let anybody choose. */
async function listenWith(
  client: Client,
  options: { stateDirectory: string; limits: Partial<ListenerLimits>; log: ReturnType<typeof recordingLog> },
): Promise<BridgeListener> {
  const { stateDirectory, log } = options;
  const bridge = createBridge({
    operations: client.operations,
    random: systemRandom,
    clock: systemClock,
    log,
    developerMode: false,
    registry: (await client.registry()).registry,
    sites: openSiteMemory(stateDirectory),
    jose: nodeJose,
    documents: fakeDocuments(),
    uploads: openUploadStore(stateDirectory),
    policy: () => DEFAULT_POLICY,
  });
  return openBridgeEndpoints({ ...options, bridge, ports: [0] });
}

const INS_VERIFY = 0x20;
const HEADER_BYTES = 4;

/** What a client does to card and person. */
class Watch {
  readonly commands: CardCommand[] = [];
  readonly notices: RegistryNotice[] = [];
  readonly log = recordingLog();
  readonly events = this.log.events;
  person: Person = {};
  readonly interaction = fakeInteraction({
    decide: () => this.person.decide?.() ?? 'refused',
    confirmSeparateStep: () => this.person.confirmSeparateStep?.() ?? false,
    beforeOpen: () => this.#noteOpenDialogs(),
    beforePin: (prompt) => this.person.beforePin?.(prompt),
    pins: AUTHENTICATION_PINS,
  });
  readonly dialogs = this.interaction.dialogs;
  #mostDialogs = 0;

  readonly mostDialogs = (): number => this.#mostDialogs;

  /** Writes down every command from now on, beside the books of PINs. */
  watch(readers: CardReaders): void {
    const ledgered = ledgeredReaders({
      list: (listOptions) => readers.list(listOptions),
      changed: (signal) => readers.changed(signal),
      connect: readers.connect.bind(readers),
      close: () => readers.close(),
    });
    readers.connect = async (...args) => {
      const connection = await ledgered.connect(...args);
      return {
        atr: connection.atr,
        transmit: (command) => {
          const [, instruction = 0] = command;
          const carriesPin = instruction === INS_VERIFY && command.length > HEADER_BYTES;
          this.commands.push({ instruction, carriesPin });
          return connection.transmit(command);
        },
        disconnect: (disposition) => connection.disconnect(disposition),
      };
    };
  }

  reset(): void {
    for (const list of [this.commands, this.notices, this.events, this.dialogs]) list.length = 0;
    this.#mostDialogs = 0;
    this.person = {};
  }

  #noteOpenDialogs(): void {
    const open = this.dialogs.filter(({ outcome }) => outcome === undefined).length;
    this.#mostDialogs = Math.max(this.#mostDialogs, open + 1);
  }
}

/** Of the person who agrees: enough for the few whom an attack lets log in honestly first. */
const AUTHENTICATION_PINS = Array.from({ length: 8 }, () => '1234');
