import { ClientError, toWireError } from '../core/errors.js';
import type { Log } from '../core/ports.js';
import type { CallResult, WindowKind } from '../ipc/call.js';
import { CALL_CHANNEL } from '../ipc/channels.js';
import type { AppWindow } from './app-window.js';
import type { CallReceiver, InvokeEvent } from './electron-api.js';
import type { ServeCall } from './window-calls/serve-calls.js';

export interface WindowIpcOptions {
  readonly calls: CallReceiver;
  /** Windows that may be live. */
  readonly windows: () => Iterable<AppWindow>;
  readonly serve: Readonly<Record<WindowKind, ServeCall>>;
  readonly log: Log;
}

/**
 * Receives the calls of all windows, on the one channel there is. Who sends decides which calls there are: the kind of window
 * is looked up by the frame that Electron names, never by what it says of itself.
 */
export function receiveWindowCalls({ calls, windows, serve, log }: WindowIpcOptions): void {
  const senderOf = (event: InvokeEvent): AppWindow | undefined => {
    for (const window of windows()) if (window.isSender(event)) return window;
    return undefined;
  };
  calls.handle(CALL_CHANNEL, async (event, unverifiedName, unverifiedRequest) => {
    try {
      const window = senderOf(event);
      if (!window) {
        log.event('window.call-refused');
        return refusal();
      }
      return await serve[window.kind](unverifiedName, unverifiedRequest);
    } finally {
      zeroBytes(unverifiedRequest);
    }
  });
}

function refusal(): CallResult<never> {
  const error = new ClientError('ERR_PROTOCOL_MALFORMED', 'not a window of this app');
  return { ok: false, error: toWireError(error) };
}

/** How deep a PIN could lie in a request that is none. */
const DEEPEST = 4;

/** Zeroes all bytes of a request once it is answered: whoever needs some longer, the PIN's owner, has a copy. */
function zeroBytes(value: unknown, depth = 0): void {
  if (value instanceof ArrayBuffer) {
    new Uint8Array(value).fill(0);
  } else if (ArrayBuffer.isView(value)) {
    new Uint8Array(value.buffer).fill(0);
  } else if (typeof value === 'object' && value !== null && depth < DEEPEST) {
    for (const member of Object.values(value)) zeroBytes(member, depth + 1);
  }
}
