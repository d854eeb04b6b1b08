import { existsSync } from 'node:fs';

/** Debian's Chromium; no browser is downloaded. */
export const CHROMIUM = '/usr/bin/chromium';

/** Quiet on the network, and startable as root. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** Why no Chromium can be used here, naming what to install; undefined where it can. */
export function chromiumMissing(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : 'install chromium';
}
