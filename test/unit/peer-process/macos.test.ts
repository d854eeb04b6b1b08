import { describe, expect, it } from 'vitest';
import { findLsofSocket, macosPeerProcesses } from '../../../native/peer-process/macos.js';

/** Field output after lsof(8): the client's end, then this program's. Made from the manual, not recorded on a Mac. */
const LSOF = `p512
cGoogle\\x20Chrome\\x20Helper
u501
f23
n192.0.2.7:50001->203.0.113.9:443
f31
n127.0.0.1:53212->127.0.0.1:41731
p702
cMadoguchi
u501
f18
n127.0.0.1:41731
f19
n127.0.0.1:41731->127.0.0.1:53212
p811
ccom.apple.WebKit.Networking
u502
f9
n[::1]:53300->[::1]:41731
`;

const CONNECTION = { localAddress: '127.0.0.1', localPort: 41731, remoteAddress: '127.0.0.1', remotePort: 53212 };
const OVER_IPV6 = { localAddress: '::1', localPort: 41731, remoteAddress: '::1', remotePort: 53300 };

describe('a peer on macOS', () => {
  it('is found by its own end', () => {
    expect(findLsofSocket(LSOF, CONNECTION)).toEqual({ uid: 501, command: 'Google Chrome Helper' });
    expect(findLsofSocket(LSOF, OVER_IPV6)).toEqual({ uid: 502, command: 'com.apple.WebKit.Networking' });
    expect(findLsofSocket(LSOF, { ...CONNECTION, remotePort: 5321 })).toBeUndefined();
    expect(findLsofSocket('', CONNECTION)).toBeUndefined();
  });

  it('is of the same user, another’s, or unknown where it is not listed', async () => {
    const peers = macosPeerProcesses(async () => LSOF, 501);
    const peer = await peers.identify(CONNECTION);
    expect(peer.user).toBe('same');
    // Only its name is known, which any program can bear.
    expect(await peer.program()).toBeUndefined();
    expect((await peers.identify(OVER_IPV6)).user).toBe('other');
    expect((await peers.identify({ ...CONNECTION, remotePort: 1 })).user).toBe('unknown');
  });

  it('is unknown where lsof does not answer', async () => {
    const peers = macosPeerProcesses(() => Promise.reject(new Error('too late')), 501);
    expect((await peers.identify(CONNECTION)).user).toBe('unknown');
  });
});
