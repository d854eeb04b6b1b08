import type { Command } from 'commander';
import { runNativeHost } from '../../node/native-host/index.js';
import { stateDirectory } from '../../node/state-directory.js';
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
      run(async ({ signal }) => {
        const { stdin: input, stdout: output, env: environment } = process;
        // It looks at each place of a socket itself, and tells the extension what is wrong there.
        const place = stateDirectory(environment);
        await runNativeHost({ callerArguments, input, output, stateDirectory: place, environment, signal });
        return ExitCode.DONE;
      }),
    );
}
