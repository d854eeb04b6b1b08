import type { Command } from 'commander';
import { runNativeHost } from '../../node/native-host/index.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';

export function addNativeHostCommand(program: Command, run: RunCommand): void {
  program
    .command('native-host')
    .description('native messaging host: started by browsers for the Madoguchi extension, not by people')
    .argument('[caller...]', 'what the browser says of the extension')
    // Chrome on Windows adds options of its own.
    .allowUnknownOption()
    .action((callerArguments: readonly string[]) =>
      run(async ({ stateDirectory, signal }) => {
        const { stdin: input, stdout: output, env: environment } = process;
        await runNativeHost({ callerArguments, input, output, stateDirectory, environment, signal });
        return ExitCode.DONE;
      }),
    );
}
