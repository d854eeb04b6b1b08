import { Option, type Command } from 'commander';
import {
  BROWSERS,
  currentSituation,
  inspectForUser,
  inspectIntegration,
  installIntegration,
  removeIntegration,
  wakeCommandOf,
  type Browser,
  type FileChange,
  type FileState,
  type IntegrationOptions,
  type IntegrationReport,
} from '../../node/browser-integration/index.js';
import { ClientError } from '../../core/errors.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';

interface IntegrationCommandOptions {
  readonly browser: Browser | 'all';
  readonly system?: true;
  readonly root?: string;
  readonly wake?: string;
}

export function addBrowserIntegrationCommand(program: Command, run: RunCommand): void {
  const integration = program
    .command('browser-integration')
    .description('let the Madoguchi browser extension reach this program');
  placeOptions(integration.command('install'))
    .description('write the files by which browsers find this program')
    .option('--wake <program>', 'what starts the client when a page asks and it is not running; arguments after --')
    .argument('[arguments...]', 'arguments of that program')
    .action((wakeArguments: readonly string[], options: IntegrationCommandOptions) =>
      run((context) => install(context, options, wakeArguments)),
    );
  placeOptions(integration.command('remove'))
    .description('remove those files')
    .action((options: IntegrationCommandOptions) =>
      run((context) => tell(context, removeIntegration(integrationOptions(context, options)))),
    );
  placeOptions(integration.command('status'))
    .description('say which browsers can find this program')
    .action((options: IntegrationCommandOptions) => run((context) => showStatus(context, options)));
}

function placeOptions(command: Command): Command {
  return command
    .addOption(new Option('--browser <name>', 'browser').choices([...BROWSERS, 'all']).default('all'))
    .option('--system', 'for every user of this PC')
    .option('--root <directory>', 'with --system: put before every path that is written, for packagers');
}

function integrationOptions(
  { stateDirectory }: ProgramContext,
  { browser, system, root = '' }: IntegrationCommandOptions,
): IntegrationOptions {
  if (root !== '' && !system) throw usageError('--root goes with --system');
  const situation = currentSituation({ stateDirectory, system: system === true, root });
  return { browsers: browser === 'all' ? BROWSERS : [browser], situation };
}

function install(
  context: ProgramContext,
  options: IntegrationCommandOptions,
  wakeArguments: readonly string[],
): Promise<ExitCode> {
  const { wake, system } = options;
  if (wake === undefined && wakeArguments.length > 0) throw usageError('arguments without --wake');
  if (wake !== undefined && system) throw usageError('--wake is for one user, without --system');
  const command = wake === undefined ? undefined : wakeCommandOf(wake, wakeArguments);
  return tell(context, installIntegration(integrationOptions(context, options), command));
}

/** Negative where a browser that was asked about cannot find the host. */
async function showStatus(context: ProgramContext, options: IntegrationCommandOptions): Promise<ExitCode> {
  const inspect = options.system ? inspectIntegration : inspectForUser;
  const report = inspect(integrationOptions(context, options));
  await tell(context, report);
  const needed = report.entries.filter(({ what }) => what !== 'wake');
  return needed.every(({ state }) => state === 'current') ? ExitCode.DONE : ExitCode.NEGATIVE;
}

function tell({ output, t }: ProgramContext, report: IntegrationReport<FileChange | FileState>): Promise<ExitCode> {
  const lines = report.entries.map(({ what, browser, path, state }) =>
    t('browserIntegration.entry', {
      what: browser === undefined ? t(`browserIntegration.${what}`) : t(`browserIntegration.${browser}`),
      state: t(`browserIntegration.state.${state}`),
      path,
    }),
  );
  const unreachable = report.unreachable.map(({ browser, packaging, path }) =>
    t(`browserIntegration.${packaging}`, { browser: t(`browserIntegration.${browser}`), path }),
  );
  output.result(report, [...lines, ...unreachable]);
  return Promise.resolve(ExitCode.DONE);
}

function usageError(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', reason, { details: { reason } });
}
