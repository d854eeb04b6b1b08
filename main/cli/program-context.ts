import { InvalidArgumentError, Option, type Command } from 'commander';
import { createClient, type Client, type ClientOptions, type ReaderChoice } from '../node/compose.js';
import { createLog } from '../node/log.js';
import { stateDirectory } from '../node/state-directory.js';
import { CARD_PROFILE_NAMES, type CardProfileName } from '../../native/virtual-card/index.js';
import { defaultLanguage, LANGUAGES, loadMessages, type Language, type Translate } from './messages.js';
import { createOutput, type Output } from './output.js';
import { readPinLine } from './pin-stdin.js';
import { createTerminal, type Terminal } from './terminal.js';
import { chooseReaderInTerminal, createTerminalInteraction } from './terminal-interaction.js';
import type { ReaderInfo, UserInteraction } from '../core/ports.js';

/** Options every command takes, as commander hands them over. */
export interface GlobalOptions {
  readonly reader: string;
  readonly profile?: CardProfileName;
  readonly pinStdin?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly language?: Language;
  readonly verbose?: true;
}

export function addGlobalOptions(program: Command): Command {
  return program
    .option(
      '--reader <auto|virtual|NAME>',
      'card reader to use; virtual is the built-in test card',
      parseReader,
      'auto',
    )
    .addOption(new Option('--profile <name>', 'profile of the built-in test card').choices(CARD_PROFILE_NAMES))
    .option('--pin-stdin', 'read the PIN from standard input, one line')
    .option('--yes', 'agree to the request without a question (never to the last PIN try)')
    .option('--json', 'print results and errors as JSON')
    .addOption(new Option('--language <language>', 'language of texts').choices(LANGUAGES))
    .option('--verbose', 'log events as JSON lines to standard error');
}

function parseReader(value: string): string {
  if (value === '') throw new InvalidArgumentError('the name is empty');
  return value;
}

/** What commands work with, made once per run from the global options. */
export interface ProgramContext {
  readonly t: Translate;
  readonly output: Output;
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly stateDirectory: string;
  chooseReader(readers: readonly ReaderInfo[]): Promise<string>;
  /** Runs `work` with a client whose dialogs are in this terminal, and closes it. */
  withClient<Result>(work: (client: Client) => Promise<Result>, overrides?: ClientOverrides): Promise<Result>;
}

export type ClientOverrides = Partial<Pick<ClientOptions, 'interaction' | 'developerMode' | 'cardWaitMilliseconds'>>;

export function createProgramContext(options: GlobalOptions, signal: AbortSignal): ProgramContext {
  const t = loadMessages(options.language ?? defaultLanguage(process.env));
  const terminal = createTerminal({ input: process.stdin, output: process.stderr });
  const directory = stateDirectory(process.env);
  return {
    t,
    terminal,
    options,
    signal,
    stateDirectory: directory,
    output: createOutput({ json: options.json === true, t, stdout: process.stdout, stderr: process.stderr }),
    chooseReader: (readers) => chooseReaderInTerminal({ terminal, t }, readers, signal),
    async withClient(work, overrides = {}) {
      const pinLine = options.pinStdin ? await readPinLine(process.stdin) : undefined;
      const client = await createClient({
        interaction: terminalInteraction({ terminal, t, options, pinLine }),
        reader: readerChoice(options),
        developerMode: options.reader === 'virtual',
        releaseBuild: false,
        stateDirectory: directory,
        cardWaitMilliseconds: 0,
        log: createLog(options.verbose ? 'info' : 'silent'),
        ...overrides,
      });
      try {
        return await work(client);
      } finally {
        pinLine?.fill(0);
        await client.close();
      }
    },
  };
}

function terminalInteraction(parts: {
  readonly terminal: Terminal;
  readonly t: Translate;
  readonly options: GlobalOptions;
  readonly pinLine: Uint8Array | undefined;
}): UserInteraction {
  const { terminal, t, options, pinLine } = parts;
  let unused = pinLine;
  const takePin = (): Uint8Array | undefined => {
    const pin = unused?.slice();
    unused?.fill(0);
    unused = undefined;
    return pin;
  };
  const common = { terminal, t, agreeBeforehand: options.yes === true, showFailures: false };
  return createTerminalInteraction(pinLine ? { ...common, takePin } : common);
}

function readerChoice({ reader, profile }: GlobalOptions): ReaderChoice {
  if (reader === 'virtual') return profile ? { kind: 'virtual', profile } : { kind: 'virtual' };
  return reader === 'auto' ? { kind: 'auto' } : { kind: 'name', readerName: reader };
}
