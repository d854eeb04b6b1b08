import { describe, expect, it } from 'vitest';
import { AppWindow } from '../../../main/electron/app-window.js';
import type { WindowKind } from '../../../main/ipc/call.js';
import { FakeElectron, FakeEvent, type FakeWindow } from './fake-electron.js';

interface Opened {
  readonly window: AppWindow;
  readonly fake: FakeWindow;
  readonly events: unknown[];
}

function open(kind: WindowKind, options: { paintsHidden?: boolean; devTools?: boolean } = {}): Opened {
  const electron = new FakeElectron();
  const events: unknown[] = [];
  const window = new AppWindow({
    kind,
    title: 'まどぐち',
    background: '#f4f5f7',
    preload: '/app/preload.cjs',
    devTools: options.devTools ?? false,
    workArea: electron.workArea(),
    paintsHidden: options.paintsHidden ?? true,
    create: (windowOptions) => electron.createWindow(windowOptions),
    stealFocus: () => electron.stealFocus(),
    events: { focused: (hasFocus) => events.push(hasFocus), gone: () => events.push('gone') },
  });
  const [fake] = electron.windows;
  if (!fake) throw new Error('no window');
  return { window, fake, events };
}

describe('a window', () => {
  it.each(['consent', 'main'] as const)('has its %s page in a sandbox, and leaves nothing behind', (kind) => {
    const { fake } = open(kind);
    expect(fake.loaded).toEqual([`madoguchi-app://windows/${kind}.html`]);
    expect(fake.options.webPreferences).toMatchObject({
      preload: '/app/preload.cjs',
      additionalArguments: [`--madoguchi-window=${kind}`],
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      disableDialogs: true,
      devTools: false,
    });
    expect(fake.options.webPreferences.partition).not.toMatch(/^persist:/);
  });

  it('stands in the middle of the display with the cursor, and is never wider than it', () => {
    expect(open('consent').fake.options).toMatchObject({ width: 520, height: 760, x: 1_540, y: 90, minWidth: 320 });
    expect(open('main').fake.options).toMatchObject({ width: 960, height: 680, x: 1_320, y: 130 });
  });

  it('is not seen before it is painted, and then comes to the front', () => {
    const { window, fake } = open('consent');
    window.raise();
    fake.webContents.emit('did-finish-load');
    expect([fake.options.show, fake.shown]).toEqual([false, false]);
    fake.emit('ready-to-show');
    expect([fake.shown, fake.focused, window.hasFocus]).toEqual([true, true, true]);
  });

  it('is shown once loaded where no hidden window is painted', () => {
    const { fake } = open('consent', { paintsHidden: false });
    fake.webContents.emit('did-finish-load');
    expect(fake.shown).toBe(true);
  });

  it('tells of the keyboard as the system does, and stops flashing when it has it', () => {
    const { fake, events, window } = open('consent');
    fake.emit('ready-to-show');
    fake.blur();
    expect([events, window.hasFocus]).toEqual([[true, false], false]);
    expect(fake.calls).toContain('flash false');
  });

  it.each(['closed', 'render-process-gone', 'did-fail-load'])('is gone once after %s', (name) => {
    const { window, fake, events } = open('main');
    if (name === 'closed') fake.destroy();
    else fake.webContents.emit(name);
    window.destroy();
    expect([fake.destroyed, window.isLive, events]).toEqual([true, false, ['gone']]);
  });

  it('does nothing more when it is gone', () => {
    const { window, fake } = open('main');
    fake.destroy();
    window.raise();
    window.flash(true);
    window.protectContent(true);
    window.setBackground('#000');
    window.push('app.showPage', { page: 'card' });
    expect([fake.shown, fake.calls, fake.webContents.sent]).toEqual([false, [], []]);
  });

  it('is told what its kind is told, and nothing else', () => {
    const { window, fake } = open('consent');
    window.push('card.changed', undefined);
    window.push('app.showPage', { page: 'card' });
    expect(fake.webContents.sent).toEqual([{ channel: 'madoguchi:push:app.showPage', value: { page: 'card' } }]);
  });
});

