import type { Client, ClientOptions, ReaderChoice } from '../node/compose.js';
import { createLog } from '../node/log.js';
import { requireOwnStateDirectory, stateDirectory } from '../node/state-directory.js';
import type { GlobalOptions } from './global-options.js';
import { withLanguageSetting } from './language-setting.js';
import { defaultLanguage, loadMessages, type Translate } from './messages.js';
import { createOutput, type Output } from './output.js';
import { readPinLines } from './pin-stdin.js';
import { createTerminal, type Terminal } from './terminal.js';
import { chooseReaderInTerminal, createTerminalInteraction } from './terminal-interaction.js';
import { ClientError } from '../core/errors.js';
import type { ReaderInfo, UserInteraction } from '../core/ports.js';
import { copyOfSecret } from '../core/secret-bytes.js';

/** What commands work with, made once per run from the global options. */
export interface ProgramContext {
  readonly t: Translate;
  readonly output: Output;
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** @throws ClientError `ERR_INTERNAL_FILE` where another user could have made it: what it holds would be believed */
  readonly stateDirectory: string;
  chooseReader(readers: readonly ReaderInfo[]): Promise<string>;
  /** Runs `work` with a client whose dialogs are in this terminal, and closes it. */
  withClient<Result>(work: (client: Client) => Promise<Result>, overrides?: ClientOverrides): Promise<Result>;
}

export type ClientOverrides = Partial<
  Pick<
    ClientOptions,
    | 'interaction'
    | 'reader'
    | 'developerMode'
    | 'developerRegistry'
    | 'onRegistryNotice'
    | 'cardWaitMilliseconds'
    | 'eventSink'
  >
> & {
  /** With `--pin-stdin`: how many lines there are, the PIN's first. 1 unless given. */
  readonly pinLines?: 1 | 2;
};

export function createProgramContext(given: GlobalOptions, signal: AbortSignal): ProgramContext {
  const options = withLanguageSetting(given);
  const t = loadMessages(options.language ?? defaultLanguage(process.env));
  const terminal = createTerminal({ input: process.stdin, output: process.stderr });
  const directory = stateDirectory(process.env);
  return {
    t,
    terminal,
    options,
    signal,
    get stateDirectory() {
      requireOwnStateDirectory(directory);
      return directory;
    },
    output: createOutput({ json: options.json === true, t, stdout: process.stdout, stderr: process.stderr }),
    chooseReader: (readers) => chooseReaderInTerminal({ terminal, t }, readers, signal),
    async withClient(work, { pinLines = 1, ...overrides } = {}) {
      const lines = options.pinStdin ? await readPinLines(process.stdin, pinLines) : [];
      // Most of the program; what needs no card starts without it.
      const { createClient } = await import('../node/compose.js');
      const client = await createClient({
        interaction: terminalInteraction({ terminal, t, options, lines }),
        reader: await readerChoice(options, { terminal, t }),
        developerMode: options.reader === 'virtual',
        releaseBuild: false,
        stateDirectory: directory,
        cardWaitMilliseconds: isPhone(options) ? PHONE_WAIT_MILLISECONDS : 0,
        log: createLog(options.verbose ? 'info' : 'silent'),
        ...overrides,
      });
      try {
        return await work(client);
      } finally {
        for (const line of lines) line.fill(0);
        await client.close();
      }
    },
  };
}

function terminalInteraction(parts: {
  readonly terminal: Terminal;
  readonly t: Translate;
  readonly options: GlobalOptions;
  /** The PIN and, where one is changed, the new one. Empty without `--pin-stdin`. */
  readonly lines: readonly Uint8Array[];
}): UserInteraction {
  const { terminal, t, options, lines } = parts;
  const [pinLine, newPinLine] = lines;
  let unused = pinLine;
  const takePin = (): Uint8Array | undefined => {
    const pin = unused && copyOfSecret(unused);
    unused?.fill(0);
    unused = undefined;
    return pin;
  };
  const common = { terminal, t, agreeBeforehand: options.yes === true, showFailures: false };
  const takeNewPin = (): Uint8Array | undefined => newPinLine && copyOfSecret(newPinLine);
  return createTerminalInteraction(pinLine ? { ...common, takePin, takeNewPin } : common);
}

/** How long a command of one's own waits for a phone and the card on it, in milliseconds; any other reader is there or not. */
const PHONE_WAIT_MILLISECONDS = 120_000;

function isPhone({ reader }: GlobalOptions): boolean {
  return reader === 'phone' || reader === 'phone-usb';
}

async function readerChoice(
  { reader, profile, phoneAddress, pair }: GlobalOptions,
  { terminal, t }: { readonly terminal: Terminal; readonly t: Translate },
): Promise<ReaderChoice> {
  switch (reader) {
    case 'auto':
      // Taken silently, a profile would bring a real card to whoever meant the test card.
      if (profile) throw profileWithoutTestCard();
      return { kind: 'auto' };
    case 'virtual':
      return profile ? { kind: 'virtual', profile } : { kind: 'virtual' };
    case 'phone': {
      const { phoneReaderChoice } = await import('./phone-reader.js');
      return phoneReaderChoice({ terminal, t, address: phoneAddress, pair: pair === true });
    }
    case 'phone-usb': {
      const { phoneEventPrinter } = await import('./phone-reader.js');
      return { kind: 'phone-usb', onEvent: phoneEventPrinter({ terminal, t }) };
    }
    default:
      if (profile) throw profileWithoutTestCard();
      return { kind: 'name', readerName: reader };
  }
}

function profileWithoutTestCard(): ClientError {
  const reason = '--profile: --reader virtual';
  return new ClientError('ERR_PROTOCOL_MALFORMED', '--profile without --reader virtual', { details: { reason } });
}
