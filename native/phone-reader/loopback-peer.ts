import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

const SOCKET_TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const ROOT = 0;

/**
 * Whether the other end of a loopback connection is a program of this person, or of root, which can do anything anyway.
 * Only Linux says so (proc(5)); elsewhere everybody counts as this person.
 */
export function isOwnLoopbackPeer(socket: Socket): boolean {
  const self = process.getuid?.();
  if (process.platform !== 'linux' || self === undefined) return true;
  const { remotePort, localPort } = socket;
  if (remotePort === undefined || localPort === undefined) return false;
  const owner = SOCKET_TABLES.map((path) => findOwner(readTable(path), remotePort, localPort)).find(
    (uid) => uid !== undefined,
  );
  return owner === self || owner === ROOT;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/**
 * User id of the socket that is bound to `localPort` of 127.0.0.0/8 and connected to `remotePort` of it.
 * @param table text of /proc/net/tcp or tcp6: addresses are 32-bit words in the machine's byte order, ports are not
 */
export function findOwner(table: string, localPort: number, remotePort: number): number | undefined {
  for (const line of table.split('\n').slice(1)) {
    const [, local = '', remote = '', , , , , uid = ''] = line.trim().split(/\s+/);
    if (isLoopback(local, localPort) && isLoopback(remote, remotePort) && /^\d+$/.test(uid)) return Number(uid);
  }
  return undefined;
}

function isLoopback(endpoint: string, port: number): boolean {
  const [address = '', portDigits = ''] = endpoint.split(':');
  return parseInt(portDigits, 16) === port && /(7F$|^7F)/.test(address.slice(-8));
}
