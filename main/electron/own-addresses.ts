/**
 * Whether an address is one that this app may open in the person's browser: a page of a service that runs on this PC, as the
 * sample service does. Nothing that a site or a file said is ever opened.
 */
export function isOwnAddress(unverifiedAddress: string): boolean {
  if (!URL.canParse(unverifiedAddress)) return false;
  const { href, protocol, hostname, port, username, password, pathname, search, hash } = new URL(unverifiedAddress);
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  const isPlain = username === '' && password === '' && pathname === '/' && search === '' && hash === '';
  // As it was written, or what is shown and what is opened could differ.
  const isCanonical = href === unverifiedAddress || href === `${unverifiedAddress}/`;
  return protocol === 'http:' && isLoopback && port !== '' && isPlain && isCanonical;
}
