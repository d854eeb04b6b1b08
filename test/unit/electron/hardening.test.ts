import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { harden } from '../../../main/electron/hardening.js';
import { FakeApp, FakeContents, FakeEvent, FakeSession } from './fake-electron.js';

function hardenedApp(): FakeApp {
  const app = new FakeApp();
  harden(app);
  return app;
}

function newContents(): FakeContents {
  const contents = new FakeContents();
  hardenedApp().emit('web-contents-created', new FakeEvent(), contents);
  return contents;
}

function newSession(): FakeSession {
  const session = new FakeSession();
  hardenedApp().emit('session-created', session);
  return session;
}

/** Every permission that this version of Electron knows, as its types list them. */
function knownPermissions(): string[] {
  const types = join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'electron.d.ts');
  const [line = ''] = /setPermissionRequestHandler\(handler: .*/.exec(readFileSync(types, 'utf8')) ?? [];
  return [...line.matchAll(/'([A-Za-z-]+)'/g)].map(([, name = '']) => name);
}

describe('a page in a window of ours', () => {
  it('runs in the sandbox', () => {
    expect(hardenedApp().sandboxed).toBe(true);
  });

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview', 'will-prevent-unload'])(
    'is stopped at %s',
    (name) => {
      const event = new FakeEvent();
      newContents().emit(name, event);
      expect(event.prevented).toBe(true);
    },
  );

  it('opens no window', () => {
    expect(newContents().windowOpenHandler?.()).toEqual({ action: 'deny' });
  });

  it('downloads nothing', () => {
    const event = new FakeEvent();
    newSession().emit('will-download', event);
    expect(event.prevented).toBe(true);
  });

  it('is given no permission that Electron knows, nor one it does not', () => {
    const permissions = knownPermissions();
    expect(permissions).toEqual(expect.arrayContaining(['loopback-network', 'smart-card', 'usb', 'clipboard-read']));
    for (const name of [...permissions, 'made-up']) {
      const answers: boolean[] = [];
      newSession().permissionRequestHandler?.(undefined, name, (granted) => answers.push(granted));
      expect(answers, name).toEqual([false]);
    }
  });

  it('has no permission beforehand', () => {
    const session = newSession();
    expect(session.permissionCheckHandler?.()).toBe(false);
    expect(session.devicePermissionHandler?.()).toBe(false);
  });

  it.each([
    ['select-hid-device', undefined, 1],
    ['select-usb-device', undefined, 1],
    ['select-serial-port', '', 2],
  ])('chooses nothing at %s', (name, choice, between) => {
    const event = new FakeEvent();
    const chosen: unknown[] = [];
    newSession().emit(name, event, ...Array<unknown>(between).fill({}), (id: unknown) => chosen.push(id));
    expect([event.prevented, chosen]).toEqual([true, [choice]]);
  });

  it('reaches no Bluetooth device', () => {
    const event = new FakeEvent();
    const chosen: unknown[] = [];
    newContents().emit('select-bluetooth-device', event, [], (id: unknown) => chosen.push(id));
    newSession().bluetoothPairingHandler?.({}, (answer) => chosen.push(answer));
    expect([event.prevented, chosen]).toEqual([true, ['', { confirmed: false }]]);
  });

  it('captures no screen', () => {
    const answers: unknown[] = [];
    newSession().displayMediaRequestHandler?.({}, (streams) => answers.push(streams));
    expect(answers).toEqual([null]);
  });

  it.each([
    'https://example.com/',
    'http://127.0.0.1:41731/v1/status',
    'file:///etc/passwd',
    'ws://localhost/',
    'blob:madoguchi-app://windows/x',
    'data:text/html,x',
    'devtools://devtools/bundled/x',
    'madoguchi-app://windows.evil/main.html',
    'madoguchi-app://windows:1/main.html',
    'madoguchi-app://windows@evil/main.html',
    'madoguchi-app:main.html',
    'MADOGUCHI-APP://windows/main.html',
    ' madoguchi-app://windows/main.html',
    '',
  ])('cannot request %j', (url) => {
    const answers: unknown[] = [];
    newSession().beforeRequest?.({ url }, (answer) => answers.push(answer));
    expect(answers).toEqual([{ cancel: true }]);
  });

  it('reaches nobody past its requests: no datagrams, no name looked up, a proxy where nothing listens', () => {
    expect(newContents().webRtcPolicy).toBe('disable_non_proxied_udp');
    expect(hardenedApp().appended.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
    expect(newSession().proxy).toEqual({
      mode: 'fixed_servers',
      proxyRules: '127.0.0.1:9',
      proxyBypassRules: '<-loopback>',
    });
  });

  it('can request its own files', () => {
    const answers: unknown[] = [];
    newSession().beforeRequest?.({ url: 'madoguchi-app://windows/main.html' }, (answer) => answers.push(answer));
    expect(answers).toEqual([{ cancel: false }]);
  });

  it('trusts no certificate, has none and logs in nowhere', () => {
    const verdicts: unknown[] = [];
    newSession().certificateVerifyProc?.({}, (verdict) => verdicts.push(verdict));
    const app = hardenedApp();
    const events = [new FakeEvent(), new FakeEvent(), new FakeEvent()];
    app.emit('certificate-error', events[0], {}, 'https://x/', 'e', {}, (trusted: boolean) => verdicts.push(trusted));
    app.emit('select-client-certificate', events[1], {}, 'https://x/', [{}], (...chosen: unknown[]) =>
      verdicts.push(chosen),
    );
    app.emit('login', events[2], {}, {}, {}, (...entered: unknown[]) => verdicts.push(entered));
    expect(verdicts).toEqual([-2, false, [], []]);
    expect(events.every(({ prevented }) => prevented)).toBe(true);
  });

  it('has no spelling checked, which fetches dictionaries', () => {
    expect(newSession().checksSpelling).toBe(false);
  });

  it('is opened by no file', () => {
    const event = new FakeEvent();
    hardenedApp().emit('open-file', event, '/etc/passwd');
    expect(event.prevented).toBe(true);
  });
});
