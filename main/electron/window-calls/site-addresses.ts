import { parseRequestOrigin, unicodeOrigin } from '../../core/bridge/origin.js';
import { displayedUnicodeOrigin } from '../../core/consent/display-text.js';
import type { ShownOrigin } from '../../ipc/services.js';

/** The origin of an address as a person copies it from a browser, or writes it: without a scheme it is `https:`. */
export function originOfAddress(unverifiedAddress: string): string | undefined {
  const text = unverifiedAddress.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // A name before an `@` is there to be taken for the site.
  if (!url || url.username !== '' || url.password !== '') return undefined;
  try {
    return parseRequestOrigin(url.origin);
  } catch {
    return undefined;
  }
}

/** An origin as windows show it. */
export function shownOrigin(origin: string): ShownOrigin {
  const unicode = displayedUnicodeOrigin(unicodeOrigin(origin));
  return { origin, ...(unicode !== undefined && { unicodeOrigin: unicode }) };
}
