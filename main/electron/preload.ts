/**
 * The preload script of every window: one method for each call of its kind of window, and nothing more general. Sandboxed,
 * so it is bundled into one CommonJS file (`tools/build-renderer.js`).
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { CallResult } from '../ipc/call.js';
import { WINDOW_CALLS, WINDOW_PUSHES } from '../ipc/calls.js';
import { CALL_CHANNEL, pushChannel } from '../ipc/channels.js';
import { windowApi } from '../ipc/window-api.js';

const kind = process.argv.includes('--madoguchi-window=consent') ? 'consent' : 'main';

/** A request's copy made here is nobody's once it was sent. */
function zeroBytes(request: unknown): void {
  if (typeof request !== 'object' || request === null) return;
  for (const value of Object.values(request)) if (value instanceof Uint8Array) value.fill(0);
}

contextBridge.exposeInMainWorld(
  'madoguchi',
  windowApi(WINDOW_CALLS[kind], {
    async send(name, request) {
      const answering = ipcRenderer.invoke(CALL_CHANNEL, name, request) as Promise<CallResult<unknown>>;
      zeroBytes(request);
      return answering;
    },
    listen(name, listener) {
      if (!WINDOW_PUSHES[kind].includes(name)) return () => undefined;
      const channel = pushChannel(name);
      const heard = (_event: unknown, value: unknown): void => listener(value);
      ipcRenderer.on(channel, heard);
      return () => void ipcRenderer.removeListener(channel, heard);
    },
    droppedPaths: (files) => files.map((file) => webUtils.getPathForFile(file as File)).filter((path) => path !== ''),
  }),
);