describe('zoom', () => {
  const press = (fake: FakeWindow, key: string, changes: object = {}): boolean => {
    const event = new FakeEvent();
    const input = { type: 'keyDown', key, control: true, meta: false, alt: false, ...changes };
    fake.webContents.emit('before-input-event', event, input);
    return event.prevented;
  };

  it('goes from 50 to 500 per cent by keyboard, and back', () => {
    const { fake } = open('main');
    for (let count = 0; count < 50; count += 1) press(fake, '+');
    expect(fake.webContents.zoom).toBe(5);
    for (let count = 0; count < 100; count += 1) press(fake, '-', { control: false, meta: true });
    expect(fake.webContents.zoom).toBe(0.5);
    expect(press(fake, '0')).toBe(true);
    expect(fake.webContents.zoom).toBe(1);
  });

  it('goes by wheel', () => {
    const { fake } = open('main');
    fake.webContents.emit('zoom-changed', new FakeEvent(), 'in');
    expect(fake.webContents.zoom).toBeCloseTo(1.1);
  });

  it.each([
    ['+', { control: false }],
    ['+', { type: 'keyUp' }],
    ['+', { alt: true }],
    ['r', {}],
    ['F12', {}],
    ['I', {}],
  ])('leaves %s with %j alone', (key, changes) => {
    const { fake } = open('main');
    expect([press(fake, key, changes), fake.webContents.zoom]).toEqual([false, 1]);
  });
});

describe('a call', () => {
  it('is a window’s own where its page sends it', () => {
    const { window, fake } = open('main');
    expect(window.isSender(fake.event())).toBe(true);
    expect(window.isSender(fake.event({ url: 'madoguchi-app://windows/main.html#content' }))).toBe(true);
  });

  it.each([
    ['a frame in it', { parent: {} }],
    ['a frame beside it', { frameTreeNodeId: 7 }],
    ['a page it had before', { detached: true }],
    ['another origin', { origin: 'null' }],
    ['an opaque origin in its place', { origin: 'https://evil.example' }],
    ['a like origin', { url: 'madoguchi-app://windows.evil/main.html' }],
    ['the other kind’s page', { url: 'madoguchi-app://windows/consent.html' }],
    ['a path that leads there', { url: 'madoguchi-app://windows/../main.html' }],
    ['an encoded path', { url: 'madoguchi-app://windows/%6dain.html' }],
    ['a path below it', { url: 'madoguchi-app://windows/main.html/x' }],
    ['a path with a query', { url: 'madoguchi-app://windows/main.html?x' }],
    ['a port', { url: 'madoguchi-app://windows:1/main.html' }],
    ['a user', { url: 'madoguchi-app://x@windows/main.html' }],
    ['another scheme', { url: 'https://windows/main.html' }],
    ['an empty page', { url: 'about:blank' }],
    ['no page', { url: '' }],
  ])('is not where %s sends it', (_name, changes) => {
    const { window, fake } = open('main');
    expect(window.isSender(fake.event(changes))).toBe(false);
  });

  it('is not where the frame is gone, or goes while it is looked at', () => {
    const { window, fake } = open('main');
    const { sender } = fake.event();
    expect(window.isSender({ sender, senderFrame: null })).toBe(false);
    const disposed = {
      get parent(): unknown {
        throw new Error('Render frame was disposed before WebFrameMain could be accessed');
      },
    };
    expect(window.isSender({ sender, senderFrame: fake.webContents.mainFrame })).toBe(true);
    expect(window.isSender({ sender, senderFrame: Object.create(disposed) as never })).toBe(false);
  });

  it('is not where other contents send it', () => {
    const [first, second] = [open('main'), open('main')];
    expect(first.window.isSender(second.fake.event())).toBe(false);
  });

  it('is not after the window was destroyed', () => {
    const { window, fake } = open('main');
    const event = fake.event();
    fake.destroy();
    expect(window.isSender(event)).toBe(false);
  });
});
