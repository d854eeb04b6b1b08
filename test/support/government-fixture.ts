/**
 * What it takes to use today's government sites in a browser: an imitation of one under a name of `go.jp` that leads nowhere
 * but here, the extension, the native messaging host installed for a user, and the composed client with the virtual card.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '../../main/node/compose.js';
import { buildExtension } from '../../tools/extension.js';
import { recordingLog, type RecordedEvent } from '../unit/bridge/fakes.js';
import { startHttpsSite, type HttpsSite } from './browsers/https-site.js';
import { madoguchi } from './command-line.js';
import { fakeInteraction, type Person, type RecordedDialog } from './fake-interaction.js';
import { servesGovernmentPage } from './government-pages.js';
import { ledgeredReaders } from './pin-ledger.js';
import { putNewTestCard } from './virtual-card.js';

/** Registered names under `go.jp`, many, so that what one test's site is refused does not count for the next. */
const GOVERNMENT_SITES = Array.from({ length: 48 }, (_, index) => `imitation-${index}.go.jp`);

/** Browsers started here find these on this PC, and no others do. */
export const SITES = {
  /** Wants Windows. */
  picky: 'picky.imitation.go.jp',
  stranger: 'example.com',
  lookAlike: 'go.jp.example',
  encoded: 'xn--q9jyb4c.go.jp',
  /** An administrator adds it. */
  added: 'kikan.example',
} as const;

/** As browsers name the origin: at the port that needs no saying. */
export const originOf = (site: keyof typeof SITES): string => `https://${SITES[site]}`;

/** The origin of a government site that no test has used yet. */
export function newGovernmentOrigin(): string {
  const name = GOVERNMENT_SITES[usedSites++];
  if (name === undefined) throw new Error('more sites are needed');
  return `https://${name}`;
}

let usedSites = 0;

/** One command that the card got. */
export interface CardCommand {
  readonly instruction: number;
  readonly carriesPin: boolean;
}

export interface GovernmentFixture {
  readonly site: HttpsSite;
  /** Unpacked, for the browser. */
  readonly extension: string;
  /** Home of the user for whom the host was installed. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly client: Client;
  /** What persons were shown since `behave`. */
  readonly dialogs: readonly RecordedDialog[];
  /** What the card got since `behave`. */
  readonly commands: readonly CardCommand[];
  readonly events: readonly RecordedEvent[];
  /** Forgets what was seen; the next dialogs meet this person. */
  behave(person: Person): void;
  /** Whether the reader holds the card. */
  holdCard(present: boolean): void;
  close(): Promise<void>;
}

const INS_VERIFY = 0x20;
const HEADER_BYTES = 4;

export async function startGovernmentFixture(target: 'chrome' | 'firefox'): Promise<GovernmentFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'mgov-'));
  const home = join(directory, 'home');
  mkdirSync(home);
  const stateDirectory = join(directory, 'state');
  const env = { HOME: home, XDG_CONFIG_HOME: '', MADOGUCHI_STATE_DIRECTORY: stateDirectory };
  await putNewTestCard(stateDirectory);
  const installed = await madoguchi(['browser-integration', 'install'], { env });
  if (installed.exitCode !== 0) throw new Error(installed.stderr);
  const policyFile = join(directory, 'policy.json');
  writeFileSync(policyFile, JSON.stringify({ governmentOrigins: [originOf('added')] }));
  const witness = new Witness();
  const client = await createClient({
    interaction: witness.interaction,
    reader: { kind: 'virtual' },
    developerMode: false,
    releaseBuild: false,
    stateDirectory,
    policyFile,
    cardWaitMilliseconds: 0,
    log: witness.log,
  });
  witness.watch(client.readers);
  const listener = await client.listen([0]);
  const site = await startHttpsSite([...Object.values(SITES), ...GOVERNMENT_SITES], (request, response) =>
    servesGovernmentPage(request, response),
  );
  return Object.assign(witness, {
    site,
    extension: await buildExtension(target, join(directory, 'extension')),
    home,
    env,
    client,
    async close() {
      await site.close();
      await listener.close();
      await client.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  });
}

/** The person, and an eye on what they and the card get. */
class Witness {
  readonly dialogs: RecordedDialog[] = [];
  readonly commands: CardCommand[] = [];
  readonly log = recordingLog();
  readonly events = this.log.events;
  #isCardThere = true;
  #current = fakeInteraction({});
  readonly interaction = {
    open: (...args: Parameters<ReturnType<typeof fakeInteraction>['open']>) => {
      const current = this.#current;
      const dialog = current.open(...args);
      this.dialogs.push(...current.dialogs.splice(0));
      return dialog;
    },
  };

  behave(person: Person): void {
    for (const list of [this.dialogs, this.commands, this.events]) list.length = 0;
    this.#current = fakeInteraction(person);
  }

  holdCard(present: boolean): void {
    this.#isCardThere = present;
  }

  watch(readers: Client['readers']): void {
    const ledgered = ledgeredReaders({
      list: readers.list.bind(readers),
      changed: readers.changed.bind(readers),
      connect: readers.connect.bind(readers),
      close: readers.close.bind(readers),
    });
    readers.list = async (options) => {
      const all = await ledgered.list(options);
      return this.#isCardThere ? all : all.map((reader) => ({ ...reader, cardPresent: false }));
    };
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
}
