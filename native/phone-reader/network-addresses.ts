import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address of this computer that phones can be told to connect to. */
export interface NetworkAddress {
  readonly interfaceName: string;
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  /** Length of the network's prefix in bits. */
  readonly prefixLength: number;
  /** Reached by this computer only. */
  readonly loopback: boolean;
}

/** IPv6 link-local addresses mean nothing without a zone, which each computer numbers for itself. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

/** The addresses of this computer's network interfaces as they are now. */
export function networkAddresses(): readonly NetworkAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses = []]) =>
    addresses.flatMap(({ address, family, cidr, internal }) => {
      const prefixLength = Number(cidr?.split('/')[1]);
      if (!Number.isInteger(prefixLength) || LINK_LOCAL.test(address)) return [];
      return [{ interfaceName, address, family, prefixLength, loopback: internal }];
    }),
  );
}

/**
 * The network an address is of. An address belongs to the whole computer: Linux answers for it on every interface. Who
 * may connect is therefore decided by where they come from, too.
 */
export function networkOf({ address, prefixLength, family }: NetworkAddress): (remoteAddress: string) => boolean {
  const network = new BlockList();
  const type = family === 'IPv4' ? 'ipv4' : 'ipv6';
  network.addSubnet(address, prefixLength, type);
  return (remoteAddress) => network.check(remoteAddress, type);
}
