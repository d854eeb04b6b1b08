import { describe, expect, it } from 'vitest';
import { WINDOW_CALLS } from '../../../main/ipc/calls.js';
import { windowApi } from '../../../main/ipc/window-api.js';

function apiOf(kind: 'main' | 'consent') {
  const sent: unknown[][] = [];
  const api = windowApi(WINDOW_CALLS[kind], {
    send(...message) {
      sent.push(message);
      return Promise.resolve({ ok: true, result: undefined });
    },
    listen: () => () => undefined,
    droppedPaths: (files) => files.map(String),
  });
  return { api, sent };
}

describe('what the preload script gives a page', () => {
  it('has a method for each call of its kind of window, and nothing more general', () => {
    for (const kind of ['main', 'consent'] as const) {
      const { api } = apiOf(kind);
      const names = Object.entries(api).flatMap(([topic, methods]) =>
        typeof methods === 'function' ? [topic] : Object.keys(methods as object).map((name) => `${topic}.${name}`),
      );
      expect(names.sort()).toEqual([...WINDOW_CALLS[kind], 'droppedPaths', 'on'].sort());
    }
  });

  it('gives a consent window no call of the main window, and the other way round', () => {
    const [consent, main] = [new Set(WINDOW_CALLS.consent), new Set(WINDOW_CALLS.main)];
    expect([...consent].filter((name) => main.has(name))).toEqual(['app.describe']);
  });

  it('passes on paths of files that were dropped, and none that the page made up', async () => {
    const { api, sent } = apiOf('main');
    api.droppedPaths(['/srv/a.pdf']);
    await api.documents.addDropped({ list: 'signing', paths: ['/srv/a.pdf', '/etc/passwd', '/srv/a.pdf '] });
    await api.documents.addDropped(undefined as never);
    await api.documents.addDropped({ list: 'signing', paths: '/etc/passwd' } as never);
    expect(sent.map(([, request]) => request)).toEqual([
      { list: 'signing', paths: ['/srv/a.pdf'] },
      { paths: undefined },
      { list: 'signing', paths: '/etc/passwd' },
    ]);
  });
});
