import { InvalidArgumentError, type Command } from 'commander';
import { BRIDGE_PORTS } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../core/errors.js';
import { createApprovingInteraction } from '../approving-interaction.js';
import type { UserInteraction } from '../../core/ports.js';
import { openTestCard } from '../../node/test-card.js';
import { createTerminalInteraction } from '../terminal-interaction.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';

interface ServeOptions {
  readonly approveAll?: true;
  readonly developerMode?: true;
  readonly port?: number;
}

/** How long a page's request waits for a reader and a card, in milliseconds. */
const CARD_WAIT_MILLISECONDS = 60_000;

export function addServeCommand(program: Command, run: RunCommand): void {
  program
    .command('serve')
    .description('answer web pages on this PC; consent and PIN are asked in this terminal')
    .option('--approve-all', 'agree to everything: built-in test card only, for services’ own tests')
    .option('--developer-mode', 'let http: pages on this PC ask too')
    .option('--port <number>', 'listen on this port instead of the usual three', parsePort)
    .action((options: ServeOptions) => run((context) => serve(context, options)));
}

async function serve(context: ProgramContext, options: ServeOptions): Promise<ExitCode> {
  const virtual = context.options.reader === 'virtual';
  if (context.options.yes || context.options.pinStdin) {
    throw usageError('--yes and --pin-stdin answer for one request of your own, never for what pages ask');
  }
  if (options.approveAll && !virtual) throw usageError('--approve-all works with --reader virtual only');
  const developerMode = virtual || options.developerMode === true;
  const { terminal, t } = context;
  const interaction = options.approveAll
    ? await approvingInteraction(context)
    : createTerminalInteraction({ terminal, t, agreeBeforehand: false, showFailures: true });
  return context.withClient(
    async (client) => {
      const listener = await client.listen(options.port === undefined ? BRIDGE_PORTS : [options.port]);
      try {
        announce(context, { addresses: listener.addresses, port: listener.port, developerMode, options });
        await aborted(context.signal);
      } finally {
        await listener.close();
      }
      return ExitCode.DONE;
    },
    { developerMode, interaction, cardWaitMilliseconds: CARD_WAIT_MILLISECONDS },
  );
}

async function approvingInteraction({
  terminal,
  t,
  options,
  stateDirectory,
}: ProgramContext): Promise<UserInteraction> {
  const card = await openTestCard(stateDirectory, options.profile);
  return createApprovingInteraction({ terminal, t, pins: () => card.currentPins() });
}

function announce(
  { output, t }: ProgramContext,
  state: {
    readonly addresses: readonly string[];
    readonly port: number;
    readonly developerMode: boolean;
    readonly options: ServeOptions;
  },
): void {
  if (state.developerMode) output.note(t('serve.developerMode'));
  if (state.options.approveAll) output.note(t('serve.approveAll'));
  const { addresses, port } = state;
  output.result({ port, addresses }, t('serve.listening', { addresses: addresses.join(', ') }));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) throw new InvalidArgumentError('1024 to 65535');
  return port;
}

function usageError(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', reason, { details: { reason } });
}
