import { FreshReads } from './fresh-reads.js';
import { peerOf, peerWithProgram, type PeerConnection, type PeerProcesses } from './peer-process.js';
import { programByName } from './program-names.js';
import { runTool, type RunTool } from './run-tool.js';

const LSOF = '/usr/sbin/lsof';
/** Numbers in place of names, whole command names, TCP, one field a line: process, command, user, name. */
const PARAMETERS = ['-nP', '+c0', '-iTCP', '-Fpcun'];

/** One TCP socket in lsof's field output (lsof(8), «OUTPUT FOR OTHER PROGRAMS»). */
export interface LsofSocket {
  readonly uid: number;
  readonly command: string;
}

/**
 * By lsof. For an ordinary user it lists that user's processes alone, so that a peer of the same user is found, and
 * another's is `unknown`.
 */
export function macosPeerProcesses(run: RunTool = runTool, self = process.geteuid?.()): PeerProcesses {
  const sockets = new FreshReads(() => run(LSOF, PARAMETERS).catch(() => ''));
  return {
    async identify(connection) {
      const socket = findLsofSocket(await sockets.get(), connection);
      if (socket === undefined || self === undefined) return peerOf('unknown');
      if (socket.uid !== self) return peerOf('other');
      return peerWithProgram('same', () => programByName(socket.command));
    },
  };
}

/** The peer's socket: the same connection seen from there. */
export function findLsofSocket(output: string, connection: PeerConnection): LsofSocket | undefined {
  const there = hostAndPort(connection.remoteAddress, connection.remotePort);
  const here = hostAndPort(connection.localAddress, connection.localPort);
  let [command, uid] = ['', ''];
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) [command, uid] = ['', ''];
    else if (line.startsWith('c')) command = unescape(value);
    else if (line.startsWith('u')) uid = value;
    else if (line === `n${there}->${here}` && /^\d+$/.test(uid)) return { uid: Number(uid), command };
  }
  return undefined;
}

function hostAndPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** lsof writes a space, and what is not printable, as `\x20`. */
function unescape(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}
