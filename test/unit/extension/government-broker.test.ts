import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Broker, isGovernmentContentScript, LIMITS } from '../../../resources/extension/broker.js';
import { nativeRequestSchema, type NativeRequest } from '../../../sdk/protocol/index.js';
import { FakePort } from './fake-ports.js';

const ORIGIN = 'https://imitation.go.jp';
const EXTENSION = 'chrome-extension://jookiaoicdnbmkpebimjhjhjcphohcki';
const SESSION = 'S'.repeat(43);
const OPEN = { method: 'governmentOpen', request: '{}' };
const POLL = { method: 'poll', sessionId: SESSION, waitSeconds: 25 };
const ok = (result: object): object => ({ ok: true, result });

let host: FakePort;
let broker: Broker;
const heard = vi.fn();
beforeEach(() => {
  heard.mockClear();
  host = new FakePort();
  broker = new Broker(() => host, heard);
});

function connect(origin = ORIGIN): FakePort {
  const page = new FakePort(origin);
  broker.addGovernmentPage(page);
  return page;
}

function call(page: FakePort, id: number, body: unknown): void {
  page.onMessage.fire({ madoguchi: 1, id, call: body });
}

const requests = (): NativeRequest[] => host.sent.map((message) => nativeRequestSchema.parse(message));
const answerLast = (envelope: object): void => host.onMessage.fire({ id: requests().at(-1)?.id, envelope });

function codes(page: FakePort): unknown[] {
  return page.sent.map((message) => (message as { envelope?: { error?: { code: string } } }).envelope?.error?.code);
}

describe('the content script of government sites', () => {
  it('is this extension’s own, in a top frame of a page that somebody sees', () => {
    const top = { id: 'own', tab: {}, frameId: 0, origin: ORIGIN };
    expect(isGovernmentContentScript(top, 'own')).toBe(true);
    expect(isGovernmentContentScript({ ...top, documentLifecycle: 'active' }, 'own')).toBe(true);
    expect(isGovernmentContentScript({ ...top, documentLifecycle: 'prerender' }, 'own')).toBe(false);
    expect(isGovernmentContentScript({ ...top, frameId: 2 }, 'own')).toBe(false);
    expect(isGovernmentContentScript({ ...top, id: 'other' }, 'own')).toBe(false);
    expect(isGovernmentContentScript({ tab: {}, frameId: 0, origin: ORIGIN }, 'own')).toBe(false);
  });

  it.each(['http://imitation.go.jp', 'null', 'file://', 'about:blank', 'moz-extension://x', ''])(
    'is not heard from %j',
    (origin) => {
      expect(connect(origin).disconnected).toBe(true);
    },
  );

  it('opens under the origin that the browser gives, and says where the page stands', () => {
    const page = connect();
    call(page, 1, { ...OPEN, origin: 'https://other.go.jp' });
    call(page, 2, { method: 'marker', marker: 'official', permission: false });
    expect(requests()).toEqual([
      { id: 1, origin: ORIGIN, call: OPEN },
      { id: 2, origin: ORIGIN, call: { method: 'governmentSites', permission: true, marker: 'official' } },
    ]);
  });

  it.each([
    ['the call that only the extension may make', { method: 'governmentSites', permission: true }],
    ['a request of the other protocol', { method: 'open', request: '{}' }],
    ['the other protocol’s status', { method: 'status' }],
    ['a marker that cannot be', { method: 'marker', marker: 'none' }],
    ['no text', { method: 'governmentOpen', request: {} }],
    ['no object', null],
  ])('cannot send %s', (_what, body) => {
    const page = connect();
    call(page, 1, body);
    expect(codes(page)).toEqual(['ERR_PROTOCOL_MALFORMED']);
    expect(host.sent).toEqual([]);
  });

  it('cannot send more than 64 KiB', () => {
    const page = connect();
    call(page, 1, { method: 'governmentOpen', request: ' '.repeat(LIMITS.governmentRequestLength + 1) });
    expect(codes(page)).toEqual(['ERR_PROTOCOL_BODY_TOO_LARGE']);
    call(page, 2, { method: 'governmentOpen', request: ' '.repeat(LIMITS.governmentRequestLength) });
    expect(requests()).toHaveLength(1);
  });

  it('has one request at a time, from its opening to its end', () => {
    const page = connect();
    call(page, 1, OPEN);
    call(page, 2, OPEN);
    expect(codes(page)).toEqual(['ERR_PROTOCOL_BUSY']);
    answerLast(ok({ sessionId: SESSION }));
    call(page, 3, OPEN);
    expect(codes(page).slice(1)).toEqual([undefined, 'ERR_PROTOCOL_BUSY']);
    call(page, 4, POLL);
    answerLast(ok({ status: 'done', output: {} }));
    call(page, 5, OPEN);
    expect(requests().map(({ call: { method } }) => method)).toEqual(['governmentOpen', 'poll', 'governmentOpen']);
  });

  it('that goes away has its session cancelled, though it opens only afterwards', () => {
    const page = connect();
    call(page, 1, OPEN);
    page.goAway();
    answerLast(ok({ sessionId: SESSION }));
    expect(requests().at(-1)).toMatchObject({ origin: ORIGIN, call: { method: 'cancel', sessionId: SESSION } });
  });

  it('has its answers overheard by the extension, and pages of the other protocol have not', () => {
    const page = connect();
    call(page, 1, { method: 'marker', marker: 'placed' });
    answerLast(ok({ enabled: false }));
    expect(heard.mock.calls).toEqual([
      [{ method: 'governmentSites', permission: true, marker: 'placed' }, ok({ enabled: false })],
    ]);
    const other = new FakePort('https://service.example');
    broker.addPage(other);
    call(other, 1, { method: 'status' });
    answerLast(ok({}));
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe('pages of the other protocol', () => {
  it.each([OPEN, { method: 'governmentSites', permission: true }, { method: 'marker', marker: 'placed' }])(
    'cannot send %j',
    (body) => {
      const page = new FakePort(ORIGIN);
      broker.addPage(page);
      call(page, 1, body);
      expect(codes(page)).toEqual(['ERR_PROTOCOL_MALFORMED']);
      expect(host.sent).toEqual([]);
    },
  );
});

describe('the extension itself', () => {
  it('asks under its own origin, and ends a host that nobody else needs', async () => {
    const answer = broker.ask(EXTENSION, { method: 'governmentSites', permission: false });
    expect(requests()).toEqual([{ id: 1, origin: EXTENSION, call: { method: 'governmentSites', permission: false } }]);
    answerLast(ok({ enabled: true }));
    expect(await answer).toEqual(ok({ enabled: true }));
    expect(host.disconnected).toBe(true);
  });

  it('learns that there is no host', async () => {
    const answer = broker.ask(EXTENSION, { method: 'governmentSites', permission: false });
    host.goAway();
    expect(await answer).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_UNREACHABLE' } });
  });
});
