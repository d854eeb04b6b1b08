import type { PushName } from './calls.js';

/** Electron's channel of every call; the name of the call is its first argument. */
export const CALL_CHANNEL = 'madoguchi:call';

/** Electron's channel of one push. */
export function pushChannel(name: PushName): string {
  return `madoguchi:push:${name}`;
}

/** Where the windows' pages come from: a scheme of our own, of which nothing but the app's own files are served. */
export const WINDOW_SCHEME = 'madoguchi-app';
/** `madoguchi-app://windows/consent.html` */
export const WINDOW_HOST = 'windows';
