import { describe, expect, it, vi } from 'vitest';
import { Broker, LIMITS } from '../../../resources/extension/broker.js';
import { GOVERNMENT_PATTERN, GovernmentSites } from '../../../resources/extension/government-sites.js';
import { NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import { FakeExtensionApi } from '../extension/fake-extension-api.js';
import { FakePort } from '../extension/fake-ports.js';

const ORIGIN = 'https://imitation.go.jp';
const OPEN = { method: 'governmentOpen', request: '{}' };
const ON = {
  enabled: true,
  forced: false,
  extensionVersion: '24',
  appVersion: '29',
  origins: [],
  windowsUserAgent: [],
};

describe('a page that connects, asks and leaves without end', () => {
  it.each(['addPage', 'addGovernmentPage'] as const)(
    'never has the client end the connection of every other page: %s',
    (add) => {
      const host = new FakePort();
      const broker = new Broker(() => host);
      const call = add === 'addPage' ? { method: 'open', request: '{}' } : OPEN;
      for (let time = 0; time < 2 * NATIVE_LIMITS.outstandingCalls; time++) {
        const page = new FakePort(ORIGIN);
        broker[add](page);
        page.onMessage.fire({ madoguchi: 1, id: 1, call });
        page.goAway();
      }
      // For each of these that opens a session there is one call more, which ends it.
      expect(host.sent.length * 2).toBeLessThanOrEqual(NATIVE_LIMITS.outstandingCalls);
      expect(host.sent.length).toBe(LIMITS.pages * LIMITS.callsPerPage);
    },
  );
});

describe('a page that was kept for the way back', () => {
  it('gets nothing of the client once the person has stopped it in this browser, and hears that it is off', async () => {
    const host = new FakePort();
    const broker = new Broker(() => host);
    const page = new FakePort(ORIGIN);
    let isAgreed = true;
    broker.addGovernmentPage(page, () => Promise.resolve(isAgreed));
    const say = async (id: number, call: object): Promise<void> => {
      page.onMessage.fire({ madoguchi: 1, id, call });
      await new Promise((resolve) => setImmediate(resolve));
    };
    await say(1, { method: 'marker', marker: 'placed' });
    expect(host.sent).toHaveLength(1);
    isAgreed = false;
    await say(2, OPEN);
    await say(3, { method: 'marker', marker: 'placed' });
    expect(host.sent).toHaveLength(1);
    const off = { ok: true, result: { enabled: false } };
    expect(page.sent).toEqual([2, 3].map((id) => ({ madoguchi: 1, id, envelope: off })));
  });
});

describe('a page that does not let go', () => {
  it('cannot hold up the end, though it never hears of it', async () => {
    const api = new FakeExtensionApi();
    // As while it shows a dialog of the browser's, or counts to infinity.
    api.tabs.sendMessage = () => new Promise(() => undefined);
    const sites = new GovernmentSites(api, () => Promise.resolve({ ok: true, result: ON }));
    api.allow(GOVERNMENT_PATTERN);
    await sites.permissionAdded([GOVERNMENT_PATTERN]);
    expect(api.registered).toHaveLength(1);
    const view = await Promise.race([
      sites.order('stop'),
      new Promise((resolve) => setTimeout(() => resolve('held up'), 500)),
    ]);
    expect(view).toMatchObject({ state: 'ask' });
    expect([api.registered, api.stored, api.allowed]).toEqual([[], {}, []]);
  });
});

describe('a client that hangs', () => {
  it('does not keep the person from stopping', async () => {
    vi.useFakeTimers();
    try {
      const api = new FakeExtensionApi();
      let hangs = false;
      const sites = new GovernmentSites(api, () =>
        hangs ? new Promise(() => undefined) : Promise.resolve({ ok: true, result: ON }),
      );
      api.allow(GOVERNMENT_PATTERN);
      await sites.permissionAdded([GOVERNMENT_PATTERN]);
      hangs = true;
      const looked = sites.order('look');
      const stopped = sites.order('stop');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(api.registered).toEqual([]);
      expect(await Promise.all([looked, stopped])).toMatchObject([{ state: 'unreachable' }, { state: 'unreachable' }]);
      expect([api.stored, api.allowed]).toEqual([{}, []]);
    } finally {
      vi.useRealTimers();
    }
  });
});
