import { Command, CommanderError } from 'commander';
import { inspect } from 'node:util';
import { ClientError, toClientError, toWireError } from '../core/errors.js';
import { packageVersion } from '../node/package-version.js';
import { addCommands } from './command-table.js';
import { ExitCode, exitCodeOf } from './exit-codes.js';
import { addGlobalOptions, type GlobalOptions } from './global-options.js';
import type { ProgramContext } from './program-context.js';

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
  const program = newProgram();
  const openContext = contextOf(program, stop.signal);
  const run: RunCommand = async (body) => {
    const context = await openContext();
    try {
      exitCode = await body(context);
    } catch (thrown) {
      const error = toClientError(thrown);
      context.output.error(error);
      if (error.code === 'ERR_INTERNAL' && context.options.verbose) process.stderr.write(`${inspect(thrown)}\n`);
      exitCode = exitCodeOf(error.code);
    }
  };
  try {
    await addCommands(program, run, commandName(argv));
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

function newProgram(): Command {
  const program = new Command('madoguchi')
    .description('My Number Card client: says who asks, shows what is signed, lets the card act only after you agree')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError();
  return addGlobalOptions(program);
}

/** The context of the one command that runs, made when it does: after options were read. */
function contextOf(program: Command, signal: AbortSignal): () => Promise<ProgramContext> {
  return async () => {
    const { createProgramContext } = await import('./program-context.js');
    return createProgramContext(program.opts<GlobalOptions>(), signal);
  };
}

/**
 * The command that is asked for, its help included, found as commander will find it. Nothing where that cannot be told: the
 * parse that follows says what is wrong.
 * @throws CommanderError with exit code 0 once the version was printed.
 */
function commandName(argv: readonly string[]): string | undefined {
  const program = newProgram().configureOutput({ writeErr: () => undefined });
  try {
    const [first, second] = program.parseOptions([...argv]).operands;
    return first === 'help' ? second : first;
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    return undefined;
  }
}

/** For programs that read standard output: the same envelope as for every other failure. */
function printUsageError({ message }: CommanderError): void {
  const error = new ClientError('ERR_PROTOCOL_MALFORMED', 'wrong usage', { details: { reason: message } });
  process.stdout.write(`${JSON.stringify({ ok: false, error: toWireError(error) })}\n`);
}
