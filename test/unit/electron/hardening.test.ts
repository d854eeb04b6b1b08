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

describe('a page in a window of ours', () => {
  it('runs in the sandbox', () => {
    expect(hardenedApp().sandboxed).toBe(true);
  });

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
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

  it.each(['loopback-network', 'smart-card', 'clipboard-read', 'openExternal', 'unknown'])(
    'is not given %s',
    (name) => {
      const answers: boolean[] = [];
      newSession().permissionRequestHandler?.(undefined, name, (granted) => answers.push(granted));
      expect(answers).toEqual([false]);
    },
  );

  it('has no permission beforehand', () => {
    const session = newSession();
    expect(session.permissionCheckHandler?.()).toBe(false);
    expect(session.devicePermissionHandler?.()).toBe(false);
  });

  it('captures no screen', () => {
    const answers: unknown[] = [];
    newSession().displayMediaRequestHandler?.({}, (streams) => answers.push(streams));
    expect(answers).toEqual([null]);
  });
});
