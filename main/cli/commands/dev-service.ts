import type { Command } from 'commander';
import { BRIDGE_PORTS } from '../../../sdk/protocol/index.js';
import {
  prepareDevService,
  runSampleService,
  type DevService,
  type RunningService,
} from '../../node/dev-service/index.js';
import type { Client } from '../../node/compose.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';
import { parsePort, refuseOwnAnswers, serveUntilStopped, usageError } from '../serving.js';

interface DevServiceOptions {
  readonly port: number;
  readonly clientPort?: number;
  readonly approveAll?: true;
}

export function addDevServiceCommand(program: Command, run: RunCommand): void {
  program
    .command('dev-service')
    .description('run the sample service with every operation, and the client with the test card, for web developers')
    .option('--port <number>', 'of the sample service', parsePort, 8080)
    .option('--client-port <number>', 'of the client, instead of the usual three', parsePort)
    .option('--approve-all', 'agree to everything, for a service’s own tests')
    .action((options: DevServiceOptions) => run((context) => devService(context, options)));
}

async function devService(context: ProgramContext, options: DevServiceOptions): Promise<ExitCode> {
  refuseOwnAnswers(context);
  const { stateDirectory, options: common } = context;
  const { clientPort } = options;
  const prepared = await prepareDevService({ stateDirectory, port: options.port });
  await serveUntilStopped(context, {
    approveAll: options.approveAll === true,
    developerMode: true,
    developerRegistry: prepared.registry,
    ports: clientPort === undefined ? BRIDGE_PORTS : [clientPort],
    reader: common.profile ? { kind: 'virtual', profile: common.profile } : { kind: 'virtual' },
    async onListening(client, { port }) {
      if (port === undefined) throw usageError('--client-port: a free port');
      const service = await startService(context, { client, prepared, bridgePort: port });
      const { origin } = prepared;
      context.output.result({ service: origin, port }, context.t('devService.listening', { origin }));
      return () => service.stop();
    },
  });
  return ExitCode.DONE;
}

async function startService(
  context: ProgramContext,
  parts: { readonly client: Client; readonly prepared: DevService; readonly bridgePort: number },
): Promise<RunningService> {
  const { client, prepared, bridgePort } = parts;
  const authority = (kind: 'authentication-ca' | 'signing-ca'): Promise<Uint8Array> =>
    client.inspection.readCertificate(kind, (readers) => context.chooseReader(readers), context.signal);
  return runSampleService(
    await prepared.configure({
      bridgePort,
      authenticationCa: await authority('authentication-ca'),
      signingCa: await authority('signing-ca'),
    }),
  );
}
