import type { Environment } from './environment.js';

/** Starts the client. Nothing stands after the colon, and nothing that did would be read. */
const WAKE_URL = 'madoguchi:';

/**
 * Asks the browser to start the client. Through a hidden frame: where no program has the scheme, some browsers would replace
 * the page itself with an error. The browser may ask the person, and tells the page nothing.
 */
export function wakeClient({ document }: Environment): void {
  if (document === undefined) return;
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = WAKE_URL;
  document.body.append(frame);
  setTimeout(() => frame.remove(), 10_000);
}
