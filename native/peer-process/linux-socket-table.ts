import { endianness } from 'node:os';
import type { PeerConnection } from './peer-process.js';

/** State `TCP_LISTEN` in the fourth column. */
const LISTENING = '0A';

/** A socket as `/proc/net/tcp` and `tcp6` list it (proc(5)). */
export interface SocketRow {
  readonly uid: number;
  /** 0: no process holds the socket any more. */
  readonly inode: number;
}

/** A connection as the tables write it: `address:port` in hexadecimal. */
export interface TableKeys {
  readonly table: 'tcp' | 'tcp6';
  readonly here: string;
  readonly there: string;
  /** The same in `tcp6`, where an IPv6 socket may speak IPv4 (RFC 4291 §2.5.5.2). */
  readonly mapped: { readonly here: string; readonly there: string } | undefined;
}

/** How the tables of this PC write a connection. Undefined for an address that is none. */
export function tableKeys(connection: PeerConnection, order = endianness()): TableKeys | undefined {
  const { localPort, remotePort } = connection;
  const local = addressBytes(connection.localAddress);
  const remote = addressBytes(connection.remoteAddress);
  if (!local || local.length !== remote?.length) return undefined;
  const isIpv4 = local.length === 4;
  const ends = (map = (address: Uint8Array): Uint8Array => address): { here: string; there: string } => ({
    here: endpoint(map(local), localPort, order),
    there: endpoint(map(remote), remotePort, order),
  });
  return { table: isIpv4 ? 'tcp' : 'tcp6', ...ends(), mapped: isIpv4 ? ends(mappedAddress) : undefined };
}

/** One reading of a table. What is looked for in it first is sorted out once, however many connections are. */
export class SocketTable {
  readonly #text: string;
  /** Under the remote end's key, rows under the local end's. */
  readonly #rows = new Map<string, ReadonlyMap<string, SocketRow>>();

  /** @param text of `/proc/net/tcp` or `tcp6` */
  constructor(text: string) {
    this.#text = text;
  }

  /**
   * The peer's own row of the connection between `here` and `there`. Where there are several, as while an old connection
   * with the same ports fades away, the one that a process holds.
   */
  peer({ here, there }: { readonly here: string; readonly there: string }): SocketRow | undefined {
    let rows = this.#rows.get(here);
    if (rows === undefined) {
      rows = this.#rowsTo(here);
      this.#rows.set(here, rows);
    }
    return rows.get(there);
  }

  /** Whether a socket that listens at `here` is listed. */
  listensAt(here: string): boolean {
    const nowhere = `${here.replace(/:.*$/, '').replace(/./g, '0')}:0000`;
    return this.#text.includes(`: ${here} ${nowhere} ${LISTENING} `);
  }

  #rowsTo(remote: string): ReadonlyMap<string, SocketRow> {
    const rows = new Map<string, SocketRow>();
    const key = ` ${remote} `;
    let at = this.#text.indexOf(key);
    while (at !== -1) {
      const end = this.#text.indexOf('\n', at);
      // The key begins the row of the socket itself, and stands after the local end in the rows of its peers.
      const line = this.#text.slice(this.#text.lastIndexOf('\n', at) + 1, end === -1 ? undefined : end);
      const [, local = '', remoteEnd, , , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
      if (remoteEnd === remote && /^\d+$/.test(uid) && /^\d+$/.test(inode) && !rows.get(local)?.inode) {
        rows.set(local, { uid: Number(uid), inode: Number(inode) });
      }
      at = end === -1 ? -1 : this.#text.indexOf(key, end);
    }
    return rows;
  }
}

/** Each 32-bit word of the address as a number of this machine, the port as a number. */
function endpoint(address: Uint8Array, port: number, order: 'BE' | 'LE'): string {
  const view = new DataView(address.buffer, address.byteOffset, address.length);
  let text = '';
  for (let at = 0; at < address.length; at += 4) text += hex(view.getUint32(at, order === 'LE'), 8);
  return `${text}:${hex(port, 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function mappedAddress(ipv4: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...ipv4);
}

/** The 4 or 16 bytes of an address in its text form; an IPv4 address mapped into IPv6 counts as IPv4. */
export function addressBytes(text: string): Uint8Array | undefined {
  const ipv4 = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(text);
  if (ipv4) {
    const bytes = ipv4.slice(1).map(Number);
    return bytes.every((byte) => byte <= 0xff) ? Uint8Array.from(bytes) : undefined;
  }
  const groups = ipv6Groups(text.replace(/%.*$/, ''));
  return groups && Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function ipv6Groups(text: string): number[] | undefined {
  if (!/^[0-9a-f:]{2,39}$/i.test(text)) return undefined;
  const [head = '', tail, ...more] = text.split('::');
  const parse = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [left, right] = [parse(head), parse(tail ?? '')];
  const missing = 8 - left.length - right.length;
  const groups = [...left, ...Array<number>(Math.max(missing, 0)).fill(0), ...right];
  const isWhole = more.length === 0 && (tail === undefined ? missing === 0 : missing > 0);
  return isWhole && groups.every((group) => group <= 0xffff) ? groups : undefined;
}
