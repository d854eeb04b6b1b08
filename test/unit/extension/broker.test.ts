import { beforeEach, describe, expect, it } from 'vitest';
import { Broker, isContentScript, isWebPage, LIMITS } from '../../../resources/extension/broker.js';
import { LIMITS as PROTOCOL_LIMITS, nativeRequestSchema, type NativeRequest } from '../../../sdk/protocol/index.js';
import { FakePort } from './fake-ports.js';

const ORIGIN = 'https://service.example';
const SESSION = 'S'.repeat(43);
const OTHER_SESSION = 'T'.repeat(43);
const STATUS = { method: 'status' };
const POLL = { method: 'poll', sessionId: SESSION, waitSeconds: 25 };
const ok = (result: object): object => ({ ok: true, result });

let hosts: FakePort[];
let broker: Broker;
beforeEach(() => {
  hosts = [];
  broker = new Broker(() => {
    const host = new FakePort();
    hosts.push(host);
    return host;
  });
});

function connect(origin = ORIGIN): FakePort {
  const page = new FakePort(origin);
  broker.addPage(page);
  return page;
}

function call(page: FakePort, id: unknown, body: unknown, more: object = {}): void {
  page.onMessage.fire({ madoguchi: 1, id, call: body, ...more });
}

/** What the host was sent, each a message of the contract. */
function requests(host = hosts.at(-1)): NativeRequest[] {
  return (host?.sent ?? []).map((message) => nativeRequestSchema.parse(message));
}

function answerLast(envelope: object): void {
  hosts.at(-1)?.onMessage.fire({ id: requests().at(-1)?.id, envelope });
}

function codes(page: FakePort): unknown[] {
  return page.sent.map((message) => (message as { envelope?: { error?: { code: string } } }).envelope?.error?.code);
}

describe('who is heard', () => {
  const top = { tab: { id: 1 }, frameId: 0, origin: ORIGIN };

  it('is a page in a top frame, which has no identifier of an extension', () => {
    expect(isWebPage(top)).toBe(true);
    expect(isWebPage({ ...top, frameId: 5 })).toBe(false);
    expect(isWebPage({ ...top, id: 'another-extension' })).toBe(false);
    expect(isWebPage({ origin: ORIGIN, frameId: 0 })).toBe(false);
    expect(isWebPage({ tab: {}, origin: ORIGIN })).toBe(false);
    expect(isWebPage(undefined)).toBe(false);
  });

  it('is, where pages cannot connect, the content script of this extension in a top frame', () => {
    expect(isContentScript({ ...top, id: 'own' }, 'own')).toBe(true);
    expect(isContentScript({ ...top, id: 'own', frameId: 1 }, 'own')).toBe(false);
    expect(isContentScript({ ...top, id: 'other' }, 'own')).toBe(false);
    expect(isContentScript(top, 'own')).toBe(false);
  });

  it('has an origin that the browser gives, of a bounded length', () => {
    const withoutOrigin = new FakePort();
    broker.addPage(withoutOrigin);
    expect(withoutOrigin.disconnected).toBe(true);
    // Host names may have 253 characters; with a port that is longer than an origin may be, and would end the host.
    const long = connect(`https://${'a'.repeat(253)}:65535`);
    expect(long.disconnected).toBe(true);
    expect(connect(`https://${'a'.repeat(240)}`).disconnected).toBe(false);
  });
});

