import { BlockList, isIP } from 'node:net';

/** Networks that are not the internet: this computer, the one it stands in, and such as no host has (RFC 6890). */
const PRIVATE_NETWORKS = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 127],
  // Addresses of version 4 in other clothes.
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const;

/** RFC 6761, RFC 6762, RFC 8375 and what ICANN keeps for private use. */
const PRIVATE_NAMES = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

const privateNetworks = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [address, prefix] of PRIVATE_NETWORKS) {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  privateNetworks[family].addSubnet(address, prefix, family);
}

/** Whether an IP address is one of the internet. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return !privateNetworks[family].check(address, family);
}

/** Whether the host of a URL may be one of the internet: where it is a name, what it leads to is still to be looked at. */
export function isPublicHost(url: URL): boolean {
  const host = bareHost(url).replace(/\.$/, '');
  if (isIP(host) !== 0) return isPublicAddress(host);
  return host.includes('.') && !PRIVATE_NAMES.test(host);
}

/** Host of a URL, without the brackets of IPv6. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
