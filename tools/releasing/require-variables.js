// @ts-check
/**
 * Whether what a step of the release needs was given: keys, certificates, names. A fork goes on without and says so; here the
 * release fails. Usage: node tools/releasing/require-variables.js NAME…, in a workflow; FORK says whether it is one
 */
import { appendFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { say } from '../setup/terminal.js';

/**
 * @param {readonly string[]} names @param {NodeJS.ProcessEnv} environment
 * @returns {{ readonly complete: boolean, readonly fails: boolean, readonly message?: string }} values are never in `message`
 */
export function judgeVariables(names, environment) {
  const missing = names.filter((name) => (environment[name] ?? '').trim() === '');
  if (names.length > 0 && missing.length === 0) return { complete: true, fails: false };
  const isFork = environment['FORK'] === 'true';
  const what = `not given: ${missing.join(', ')}`;
  return isFork
    ? { complete: false, fails: false, message: `::warning::${what}. A fork builds without: nothing here is signed.` }
    : { complete: false, fails: true, message: `::error::${what}. A release is not made without.` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { complete, fails, message } = judgeVariables(process.argv.slice(2), process.env);
  if (message !== undefined) say(message);
  const output = process.env['GITHUB_OUTPUT'];
  if (output !== undefined) appendFileSync(output, `complete=${complete}\n`);
  process.exitCode = fails ? 1 : 0;
}
