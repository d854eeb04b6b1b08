/**
 * Signs update feeds; `docs/updates.md` says how.
 *
 * Usage: node tools/updates.js sign PRIVATE.jwk FEED.json FEED.jws [DAYS]
 */
import { say } from './setup/terminal.js';
import { signFeed } from './updates/sign-feed.js';

const DEFAULT_DAYS = '30';

try {
  const [command, privateKey, source, output, days = DEFAULT_DAYS] = process.argv.slice(2);
  if (command !== 'sign' || !privateKey || !source || !output)
    throw new Error('usage: sign PRIVATE SOURCE OUTPUT [DAYS]');
  signFeed({ privateKey, source, output, days: Number(days) });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
