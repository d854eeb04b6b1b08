import { startBridgeListener, type BridgeListener, type BridgeListenerOptions } from './bridge-listener/index.js';
import { startBridgeSocket, type BridgeSocket } from './bridge-socket/index.js';

export interface BridgeEndpointOptions extends BridgeListenerOptions {
  readonly stateDirectory: string;
}

/**
 * Opens the bridge to web pages over loopback and to the browser extension over this user's socket. Where the socket
 * cannot be had, for another client has it or its place is not this user's own, the pages of the other route are served.
 * @throws as `startBridgeListener`
 */
export async function openBridgeEndpoints(options: BridgeEndpointOptions): Promise<BridgeListener> {
  const listener = await startBridgeListener(options);
  const socket = await openSocket(options);
  return {
    ...listener,
    async close() {
      // Ends the sessions first, so that hosts hear of it.
      await listener.close();
      await socket?.close();
    },
  };
}

async function openSocket({ bridge, log, stateDirectory }: BridgeEndpointOptions): Promise<BridgeSocket | undefined> {
  try {
    const { env: environment, platform } = process;
    return await startBridgeSocket({ bridge, log, stateDirectory, environment, platform });
  } catch {
    log.event('bridge.socket.unavailable');
    return undefined;
  }
}