describe('calls', () => {
  it('go to the host under the origin that the browser gives, with their own members only', () => {
    const page = connect();
    call(page, 1, { ...STATUS, origin: 'https://other.example', extra: 1 }, { origin: 'https://other.example' });
    expect(requests()).toEqual([{ id: 1, origin: ORIGIN, call: STATUS }]);
  });

  it('are told apart by the extension’s own numbers, however pages number theirs', () => {
    const [first, second] = [connect(), connect('https://other.example')];
    call(first, 1, STATUS);
    call(second, 1, STATUS);
    const [one, two] = requests();
    hosts[0]?.onMessage.fire({ id: two?.id, envelope: ok({ two: true }) });
    hosts[0]?.onMessage.fire({ id: one?.id, envelope: ok({ one: true }) });
    expect(first.sent).toEqual([{ madoguchi: 1, id: 1, envelope: ok({ one: true }) }]);
    expect(second.sent).toEqual([{ madoguchi: 1, id: 1, envelope: ok({ two: true }) }]);
  });

  it('answer a ping without a host', () => {
    const page = connect();
    page.onMessage.fire({ madoguchi: 1, id: 3, ping: true });
    expect(page.sent).toEqual([{ madoguchi: 1, id: 3, ping: true }]);
    expect(hosts).toHaveLength(0);
  });

  it.each([
    ['an unknown method', { method: 'openRedirect' }],
    ['no method', {}],
    ['no object', 'status'],
    ['a request that is no text', { method: 'open', request: { operation: 'authenticate' } }],
    ['a session that cannot be', { method: 'cancel', sessionId: '../x' }],
    ['a wait that is too long', { ...POLL, waitSeconds: 26 }],
    ['a wait that is no number', { ...POLL, waitSeconds: '25' }],
    ['a name of the object’s prototype', { method: 'constructor' }],
  ])('with %s are refused here', (_what, body) => {
    const page = connect();
    call(page, 1, body);
    expect(codes(page)).toEqual(['ERR_PROTOCOL_MALFORMED']);
    expect(hosts).toHaveLength(0);
  });

  it('with a request that is too long are refused here', () => {
    const page = connect();
    call(page, 1, { method: 'open', request: ' '.repeat(PROTOCOL_LIMITS.bodyBytes + 1) });
    expect(codes(page)).toEqual(['ERR_PROTOCOL_BODY_TOO_LARGE']);
  });

  it.each([
    null,
    'text',
    7,
    [],
    {},
    { madoguchi: 2, id: 1 },
    { madoguchi: 1 },
    { madoguchi: 1, id: -1 },
    { madoguchi: 1, id: 1.5 },
  ])('that cannot be answered are not: %j', (message) => {
    const page = connect();
    page.onMessage.fire(message);
    expect(page.sent).toEqual([]);
  });

  it('do not share a number', () => {
    const page = connect();
    call(page, 1, STATUS);
    call(page, 1, STATUS);
    expect(codes(page)).toEqual(['ERR_PROTOCOL_MALFORMED']);
    expect(requests()).toHaveLength(1);
  });

  it('are few at a time for one page, and a page that goes on is turned away', () => {
    const page = connect();
    for (let id = 0; id < 1_000; id++) if (!page.disconnected) call(page, id, POLL);
    expect(requests()).toHaveLength(LIMITS.callsPerPage);
    expect(codes(page)).toEqual(Array.from({ length: LIMITS.refusalsPerPage }, () => 'ERR_PROTOCOL_BUSY'));
    expect(page.disconnected).toBe(true);
  });

  it('do not reach the host from more pages than there may be', () => {
    const ofOne = Array.from({ length: LIMITS.pagesPerOrigin + 1 }, () => connect());
    expect(ofOne.map(({ disconnected }) => disconnected).indexOf(true)).toBe(LIMITS.pagesPerOrigin);
    const ofMany = Array.from({ length: LIMITS.pages }, (_, index) => connect(`https://site${index}.example`));
    expect(ofMany.filter(({ disconnected }) => !disconnected)).toHaveLength(LIMITS.pages - LIMITS.pagesPerOrigin);
  });
});

describe('a page that goes away', () => {
  it('has its sessions cancelled, and no other page’s', () => {
    const [page, other] = [connect(), connect('https://other.example')];
    call(page, 1, { method: 'open', request: '{}' });
    answerLast(ok({ sessionId: SESSION }));
    call(other, 1, { method: 'open', request: '{}' });
    answerLast(ok({ sessionId: OTHER_SESSION }));
    page.goAway();
    expect(requests().slice(2)).toMatchObject([{ origin: ORIGIN, call: { method: 'cancel', sessionId: SESSION } }]);
  });

  it('has a session cancelled that opens only afterwards', () => {
    const page = connect();
    call(page, 1, { method: 'open', request: '{}' });
    page.goAway();
    answerLast(ok({ sessionId: SESSION }));
    expect(requests().at(-1)).toMatchObject({ origin: ORIGIN, call: { method: 'cancel', sessionId: SESSION } });
    expect(hosts[0]?.disconnected).toBe(false);
    answerLast(ok({}));
    expect(hosts[0]?.disconnected).toBe(true);
  });

  it('has nothing cancelled that is over', () => {
    const page = connect();
    for (const end of [ok({ status: 'done' }), { ok: false, error: { code: 'ERR_USER_REFUSED' } }]) {
      call(page, 1, { method: 'open', request: '{}' });
      answerLast(ok({ sessionId: SESSION }));
      call(page, 1, POLL);
      answerLast(end);
    }
    page.goAway();
    expect(requests()).toHaveLength(4);
  });

  it('ends the host with the last page, and the next one starts another', () => {
    const page = connect();
    call(page, 1, STATUS);
    answerLast(ok({}));
    page.goAway();
    expect(hosts[0]?.disconnected).toBe(true);
    call(connect(), 1, STATUS);
    expect(hosts).toHaveLength(2);
  });
});

describe('a host that ends', () => {
  it.each([
    ['without a word', 'host-missing'],
    ['after it has answered', 'host-ended'],
  ])('%s answers what waits', (_when, reason) => {
    const page = connect();
    if (reason === 'host-ended') {
      call(page, 1, STATUS);
      answerLast(ok({}));
    }
    call(page, 2, STATUS);
    hosts[0]?.goAway();
    const error = { code: 'ERR_PROTOCOL_UNREACHABLE', details: { reason } };
    expect(page.sent.at(-1)).toMatchObject({ id: 2, envelope: { ok: false, error } });
    call(page, 3, STATUS);
    expect(hosts).toHaveLength(2);
  });

  it('answers nobody by what nobody asked', () => {
    const page = connect();
    call(page, 1, STATUS);
    for (const message of [null, 'x', {}, { id: 99, envelope: ok({}) }]) hosts[0]?.onMessage.fire(message);
    expect(page.sent).toEqual([]);
  });
});
