import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ClientError, toClientError, toWireError } from '../core/errors.js';
import { packageRoot } from '../node/package-root.js';
import { addAttributesCommand } from './commands/attributes.js';
import { addAuthenticateCommand } from './commands/authenticate.js';
import { addBrowserIntegrationCommand } from './commands/browser-integration.js';
import { addCardCommands } from './commands/card.js';
import { addCertificateCommands } from './commands/certificate.js';
import { addHistoryCommands } from './commands/history.js';
import { addInspectCommand } from './commands/inspect.js';
import { addNativeHostCommand } from './commands/native-host.js';
import { addDevServiceCommand } from './commands/dev-service.js';
import { addDiagnoseCommand } from './commands/diagnose.js';
import { addPinCommands } from './commands/pin.js';
import { addPolicyCommands } from './commands/policy.js';
import { addPhoneCommands } from './commands/phone.js';
import { addRegistryCommands } from './commands/registry.js';
import { addServeCommand } from './commands/serve.js';
import { addSettingsCommands, withLanguageSetting } from './commands/settings.js';
import { addSignCommand } from './commands/sign.js';
import { addSitesCommands } from './commands/sites.js';
import { addVerifyCommand } from './commands/verify.js';
import { addVirtualCardCommand } from './commands/virtual-card.js';
import { ExitCode, exitCodeOf } from './exit-codes.js';
import { addGlobalOptions, createProgramContext, type GlobalOptions, type ProgramContext } from './program-context.js';

/** A command's body: gets the context, answers the exit code. Thrown `ClientError`s become messages and codes here. */
export type RunCommand = (body: (context: ProgramContext) => Promise<ExitCode>) => Promise<void>;

/** Runs the `madoguchi` command. @returns the process's exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  let exitCode: ExitCode = ExitCode.DONE;
  const program = createProgram(
    (context) => async (body) => {
      try {
        exitCode = await body(context());
      } catch (thrown) {
        const error = toClientError(thrown);
        context().output.error(error);
        if (error.code === 'ERR_INTERNAL' && context().options.verbose) process.stderr.write(`${inspect(thrown)}\n`);
        exitCode = exitCodeOf(error.code);
      }
    },
    stop.signal,
  );
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end with 0; everything else commander refuses is wrong usage, and it has said so already.
    if (error.exitCode === 0) return ExitCode.DONE;
    if (argv.includes('--json')) printUsageError(error);
    return ExitCode.USAGE;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
  return exitCode;
}

function createProgram(runWith: (context: () => ProgramContext) => RunCommand, signal: AbortSignal): Command {
  const program = new Command('madoguchi')
    .description('My Number Card client: says who asks, shows what is signed, lets the card act only after you agree')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError();
  addGlobalOptions(program);
  let context: ProgramContext | undefined;
  const run = runWith(
    () => (context ??= createProgramContext(withLanguageSetting(program.opts<GlobalOptions>()), signal)),
  );
  addCardCommands(program, run);
  addDiagnoseCommand(program, run);
  addCertificateCommands(program, run);
  addPinCommands(program, run);
  addAttributesCommand(program, run);
  addAuthenticateCommand(program, run);
  addSignCommand(program, run);
  addVerifyCommand(program, run);
  addInspectCommand(program, run);
  addPhoneCommands(program, run);
  addSitesCommands(program, run);
  addHistoryCommands(program, run);
  addSettingsCommands(program, run);
  addPolicyCommands(program, run);
  addRegistryCommands(program, run);
  addServeCommand(program, run);
  addDevServiceCommand(program, run);
  addVirtualCardCommand(program, run);
  addBrowserIntegrationCommand(program, run);
  addNativeHostCommand(program, run);
  return program;
}

/** For programs that read standard output: the same envelope as for every other failure. */
function printUsageError({ message }: CommanderError): void {
  const error = new ClientError('ERR_PROTOCOL_MALFORMED', 'wrong usage', { details: { reason: message } });
  process.stdout.write(`${JSON.stringify({ ok: false, error: toWireError(error) })}\n`);
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
