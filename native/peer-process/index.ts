import { linuxPeerProcesses } from './linux.js';
import { macosPeerProcesses } from './macos.js';
import { peerOf, type PeerProcesses } from './peer-process.js';
import { windowsPeerProcesses } from './windows.js';

export { peerOf } from './peer-process.js';
export type { PeerConnection, PeerProcess, PeerProcesses, PeerProgram, PeerUser } from './peer-process.js';

/** What this operating system tells about the other ends of connections. Elsewhere than on these three: nothing. */
export function systemPeerProcesses(platform: NodeJS.Platform = process.platform): PeerProcesses {
  if (platform === 'linux') return linuxPeerProcesses();
  if (platform === 'darwin') return macosPeerProcesses();
  if (platform === 'win32') return windowsPeerProcesses();
  return { identify: () => Promise.resolve(peerOf('unknown')) };
}
