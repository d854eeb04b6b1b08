import { describe, expect, it } from 'vitest';
import { addressBytes, SocketTable, tableKeys } from '../../../native/peer-process/linux-socket-table.js';
import { processorMilliseconds } from '../../support/processor-time.js';

/** As a little-endian kernel prints it: a listener on 127.0.0.1:41731, one connection to it from port 51650, and others. */
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1570 1 00000000bb41268a 100 0 0 10 0
   1: 0100007F:A303 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 88001 1 00000000bb41268b 100 0 0 10 0
   2: 0100007F:A303 0100007F:C9C2 01 00000000:00000000 00:00000000 00000000  1000        0 88002 1 000000006cde07d1 20 4 30 10 -1
   3: 0100007F:C9C2 0100007F:A303 06 00000000:00000000 03:00000048 00000000     0        0 0 3 000000006cde07db
   4: 0100007F:C9C2 0100007F:A303 01 00000000:00000000 00:00000000 00000000  1001        0 88003 1 000000006cde07dc 20 4 30 10 -1
   5: 0100007F:C9C3 0100007F:A303 06 00000000:00000000 03:00000048 00000000     0        0 0 3 000000006cde07dd
`;

const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:A303 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 88010 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:D431 00000000000000000000000001000000:A303 01 00000000:00000000 00:00000000 00000000  1000        0 88011 1 0000000000000000 20 4 30 10 -1
   2: 0000000000000000FFFF00000100007F:C9C8 0000000000000000FFFF00000100007F:A303 01 00000000:00000000 00:00000000 00000000 65534        0 88012 1 0000000000000000 20 4 30 10 -1
`;

function keys(
  address: string,
  remotePort: number,
  order: 'LE' | 'BE' = 'LE',
): NonNullable<ReturnType<typeof tableKeys>> {
  const found = tableKeys({ localAddress: address, localPort: 41731, remoteAddress: address, remotePort }, order);
  if (found === undefined) throw new Error('no keys');
  return found;
}

const tcp = new SocketTable(TCP);
const tcp6 = new SocketTable(TCP6);

describe('the socket tables', () => {
  it('name the user of the peer’s end, not of this one', () => {
    expect(tcp.peer(keys('127.0.0.1', 51650))).toEqual({ uid: 1001, inode: 88003 });
    expect(new SocketTable(TCP.trim()).peer(keys('127.0.0.1', 51650))).toEqual({ uid: 1001, inode: 88003 });
  });

  it('say that a socket has no process any more, whoever had it', () => {
    expect(tcp.peer(keys('127.0.0.1', 51651))).toEqual({ uid: 0, inode: 0 });
  });

  it('do not have what is not there', () => {
    expect(tcp.peer(keys('127.0.0.1', 1234))).toBeUndefined();
    expect(new SocketTable('').peer(keys('127.0.0.1', 51650))).toBeUndefined();
  });

  it('list the socket that listens', () => {
    expect(tcp.listensAt(keys('127.0.0.1', 51650).here)).toBe(true);
    expect(tcp.listensAt(keys('127.0.0.1', 51650).there)).toBe(false);
    expect(tcp6.listensAt(keys('::1', 54321).here)).toBe(true);
    expect(tcp6.listensAt(keys('127.0.0.1', 51650).here)).toBe(false);
  });

  it('write IPv6 addresses as four words', () => {
    expect(keys('::1', 54321)).toMatchObject({ table: 'tcp6', mapped: undefined });
    expect(tcp6.peer(keys('::1', 54321))).toEqual({ uid: 1000, inode: 88011 });
  });

  it('have an IPv6 socket that speaks IPv4 among the IPv6 ones', () => {
    const { mapped, table } = keys('127.0.0.1', 51656);
    expect(table).toBe('tcp');
    expect(tcp.peer(keys('127.0.0.1', 51656))).toBeUndefined();
    expect(mapped && tcp6.peer(mapped)).toEqual({ uid: 65534, inode: 88012 });
  });

  it('are written in the order of the machine', () => {
    expect(keys('127.0.0.1', 51650, 'BE')).toMatchObject({ here: '7F000001:A303', there: '7F000001:C9C2' });
    expect(keys('127.0.0.1', 51650, 'LE')).toMatchObject({ here: '0100007F:A303', there: '0100007F:C9C2' });
  });

  it('survive a row cut short', () => {
    const cut = new SocketTable(TCP.slice(0, TCP.indexOf('1001')));
    expect(cut.peer(keys('127.0.0.1', 51650))).toEqual({ uid: 0, inode: 0 });
  });
});

describe('a table of a busy server', () => {
  it('is searched for hundreds of peers without holding anything up', () => {
    const row = (local: string, remote: string, inode: number): string =>
      `   1: 0100007F:${local} 0100007F:${remote} 01 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 20 4 30 10 -1\n`;
    const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
    const strangers = Array.from({ length: 30_000 }, (_, index) => row(hex(index), '01BB', index + 1));
    const peers = Array.from({ length: 400 }, (_, index) => row(hex(40_000 + index), 'A303', 100_000 + index));
    const text = `${TCP}${strangers.join('')}${peers.join('')}`;
    const started = processorMilliseconds();
    const table = new SocketTable(text);
    for (let index = 0; index < 400; index++) {
      expect(table.peer(keys('127.0.0.1', 40_000 + index))).toEqual({ uid: 1000, inode: 100_000 + index });
    }
    // A search through the whole text for each would take seconds.
    expect(processorMilliseconds() - started).toBeLessThan(1_000);
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1', '7f000001'],
    ['::ffff:127.0.0.1', '7f000001'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['fe80::1%lo', 'fe800000000000000000000000000001'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['2001:db8::', '20010db8000000000000000000000000'],
  ])('%s', (text, hex) => {
    expect(Buffer.from(addressBytes(text) ?? []).toString('hex')).toBe(hex);
  });

  it.each(['', '127.0.0', '127.0.0.256', 'localhost', '1:2:3', '1::2::3', '1:2:3:4:5:6:7:8:9', '::12345', ':::'])(
    '%j is none',
    (text) => {
      expect(addressBytes(text)).toBeUndefined();
    },
  );
});
