import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { translateScardError } from '../../../main/node/card-readers.js';
import { bridgePorts } from '../../../main/node/diagnosis/bridge-ports.js';
import { browserStates, installedBrowsers, registerInBrowsers } from '../../../main/node/diagnosis/browsers.js';
import { clockSettingsCommand, openSettings } from '../../../main/node/diagnosis/clock-settings.js';
import { isAccessDenied, serviceState, smartCardDevices } from '../../../main/node/diagnosis/service-state.js';
import { describeSystem, identifyingWords } from '../../../main/node/diagnosis/system.js';
import { registryValue } from '../../../main/node/diagnosis/windows-registry.js';
import type { Situation } from '../../../main/node/browser-integration/index.js';
import { peerOf, type PeerUser } from '../../../native/peer-process/index.js';
import { parseScardError } from '../../../native/pcsc/scard-codes.js';
import { ScardError } from '../../../native/scard-error.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'madoguchi-diagnosis-'));
  return () => rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string, mode = 0o644): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, mode);
  return whole;
}

/** Runs `act` beside a server, which is closed at the end whatever happens. */
async function withServer<Result>(server: Server, where: string | number, act: (port: number) => Promise<Result>) {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    if (typeof where === 'string') server.listen(where, resolve);
    else server.listen(where, '127.0.0.1', resolve);
  });
  try {
    return await act((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('why pcscd does not answer', () => {
  const ask = (socket: string, daemonPaths: readonly string[] = []) =>
    serviceState({
      platform: 'linux',
      environment: { PCSCLITE_CSOCK_NAME: socket },
      daemonPaths,
      welcomeMilliseconds: 100,
    });

  it('is not there, or is not switched on', async () => {
    expect(await ask(join(root, 'none'))).toBe('not-installed');
    expect(await ask(join(root, 'none'), [write('pcscd', '')])).toBe('socket-inactive');
  });

  it('left its socket behind', async () => {
    const socket = join(root, 'left');
    // A file that is no socket is refused like a socket on which nobody listens.
    writeFileSync(socket, '');
    expect(await ask(socket)).toBe('not-running');
  });

  it('takes the connection and keeps it, or ends it at once as polkit would have it', async () => {
    const socket = join(root, 'comm');
    expect(await withServer(createServer(), socket, () => ask(socket))).toBe('answers');
    const rejecting = createServer((connection) => connection.end());
    expect(await withServer(rejecting, socket, () => ask(socket))).toBe('access-denied');
  });

  it('is told nothing of elsewhere', async () => {
    expect(await serviceState({ platform: 'darwin', environment: {} })).toBe('unknown');
  });
});

describe('why the service of Windows does not answer', () => {
  const ask = (printed: string | undefined) =>
    serviceState({ platform: 'win32', environment: {}, runTool: () => Promise.resolve(printed) });
  const start = (value: string) =>
    `\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SCardSvr\r\n    Start    REG_DWORD    ${value}\r\n\r\n`;

  it.each([
    [start('0x3'), 'starts-with-reader'],
    [start('0x2'), 'starts-with-reader'],
    [start('0x4'), 'disabled'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('with %j: %s', async (printed, state) => {
    expect(await ask(printed)).toBe(state);
  });

  it('is asked of reg.exe by its whole path', async () => {
    const asked: unknown[] = [];
    await registryValue('HKLM\\Key', 'Name', (...call) => {
      asked.push(call);
      return Promise.resolve(undefined);
    });
    expect(asked).toEqual([['C:\\Windows\\System32\\reg.exe', ['query', 'HKLM\\Key', '/v', 'Name']]]);
  });
});

it('an error says that access is denied only where PC/SC said SCARD_W_SECURITY_VIOLATION', () => {
  const fromBinding = (value: string) =>
    translateScardError(parseScardError(new Error(`SCardConnect error: Access denied.(0x${value})`)));
  expect(isAccessDenied(fromBinding('8010006a'))).toBe(true);
  expect(isAccessDenied(fromBinding('8010001d'))).toBe(false);
  expect(isAccessDenied(translateScardError(new ScardError('SCARD_E_NO_SERVICE')))).toBe(false);
  expect(isAccessDenied(new ClientError('ERR_PCSC_FAILURE', '0x8010006a'))).toBe(false);
  expect(isAccessDenied('0x8010006a')).toBe(false);
});

describe('smart-card devices on USB', () => {
  it('are counted once, by the class of their interfaces', async () => {
    write('usb/1-1:1.0/bInterfaceClass', '0b\n');
    write('usb/1-1:1.1/bInterfaceClass', '0B\n');
    write('usb/1-2.4:1.0/bInterfaceClass', '03\n');
    write('usb/1-3/bDeviceClass', '0b\n');
    write('usb/usb1/bInterfaceClass', '0b\n');
    expect(await smartCardDevices(join(root, 'usb'))).toBe(1);
  });

  it('are not known of where there is no sysfs', async () => {
    expect(await smartCardDevices(join(root, 'none'))).toBeUndefined();
  });
});

describe('who has a port of the bridge', () => {
  const peers = (user: PeerUser, name?: string) => ({
    identify: () =>
      Promise.resolve({
        ...peerOf(user),
        program: () => Promise.resolve(name === undefined ? undefined : { name, kind: 'program' as const }),
      }),
  });
  const answering = (body: unknown, status = 403) =>
    createHttpServer((_, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  const refusal = (code: string) => ({ ok: false, error: { code, message: '', retriable: false, details: {} } });
  const holder = (server: Server, given: Parameters<typeof bridgePorts>[0]['peers']) =>
    withServer(server, 0, async (port) => {
      const [state] = await bridgePorts({ ports: [port], ...(given && { peers: given }) });
      return state?.holder;
    });

  it('is nobody', async () => {
    const port = await withServer(createServer(), 0, (taken) => Promise.resolve(taken));
    expect(await bridgePorts({ ports: [port], peers: peers('same') })).toEqual([{ port, holder: { kind: 'free' } }]);
  });

  it('is a client, of this user or another', async () => {
    const missing = () => answering(refusal('ERR_ORIGIN_MISSING'));
    expect(await holder(missing(), peers('same'))).toEqual({ kind: 'client' });
    expect(await holder(missing(), peers('unknown'))).toEqual({ kind: 'client' });
    expect(await holder(missing(), peers('other'))).toEqual({ kind: 'other-users-client' });
    expect(await holder(answering(refusal('ERR_ORIGIN_USER')), peers('unknown'))).toEqual({
      kind: 'other-users-client',
    });
  });

  it.each([
    ['another web server', () => answering({ hello: 'world' }, 200)],
    ['one that answers with another code', () => answering(refusal('ERR_SOMETHING'))],
    ['one that answers no JSON', () => createHttpServer((_, response) => response.end('<p>'))],
    ['one that answers without end', () => createHttpServer((_, response) => void response.write('{'.repeat(9_000)))],
    ['one that speaks no HTTP', () => createServer((socket) => socket.end('220 mail\r\n'))],
    ['one that says nothing', () => createServer()],
  ])('is %s', async (_, server) => {
    const state = await holder(server(), peers('same', 'python3'));
    expect(state).toEqual({ kind: 'other-program', unverifiedName: 'python3' });
  });

  it('is this process, by what the system says', async () => {
    const state = await holder(createServer(), undefined);
    expect(state).toMatchObject({ kind: 'other-program' });
    if (process.platform === 'linux') expect(state).toMatchObject({ unverifiedName: 'node' });
  });
});

describe('browsers of this PC', () => {
  let situation: Situation;
  beforeEach(() => {
    const home = join(root, 'home', 'hanako');
    const stateDirectory = join(home, 'state');
    mkdirSync(stateDirectory, { recursive: true });
    situation = { platform: 'linux', environment: { PATH: '/opt/x/bin' }, home, stateDirectory, system: false, root };
  });

  it('are known by their programs, not by those of a sandbox', () => {
    write('opt/x/bin/firefox', 'ELF', 0o755);
    write('usr/bin/google-chrome-stable', '#!/bin/bash\nexec /opt/google/chrome/chrome "$@"\n', 0o755);
    write('usr/bin/chromium-browser', '#!/bin/sh\nexec /snap/bin/chromium "$@"\n', 0o755);
    write('usr/bin/microsoft-edge', 'ELF', 0o644);
    const path = '/opt/x/bin:/snap/bin:/var/lib/flatpak/exports/bin:relative';
    write('snap/bin/chromium', 'ELF', 0o755);
    expect(installedBrowsers({ ...situation, environment: { PATH: path } })).toEqual(['chrome', 'firefox']);
  });

  it('are known on macOS and Windows', () => {
    mkdirSync(join(root, 'Applications', 'Google Chrome.app'), { recursive: true });
    expect(installedBrowsers({ ...situation, platform: 'darwin' })).toEqual(['chrome']);
    const environment = { ProgramFiles: 'C:\\Program Files', LOCALAPPDATA: 'C:\\Local' };
    expect(installedBrowsers({ ...situation, platform: 'win32', environment })).toEqual([]);
  });

  it('say how far each can find this program', () => {
    write('usr/bin/firefox', 'ELF', 0o755);
    write('snap/bin/chromium', 'ELF', 0o755);
    const options = { situation: { ...situation, root } };
    const states = () => browserStates(options).map((state) => Object.values(state).join(' '));
    expect(states()).toEqual(['firefox native absent', 'chromium snap absent']);
    registerInBrowsers(options);
    expect(states()).toEqual(['firefox native current', 'chromium snap absent']);
    const launcher = join(situation.stateDirectory, 'native-host');
    const own = readFileSync(launcher, 'utf8');
    writeFileSync(launcher, own.replace(/^exec .*$/m, "exec '/elsewhere' native-host"));
    expect(states()[0]).toBe('firefox native outdated');
    expect(browserStates({ ...options, sharesLauncher: true })[0]).toMatchObject({ registration: 'current' });
    writeFileSync(launcher, '#!/bin/sh\nexit 1\n');
    expect(states()[0]).toBe('firefox native foreign');
    const manifest = join(situation.home, '.mozilla', 'native-messaging-hosts');
    rmSync(manifest, { recursive: true });
    writeFileSync(manifest, 'a file where a folder belongs');
    expect(states()[0]).toMatch(/^firefox native (absent|unreadable)$/);
  });

  it('are registered only where they are', () => {
    registerInBrowsers({ situation });
    expect(browserStates({ situation })).toEqual([]);
    write('usr/bin/firefox', 'ELF', 0o755);
    expect(browserStates({ situation })).toEqual([{ browser: 'firefox', packaging: 'native', registration: 'absent' }]);
  });
});

describe('the date and time settings', () => {
  const everywhere = () => true;
  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string | undefined]>([
    ['win32', { SystemRoot: 'D:\\Windows' }, 'D:\\Windows\\explorer.exe ms-settings:dateandtime'],
    ['darwin', {}, '/usr/bin/open x-apple.systempreferences:com.apple.preference.datetime'],
    ['linux', { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' }, '/usr/bin/gnome-control-center datetime'],
    ['linux', { WAYLAND_DISPLAY: 'w', XDG_CURRENT_DESKTOP: 'KDE' }, '/usr/bin/systemsettings kcm_clock'],
    ['linux', { XDG_CURRENT_DESKTOP: 'GNOME' }, undefined],
    ['linux', { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'sway' }, undefined],
    ['freebsd', { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'KDE' }, undefined],
  ])('of %s with %j', (platform, environment, command) => {
    const found = clockSettingsCommand(platform, environment, everywhere);
    expect(found && [found.program, ...found.parameters].join(' ')).toBe(command);
  });

  it('are not offered where their program is not installed', () => {
    const environment = { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'GNOME' };
    expect(clockSettingsCommand('linux', environment, () => false)).toBeUndefined();
  });

  it('are started, or said not to be', async () => {
    await openSettings({ program: process.execPath, parameters: ['--version'] });
    await expect(openSettings({ program: join(root, 'none'), parameters: [] })).rejects.toThrow();
  });
});

describe('the system', () => {
  const facts = (environment: NodeJS.ProcessEnv, release = '6.1.0-13-amd64') => {
    return { platform: 'linux' as const, architecture: 'x64', environment, release, root };
  };

  it('is described by what its own files and variables say', () => {
    write('etc/os-release', 'PRETTY_NAME="Ubuntu 24.04 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n');
    const environment = { XDG_CURRENT_DESKTOP: 'ubuntu:GNOME', XDG_SESSION_TYPE: 'wayland' };
    expect(describeSystem(facts(environment))).toEqual({
      name: 'ubuntu',
      version: '24.04',
      kernel: '6.1.0',
      architecture: 'x64',
      desktop: 'gnome',
      session: 'wayland',
    });
  });

  it('is described without them', () => {
    expect(describeSystem(facts({}, 'none'))).toEqual({ name: 'linux', architecture: 'x64' });
  });

  it.each([
    [{ SNAP: '/snap/madoguchi/1' }, '6.1.0', 'snap'],
    [{ FLATPAK_ID: 'x' }, '6.1.0', 'flatpak'],
    [{}, '5.15.90.1-microsoft-standard-WSL2', 'wsl'],
  ])('is in a sandbox with %j on %s', (environment, release, sandbox) => {
    expect(describeSystem(facts(environment, release)).sandbox).toBe(sandbox);
    write('.dockerenv', '');
    expect(describeSystem(facts({})).sandbox).toBe('container');
  });

  it('is Windows seen from afar, or a Mac', () => {
    const windows = { ...facts({ SESSIONNAME: 'RDP-Tcp#3' }, '10.0.22631'), platform: 'win32' as const };
    expect(describeSystem(windows)).toEqual({
      name: 'windows',
      kernel: '10.0.22631',
      architecture: 'x64',
      session: 'remote',
    });
    expect(describeSystem({ ...facts({}, '23.4.0'), platform: 'darwin' })).toMatchObject({ name: 'macos' });
  });

  it('knows what names user and PC: account, real name, home, host', () => {
    const account = userInfo().username;
    write('etc/passwd', `other:x:1:1:Somebody Else:/:/bin/sh\n${account}:x:1000:1000:Hanako Yamada,,,:/x:/bin/sh\n`);
    const words = identifyingWords(facts({ USER: 'taro', HOME: join(root, 'jiro'), COMPUTERNAME: 'PC-1' }));
    expect(words).toEqual(expect.arrayContaining([account, 'taro', 'jiro', 'PC-1', hostname(), 'Hanako', 'Yamada']));
    expect(words).not.toContain('Somebody');
    expect(words).not.toContain('');
  });

  it('that is no file of passwords says nothing', () => {
    symlinkSync('/nowhere', join(root, 'etc'));
    expect(identifyingWords(facts({ USER: 'taro' }))).toContain('taro');
  });
});
