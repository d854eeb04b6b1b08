import type { Command } from 'commander';
import type { BridgeEndpoints } from '../../node/bridge-endpoints.js';
import type { DeveloperRegistry } from '../../node/service-registry.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';
import { parsePort, refuseOwnAnswers, serveUntilStopped, usageError } from '../serving.js';

interface ServeOptions {
  readonly approveAll?: true;
  readonly developerMode?: true;
  readonly port?: number;
  readonly registry?: string;
  readonly registryKeys?: string;
}

export function addServeCommand(program: Command, run: RunCommand): void {
  program
    .command('serve')
    .description('answer web pages on this PC; consent and PIN are asked in this terminal')
    .option('--approve-all', 'agree to everything: built-in test card only, for services’ own tests')
    .option('--developer-mode', 'let http: pages on this PC ask too')
    .option('--port <number>', 'listen on this port instead of the usual three', parsePort)
    .option('--registry <file>', 'service registry of your own, in developer mode (see docs/service-registry.md)')
    .option('--registry-keys <file>', 'with --registry: JWK Set of the keys it may be signed with')
    .action((options: ServeOptions) => run((context) => serve(context, options)));
}

async function serve(context: ProgramContext, options: ServeOptions): Promise<ExitCode> {
  const virtual = context.options.reader === 'virtual';
  refuseOwnAnswers(context);
  if (options.approveAll && !virtual) throw usageError('--approve-all works with --reader virtual only');
  const developerMode = virtual || options.developerMode === true;
  await serveUntilStopped(context, {
    approveAll: options.approveAll === true,
    developerMode,
    developerRegistry: registryOf(options),
    ports: options.port === undefined ? undefined : [options.port],
    onListening(_client, listener) {
      announce(context, { listener, developerMode, options });
      return Promise.resolve(() => Promise.resolve());
    },
  });
  return ExitCode.DONE;
}

function registryOf({ registry, registryKeys }: ServeOptions): DeveloperRegistry | undefined {
  if (registry === undefined && registryKeys === undefined) return undefined;
  if (registry === undefined || registryKeys === undefined)
    throw usageError('--registry and --registry-keys go together');
  return { file: registry, keysFile: registryKeys };
}

function announce(
  { output, t, terminal }: ProgramContext,
  state: { readonly listener: BridgeEndpoints; readonly developerMode: boolean; readonly options: ServeOptions },
): void {
  if (state.developerMode) output.note(t('serve.developerMode'));
  if (state.options.approveAll) output.note(t('serve.approveAll'));
  else if (!terminal.interactive) output.note(t('serve.noTerminal'));
  const { addresses, port } = state.listener;
  if (port === undefined) output.result({ port: null, addresses }, t('serve.extensionAlone'));
  else output.result({ port, addresses }, t('serve.listening', { addresses: addresses.join(', ') }));
}
