import { InvalidArgumentError } from 'commander';
import { ClientError } from '../core/errors.js';
import type { UserInteraction } from '../core/ports.js';
import { systemEventSink } from '../node/event-log/index.js';
import type { BridgeEndpoints } from '../node/bridge-endpoints.js';
import type { Client, ReaderChoice } from '../node/compose.js';
import type { DeveloperRegistry } from '../node/service-registry.js';
import { openTestCard } from '../node/test-card.js';
import { createApprovingInteraction } from './approving-interaction.js';
import { registryNoticeText } from './commands/registry.js';
import type { ProgramContext } from './program-context.js';
import { createTerminalInteraction } from './terminal-interaction.js';

export interface ServingOptions {
  /** Agrees to everything, with the built-in test card only. */
  readonly approveAll: boolean;
  readonly developerMode: boolean;
  /** Undefined: the policy's, or the usual ones, and without a free one the extension alone. */
  readonly ports: readonly number[] | undefined;
  readonly developerRegistry?: DeveloperRegistry | undefined;
  /** In place of what `--reader` says. */
  readonly reader?: ReaderChoice;
  /** Runs once pages can ask; what it resolves to is called before the bridge is closed. */
  readonly onListening: (client: Client, listener: BridgeEndpoints) => Promise<() => Promise<void>>;
}

/** How long a page's request waits for a reader and a card, in milliseconds. */
const CARD_WAIT_MILLISECONDS = 60_000;

/** Answers pages, with consent and PIN in this terminal, until the person stops the program. */
export async function serveUntilStopped(context: ProgramContext, options: ServingOptions): Promise<void> {
  const { t, output, signal } = context;
  const { developerMode, developerRegistry, reader } = options;
  await context.withClient(
    async (client) => {
      const listener = await (options.ports ? client.listen(options.ports) : client.listen());
      try {
        const end = await options.onListening(client, listener);
        await aborted(signal);
        await end();
      } finally {
        await listener.close();
      }
    },
    {
      ...(reader && { reader }),
      developerMode,
      developerRegistry,
      onRegistryNotice: (notice) => output.note(registryNoticeText(notice, t)),
      interaction: await interactionOf(context, options),
      eventSink: systemEventSink(),
      cardWaitMilliseconds: CARD_WAIT_MILLISECONDS,
    },
  );
}

async function interactionOf(context: ProgramContext, { approveAll }: ServingOptions): Promise<UserInteraction> {
  const { terminal, t, options, stateDirectory } = context;
  if (!approveAll) return createTerminalInteraction({ terminal, t, agreeBeforehand: false, showFailures: true });
  const card = await openTestCard(stateDirectory, options.profile);
  return createApprovingInteraction({ terminal, t, pins: () => card.currentPins() });
}

/** `--yes` and `--pin-stdin` are meant for one request of the person's own. */
export function refuseOwnAnswers({ options }: ProgramContext): void {
  if (options.yes || options.pinStdin) {
    throw usageError('--yes and --pin-stdin answer for one request of your own, never for what pages ask');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** A port number for commander. */
export function parsePort(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) throw new InvalidArgumentError('1024 to 65535');
  return port;
}

export function usageError(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', reason, { details: { reason } });
}
