// @ts-check
/** What `native-host.exe` runs: `madoguchi native-host` and nothing else. Bundled by tools/packaging/native-host.js. */
import { runNativeHost } from '../../dist/main/node/native-host/index.js';
import { stateDirectory } from '../../dist/main/node/state-directory.js';

const stop = new AbortController();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => stop.abort());
const { stdin: input, stdout: output, env: environment, argv } = process;
// CommonJS, which is what Node.js 24 runs from inside itself, cannot wait here.
runNativeHost({
  // The program's own path stands in both of the first places.
  callerArguments: argv.slice(2),
  input,
  output,
  environment,
  stateDirectory: stateDirectory(environment),
  signal: stop.signal,
}).catch((/** @type {unknown} */ error) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_INTERNAL';
  process.stderr.write(`${code}\n`);
  process.exitCode = 1;
});
