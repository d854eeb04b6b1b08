import { describe, expect, it } from 'vitest';
import {
  compareUsers,
  findNetstatPid,
  parseTasklistRow,
  windowsPeerProcesses,
} from '../../../native/peer-process/windows.js';

/** Forms after Microsoft's reference, German state names included. Not recorded on Windows. */
const NETSTAT = [
  '',
  'Aktive Verbindungen',
  '',
  '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
  '  TCP    127.0.0.1:41731        0.0.0.0:0              ABHÖREN          7000',
  '  TCP    127.0.0.1:41731        127.0.0.1:53212        HERGESTELLT      7000',
  '  TCP    127.0.0.1:53212        127.0.0.1:41731        HERGESTELLT      4242',
  '  TCP    127.0.0.1:53213        127.0.0.1:41731        WARTEND          0',
  '  TCP    127.0.0.1:53214        127.0.0.1:41731        HERGESTELLT      5555',
  '  TCP    [::1]:53300            [::1]:41731            HERGESTELLT      4343',
  '  UDP    127.0.0.1:53212        *:*                                     999',
  '',
].join('\r\n');

const TASKLIST: Readonly<Record<number, string>> = {
  7000: '"Madoguchi.exe","7000","Console","1","90,000 K","Running","PC\\taro","0:00:01","N/A"\r\n',
  4242: '\r\n"chrome.exe","4242","Console","1","310,000 K","Running","PC\\taro","0:01:02","a, b"\r\n',
  4343: '"firefox.exe","4343","RDP-Tcp#3","2","310,000 K","Unknown","N/A","0:00:00","N/A"\r\n',
  5555: 'INFO: No tasks are running which match the specified criteria.\r\n',
};

const CONNECTION = { localAddress: '127.0.0.1', localPort: 41731, remoteAddress: '127.0.0.1', remotePort: 53212 };
const SELF = { imageName: 'Madoguchi.exe', session: 1, userName: 'PC\\taro' };

describe('netstat', () => {
  it('names the process of the peer’s end', () => {
    expect(findNetstatPid(NETSTAT, CONNECTION)).toBe(4242);
    const overIpv6 = { ...CONNECTION, localAddress: '::1', remoteAddress: '::1', remotePort: 53300 };
    expect(findNetstatPid(NETSTAT, overIpv6)).toBe(4343);
  });

  it('names none for a connection that nobody holds or that is not there', () => {
    expect(findNetstatPid(NETSTAT, { ...CONNECTION, remotePort: 53213 })).toBeUndefined();
    expect(findNetstatPid(NETSTAT, { ...CONNECTION, remotePort: 5321 })).toBeUndefined();
    expect(findNetstatPid('', CONNECTION)).toBeUndefined();
  });
});

describe('tasklist', () => {
  it('is read by the place of its columns', () => {
    expect(parseTasklistRow(TASKLIST[4242] ?? '', 4242)).toEqual({
      imageName: 'chrome.exe',
      session: 1,
      userName: 'PC\\taro',
    });
    expect(parseTasklistRow(TASKLIST[4343] ?? '', 4343)).toEqual({
      imageName: 'firefox.exe',
      session: 2,
      userName: undefined,
    });
    expect(parseTasklistRow(TASKLIST[5555] ?? '', 5555)).toBeUndefined();
    expect(parseTasklistRow(TASKLIST[4242] ?? '', 4243)).toBeUndefined();
  });
});

describe('the users of two processes', () => {
  it.each([
    [{ session: 1, userName: 'PC\\taro' }, 'same'],
    [{ session: 2, userName: 'PC\\taro' }, 'same'],
    [{ session: 1, userName: 'PC\\hanako' }, 'other'],
    [{ session: 2, userName: undefined }, 'other'],
    [{ session: 1, userName: undefined }, 'unknown'],
    // A service may relay what the person's own browser sends.
    [{ session: 0, userName: undefined }, 'unknown'],
  ] as const)('%j: %s', (peer, expected) => {
    expect(compareUsers({ imageName: 'x.exe', ...peer }, SELF)).toBe(expected);
  });

  it('are not compared where one is not known', () => {
    expect(compareUsers(undefined, SELF)).toBe('unknown');
    expect(compareUsers(SELF, undefined)).toBe('unknown');
    expect(compareUsers(SELF, { ...SELF, userName: undefined })).toBe('unknown');
  });
});

describe('a peer on Windows', () => {
  /** The two tools; counts what is asked of tasklist. */
  function tools(): { run: (file: string, parameters: readonly string[]) => Promise<string>; asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      run: async (file, parameters) => {
        expect(file).toMatch(/^C:\\Windows\\System32\\(?:netstat|tasklist)\.exe$/i);
        if (file.endsWith('netstat.exe')) return NETSTAT;
        const filter = parameters.at(-1) ?? '';
        asked.push(filter);
        return TASKLIST[Number(/^PID eq (\d+)$/.exec(filter)?.[1])] ?? '';
      },
    };
  }

  it('is told by both tools, and each process is asked for once', async () => {
    const { run, asked } = tools();
    const peers = windowsPeerProcesses(run, 7000);
    const peer = await peers.identify(CONNECTION);
    expect(peer.user).toBe('same');
    // Only its name is known, which any program can bear.
    expect(await peer.program()).toBeUndefined();
    await peers.identify(CONNECTION);
    expect(asked.sort()).toEqual(['PID eq 4242', 'PID eq 7000']);
  });

  it('in another session is another’s, and its program is not shown', async () => {
    const peers = windowsPeerProcesses(tools().run, 7000);
    const peer = await peers.identify({
      localAddress: '::1',
      localPort: 41731,
      remoteAddress: '::1',
      remotePort: 53300,
    });
    expect(peer.user).toBe('other');
    expect(await peer.program()).toBeUndefined();
  });

  it('is unknown where the tools say nothing or fail', async () => {
    const silent = windowsPeerProcesses(async () => '', 7000);
    expect((await silent.identify(CONNECTION)).user).toBe('unknown');
    const failing = windowsPeerProcesses(() => Promise.reject(new Error('too late')), 7000);
    expect((await failing.identify(CONNECTION)).user).toBe('unknown');
    const ended = windowsPeerProcesses(tools().run, 7000);
    expect((await ended.identify({ ...CONNECTION, remotePort: 53214 })).user).toBe('unknown');
  });
});
