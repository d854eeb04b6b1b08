import { describe, expect, it } from 'vitest';
import { findOwner } from '../../../native/phone-reader/loopback-peer.js';
import { networkOf } from '../../../native/phone-reader/network-addresses.js';
import { networkAddresses, openPhoneReader, openUsbPhoneReader } from '../../../native/phone-reader/index.js';
import { LOOPBACK, openRawTcp, openTestReader } from '../../support/phone-fixture.js';

describe('addresses of this computer', () => {
  it('have loopback among them, and none that needs a zone', () => {
    const addresses = networkAddresses();
    expect(addresses).toContainEqual(
      expect.objectContaining({ address: LOOPBACK, family: 'IPv4', prefixLength: 8, loopback: true }),
    );
    expect(addresses.filter(({ address }) => address.startsWith('fe80'))).toEqual([]);
  });

  const ipv4 = {
    interfaceName: 'x',
    address: '192.0.2.130',
    family: 'IPv4',
    prefixLength: 25,
    loopback: false,
  } as const;
  it.each([
    ['192.0.2.129', true],
    ['192.0.2.255', true],
    ['192.0.2.127', false],
    ['198.51.100.1', false],
    ['::1', false],
    ['', false],
  ])('are of a network: %s', (remote, near) => {
    expect(networkOf(ipv4)(remote)).toBe(near);
  });

  it('are of a network in IPv6 too', () => {
    const isNear = networkOf({ ...ipv4, address: '2001:db8::5', family: 'IPv6', prefixLength: 64 });
    expect(['2001:db8::9', '2001:db8:0:1::9', '192.0.2.1'].map(isNear)).toEqual([true, false, false]);
  });
});

describe('the chosen address', () => {
  it.each(['0.0.0.0', '::', '', 'localhost', '192.0.2.254', '127.0.0.2', '::ffff:127.0.0.1'])(
    'is one of this computer’s, not %j',
    async (address) => {
      const opening = openPhoneReader({ directory: 'unused', address, port: 0 });
      await expect(opening).rejects.toMatchObject({ name: 'PhoneReaderError', problem: 'address' });
    },
  );

  it('is the only one that answers', async () => {
    const { reader, close } = await openTestReader();
    (await openRawTcp(reader.port)).destroy();
    await expect(openRawTcp(reader.port, '127.0.0.2')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await close();
    await expect(openRawTcp(reader.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('over USB is 127.0.0.1, and cannot be another one', async () => {
    const { readers, port, address } = await openUsbPhoneReader({ port: 0 });
    expect(address).toBe(LOOPBACK);
    (await openRawTcp(port)).destroy();
    await expect(openRawTcp(port, '127.0.0.2')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    for (const { address: other, loopback } of networkAddresses()) {
      if (!loopback) await expect(openRawTcp(port, other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
    await readers.close();
  });

  it('says so where the port is taken', async () => {
    const { reader, directory, close } = await openTestReader();
    const second = openPhoneReader({ directory, address: LOOPBACK, port: reader.port });
    await expect(second).rejects.toMatchObject({ name: 'PhoneReaderError', problem: 'port' });
    await close();
  });
});

describe('whose program is at the other end of a loopback connection', () => {
  const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  const row = (local: string, remote: string, uid: number) =>
    `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 4711 1 0 20 4 30 10 -1`;
  const table = [
    HEADING,
    row('0100007F:A307', '0100007F:8C7B', 1000),
    row('0100007F:8C7B', '0100007F:A307', 1001),
    row('010200C0:A308', '010200C0:8C7B', 1002),
    row('0000000000000000FFFF00000100007F:A309', '0000000000000000FFFF00000100007F:8C7B', 1003),
  ].join('\n');

  it('is said by the row of its end, not of ours', () => {
    expect(findOwner(table, 0xa307, 0x8c7b)).toBe(1000);
    expect(findOwner(table, 0x8c7b, 0xa307)).toBe(1001);
    expect(findOwner(table, 0xa309, 0x8c7b)).toBe(1003);
  });

  it('is unknown where no row, or one of another network, fits', () => {
    expect(findOwner(table, 0xa308, 0x8c7b)).toBeUndefined();
    expect(findOwner(table, 1, 2)).toBeUndefined();
    expect(findOwner('', 1, 2)).toBeUndefined();
  });
});
