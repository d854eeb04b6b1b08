import { LIMITS } from '../protocol/index.js';

/**
 * `https://example.jp/` is another string than `https://example.jp`, and would never verify.
 * @throws TypeError
 */
export function requireSerialisedOrigin(origin: string): void {
  const isSerialised =
    typeof origin === 'string' &&
    origin.length <= LIMITS.originLength &&
    /^https?:/.test(origin) &&
    URL.canParse(origin) &&
    new URL(origin).origin === origin;
  if (!isSerialised) throw new TypeError('origin is not a serialised http or https origin without a trailing slash');
}
