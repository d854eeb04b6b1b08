/**
 * One label or more, then `go.jp`: a public suffix under which government bodies register, in ASCII alone. Whoever writes a
 * name of this form without a port writes the default one, for the origin is serialised.
 */
const UNDER_GO_JP = /^https:\/\/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+go\.jp$/;

/** Labels of other scripts. None is registered there; one could only be made to look like another name. */
const ENCODED_LABEL = /(?:\/\/|\.)xn--/;

/**
 * Whether an origin may speak the government sites' own page protocol: `https:` at the default port, strictly under `go.jp`,
 * or one of `added` to the letter, which `https:` origins alone can be.
 * @param origin serialised, as `authorizeOrigin` answers it
 */
export function isGovernmentOrigin(origin: string, added: readonly string[]): boolean {
  if (isUnderGoJp(origin)) return true;
  return origin.startsWith('https://') && added.includes(origin);
}

/** Whether its name alone lets it. @param origin serialised */
export function isUnderGoJp(origin: string): boolean {
  return UNDER_GO_JP.test(origin) && !ENCODED_LABEL.test(origin);
}
