/**
 * Makes and signs service registries; `resources/service-registry/README.md` says how.
 *
 * Usage: node tools/registry.js create-key PRIVATE.jwk KEYS.json
 *        node tools/registry.js sign PRIVATE.jwk REGISTRY.json KEYS.json REGISTRY.jws [DAYS]
 *        node tools/registry.js check REGISTRY.jws KEYS.json
 */
import { createKey } from './registry/create-key.js';
import { signRegistry } from './registry/sign-registry.js';
import { checkRegistry } from './registry/check-registry.js';
import { say } from './setup/terminal.js';

/** Two years: longer than a release should be in use. */
const DEFAULT_DAYS = '730';

const USAGE = 'usage: create-key PRIVATE KEYS | sign PRIVATE SOURCE KEYS OUTPUT [DAYS] | check FILE KEYS';

/** @param {readonly string[]} words */
function run([command, ...words]) {
  const [first = '', second = '', third = '', fourth = '', days = DEFAULT_DAYS] = words;
  const call = `${command ?? ''} ${words.length}`;
  switch (call) {
    case 'create-key 2':
      createKey(first, second);
      break;
    case 'sign 4':
    case 'sign 5':
      signRegistry({ privateKey: first, source: second, keys: third, output: fourth, days: Number(days) });
      break;
    case 'check 2':
      checkRegistry(first, second);
      break;
    default:
      throw new Error(USAGE);
  }
}

try {
  run(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
