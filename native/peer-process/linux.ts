import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { FreshReads } from './fresh-reads.js';
import { LinuxProcesses } from './linux-processes.js';
import { SocketTable, tableKeys, type SocketRow, type TableKeys } from './linux-socket-table.js';
import { peerOf, peerWithProgram, type PeerProcesses } from './peer-process.js';

/** The kernel may leave a row out of a table that changes while it is read, so one look is not enough to say `gone`. */
const LOOKS = 3;
const BETWEEN_LOOKS_MILLISECONDS = 5;

type Tables = Record<'tcp' | 'tcp6', FreshReads<SocketTable>>;

export interface LinuxOptions {
  /** Where procfs is mounted. */
  readonly root?: string;
  /** User id to compare with. */
  readonly self?: number | undefined;
}

/**
 * By procfs: the row of the peer's socket names its user, without any privilege. Connections within this PC have both ends
 * in the same network namespace, so the tables have the row as long as some process holds the socket.
 */
export function linuxPeerProcesses({ root = '/proc', self = process.geteuid?.() }: LinuxOptions = {}): PeerProcesses {
  const table = (name: string): FreshReads<SocketTable> =>
    new FreshReads(async () => {
      const text = await readFile(`${root}/self/net/${name}`, 'latin1').catch(() => '');
      return new SocketTable(text);
    });
  const tables: Tables = { tcp: table('tcp'), tcp6: table('tcp6') };
  const processes = new LinuxProcesses(root);
  return {
    async identify(connection) {
      const keys = tableKeys(connection);
      if (keys === undefined || self === undefined) return peerOf('unknown');
      const row = await lookForRow(tables, keys);
      if (row === 'unknown' || row === 'gone') return peerOf(row);
      if (row.uid !== self) return peerOf('other');
      return peerWithProgram('same', () => processes.programOf(row.inode));
    },
  };
}

async function lookForRow(tables: Tables, keys: TableKeys): Promise<SocketRow | 'gone' | 'unknown'> {
  for (let look = 1; ; look++) {
    const table = await tables[keys.table].get();
    const row = table.peer(keys) ?? (keys.mapped && (await tables.tcp6.get()).peer(keys.mapped));
    if (row && row.inode !== 0) return row;
    // A table without the socket that listens here is not this kernel's whole truth, as in some sandboxes.
    if (!table.listensAt(keys.here)) return 'unknown';
    if (look === LOOKS) return 'gone';
    await delay(BETWEEN_LOOKS_MILLISECONDS);
  }
}
