import { describe, expect, it } from 'vitest';
import { createDesktop } from '../../../main/electron/desktop.js';
import { notificationBody } from '../../../main/electron/notification-markup.js';
import { isOwnAddress } from '../../../main/electron/own-addresses.js';
import { showsTray } from '../../../main/electron/tray-host.js';
import type { WindowOptions } from '../../../main/electron/electron-api.js';
import { FakeElectron, FakeWindow } from './fake-electron.js';

const WINDOW = { webPreferences: { additionalArguments: ['--madoguchi-window=main'] } } as unknown as WindowOptions;

function desk() {
  const electron = new FakeElectron();
  const events: string[] = [];
  const [parent, other] = [new FakeWindow(WINDOW), new FakeWindow(WINDOW)];
  const open = { parent: parent as FakeWindow | undefined };
  const log = { event: (name: string) => void events.push(name) };
  const desktop = createDesktop({ electron, parent: () => open.parent, log });
  return { electron, events, parent, other, open, desktop };
}

describe('the browser', () => {
  it.each(['http://127.0.0.1:8080/', 'http://localhost:41800', 'http://[::1]:9000/'])('is opened at %s', (address) => {
    const { desktop, electron } = desk();
    desktop.openInBrowser(address);
    expect(electron.opened).toEqual([address]);
  });

  it.each([
    'https://example.com/',
    'http://localhost/',
    'http://localhost:8080/path',
    'http://localhost:8080/?x',
    'http://localhost:8080/#x',
    'http://x@localhost:8080/',
    'http://localhost.evil:8080/',
    'http://LOCALHOST:8080/',
    'http://127.1:8080/',
    'http://2130706433:8080/',
    'http://127.0.0.1:8080\\@evil/',
    ' http://127.0.0.1:8080/',
    'http://127.0.0.1:8080/\n',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'madoguchi:',
    'ms-msdt:/id',
    'smb://host/share',
    '-h',
    '',
  ])('is not opened at %j', (address) => {
    const { desktop, electron } = desk();
    expect(() => desktop.openInBrowser(address)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
    expect([electron.opened, isOwnAddress(address)]).toEqual([[], false]);
  });
});

describe('files', () => {
  it.each([
    ['証明書.cer', '証明書.cer'],
    ['../../.bashrc', '_.._.bashrc'],
    ['C:\\Windows\\x.pdf', 'C__Windows_x.pdf'],
    ['evil\u202Efdp.exe', 'evil_fdp.exe'],
    ['a\0b\nc.pdf', 'a_b_c.pdf'],
    ['...', 'madoguchi'],
    ['', 'madoguchi'],
  ])('suggested as %j is offered as %j', async (suggestedName, offered) => {
    const { desktop, electron } = desk();
    await desktop.chooseSavePath({ title: 't', suggestedName });
    expect(electron.saves).toEqual([offered]);
  });

  it('with a long name keeps its extension and no half character', async () => {
    const { desktop, electron } = desk();
    await desktop.chooseSavePath({ title: 't', suggestedName: `a${'𠮷'.repeat(200)}.pdf` });
    const [name = ''] = electron.saves;
    expect([name.length <= 80, name.endsWith('𠮷.pdf')]).toEqual([true, true]);
  });

  it('and other dialogs of the system are one at a time, however many a page asks for', async () => {
    const { desktop, electron } = desk();
    let finish: (path: string | undefined) => void = () => undefined;
    electron.saving = new Promise((resolve) => (finish = resolve));
    const first = desktop.chooseSavePath({ title: 't', suggestedName: 'a' });
    const question = { title: 't', message: 'm', yes: 'y', no: 'n' };
    const others = [
      ...Array.from({ length: 200 }, () => desktop.chooseSavePath({ title: 't', suggestedName: 'b' })),
      desktop.chooseFiles({ title: 't' }),
      desktop.chooseFolder({ title: 't' }),
      desktop.confirm(question),
    ];
    for (const other of others) await expect(other).rejects.toMatchObject({ code: 'ERR_PROTOCOL_BUSY' });
    expect([electron.saves, electron.questions]).toEqual([['a'], []]);
    finish('/srv/a');
    expect(await first).toBe('/srv/a');
    expect(await desktop.chooseFiles({ title: 't' })).toEqual([]);
    electron.saving = Promise.reject(new Error('no dialog'));
    await expect(desktop.chooseSavePath({ title: 't', suggestedName: 'c' })).rejects.toThrow();
    expect(await desktop.confirm(question)).toBe(false);
  });

  it('and other dialogs of the system belong to their own window, whichever has the keyboard', async () => {
    const { desktop, electron, parent, other, open } = desk();
    other.focus();
    await desktop.chooseFiles({ title: 't' });
    await desktop.chooseFolder({ title: 't' });
    await desktop.chooseSavePath({ title: 't', suggestedName: 'a' });
    await desktop.confirm({ title: 't', message: 'm', yes: 'y', no: 'n' });
    expect(electron.dialogParents).toHaveLength(4);
    expect(electron.dialogParents.every((window) => window === parent)).toBe(true);
    open.parent = undefined;
    await expect(desktop.chooseFiles({ title: 't' })).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });

  it('are shown by absolute paths only', () => {
    const { desktop, electron } = desk();
    desktop.showInFolder('/srv/a.pdf');
    expect(() => desktop.showInFolder('a.pdf')).toThrow();
    expect(() => desktop.showInFolder('file:///srv/a.pdf')).toThrow();
    expect(electron.shownFiles).toEqual(['/srv/a.pdf']);
  });
});

it('puts text on the clipboard, and survives where there is none', async () => {
  const { desktop, electron, events } = desk();
  desktop.copyText('x');
  electron.writeClipboard = () => Promise.reject(new Error('no clipboard'));
  desktop.copyText('y');
  await Promise.resolve();
  await Promise.resolve();
  expect([electron.clipboard, events]).toEqual([['x'], ['desktop.clipboard-failed']]);
});

describe('whether there is a tray', () => {
  it.each<[NodeJS.Platform, string | Error, boolean]>([
    ['linux', '(true,)\n', true],
    ['linux', '(false,)\n', false],
    ['linux', new Error('ENOENT'), false],
    ['win32', new Error('not asked'), true],
    ['darwin', new Error('not asked'), true],
  ])('on %s with %s is %s', async (platform, answer, shown) => {
    const run = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
    expect(await showsTray(platform, run)).toBe(shown);
  });
});

it('leaves no mark-up in a notification where the desktop reads it', () => {
  const text = '<a href="https://x">押す</a> & <b>';
  expect(notificationBody(text, 'linux')).toBe('&lt;a href="https://x"&gt;押す&lt;/a&gt; &amp; &lt;b&gt;');
  expect(notificationBody(text, 'win32')).toBe(text);
});
