import { afterEach, describe, expect, it } from 'vitest';
import { peerOf, type PeerProcess, type PeerProcesses } from '../../../native/peer-process/index.js';
import { AUTHENTICATE, only, settle } from '../bridge/fakes.js';
import {
  exchange,
  openSocket,
  requestBytes,
  startHarness,
  type Harness,
  type RequestParts,
} from '../bridge/harness.js';
import { codeOn, navigate, parameters, submit } from '../redirect/navigation.js';
import { fakePeers } from './fake-peers.js';

const OPEN: RequestParts = { method: 'POST', target: '/v1/sessions', body: JSON.stringify(AUTHENTICATE) };

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof startHarness>[0]): Promise<Harness> {
  const harness = await startHarness(options);
  closers.push(() => harness.listener.close());
  return harness;
}

/** Two ports in a row that a listener and its neighbour can be given. */
async function freePort(): Promise<number> {
  const harness = await startHarness();
  await harness.listener.close();
  return harness.port;
}

describe('another user’s process', () => {
  const requests: [string, RequestParts][] = [
    ['the status', {}],
    ['a session', OPEN],
    ['a preflight', { method: 'OPTIONS', target: '/v1/sessions' }],
    ['a poll', { target: `/v1/sessions/${'A'.repeat(43)}` }],
    ['a cancellation', { method: 'DELETE', target: `/v1/sessions/${'A'.repeat(43)}` }],
    ['a poll of a redirect', { target: `/v1/authorize/${'A'.repeat(43)}` }],
    ['nothing there is', { target: '/nothing' }],
    ['another method', { method: 'PUT' }],
    ['another host', { headers: { Host: 'evil.example' } }],
    ['no origin', { headers: { Origin: undefined } }],
  ];

  it.each(requests)('is refused %s, before anything of it is judged', async (_, request) => {
    const { port, operations } = await start({ peers: fakePeers('other') });
    const answer = await exchange(port, request);
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 403, code: 'ERR_ORIGIN_USER' });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await settle();
    expect(operations.calls).toBe(0);
  });

  it('is shown a page where it navigates, if nobody else listens', async () => {
    const { port, operations } = await start({ peers: fakePeers('other') });
    for (const answer of [await navigate(port), await submit(port)]) {
      expect({ status: answer.status, code: codeOn(answer) }).toEqual({ status: 403, code: 'ERR_ORIGIN_USER' });
    }
    expect(operations.calls).toBe(0);
  });

  it('is sent on to the next port on which something listens', async () => {
    const [first, silent, last] = [await freePort(), await freePort(), await freePort()];
    const other = await start({ peers: fakePeers('other'), ports: [first, silent, last] });
    const own = await start({ peers: fakePeers('same'), ports: [last] });
    const query = parameters();
    for (const answer of [await navigate(first, { query }), await submit(first, { query })]) {
      expect(answer.status).toBe(307);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect((await navigate(first, { query })).headers.get('location')).toBe(
      `http://127.0.0.1:${last}/v1/authorize?${query}`,
    );
    expect((await submit(first, { query })).headers.get('location')).toBe(`http://127.0.0.1:${last}/v1/authorize`);
    expect(other.operations.calls + own.operations.calls).toBe(0);
    expect((await navigate(last, { query })).status).toBe(200);
  });

  it('is sent nowhere by what is no navigation', async () => {
    const [first, last] = [await freePort(), await freePort()];
    await start({ peers: fakePeers('other'), ports: [first, last] });
    await start({ peers: fakePeers('same'), ports: [last] });
    const answer = await navigate(first, { headers: { 'Sec-Fetch-Dest': 'iframe' } });
    expect({ status: answer.status, code: codeOn(answer) }).toEqual({ status: 403, code: 'ERR_ORIGIN_NOT_ALLOWED' });
    const host = await navigate(first, { headers: { Host: 'evil.example' } });
    expect({ status: host.status, code: codeOn(host) }).toEqual({ status: 403, code: 'ERR_ORIGIN_HOST' });
  });
});

describe('a process', () => {
  it('of this user, and one of which the system does not say, may ask', async () => {
    for (const user of ['same', 'unknown'] as const) {
      const { port } = await start({ peers: fakePeers(user) });
      expect((await exchange(port, {})).status).toBe(200);
    }
  });

  it('that is gone gets no answer and asks nobody', async () => {
    const { port, operations } = await start({ peers: fakePeers('gone') });
    const { closed } = await openSocket(port, requestBytes(port, OPEN)).catch(() => ({ closed: '' }));
    expect(await closed).toBe('');
    await settle();
    expect(operations.calls).toBe(0);
  });

  it('is let in where looking it up fails', async () => {
    const peers: PeerProcesses = { identify: () => Promise.reject(new Error('broken')) };
    const { port } = await start({ peers });
    expect((await exchange(port, {})).status).toBe(200);
  });

  it('is looked up once for all requests of a connection, by both its ends', async () => {
    const peers = fakePeers('same');
    const { port } = await start({ peers });
    const { socket } = await openSocket(port, requestBytes(port, {}));
    const localPort = socket.localPort;
    for (let answered = 1; answered < 4; answered++) {
      await new Promise((resolve) => socket.once('data', resolve));
      socket.write(requestBytes(port, {}));
    }
    socket.destroy();
    expect(only(peers.connections)).toEqual({
      localAddress: '127.0.0.1',
      localPort: port,
      remoteAddress: '127.0.0.1',
      remotePort: localPort,
    });
    expect(peers.programs).toBe(0);
  });

  it('is heard only when it is known whose it is', async () => {
    let tell: (peer: PeerProcess) => void = () => undefined;
    const peers: PeerProcesses = { identify: () => new Promise((resolve) => (tell = resolve)) };
    const { port, operations } = await start({ peers });
    // Were it read, the second half would be answered with 400.
    const { closed, socket } = await openSocket(port, Buffer.concat([requestBytes(port, OPEN), Buffer.from('\0\0')]));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(socket.bytesRead).toBe(0);
    expect(operations.calls).toBe(0);
    tell(peerOf('other'));
    expect(await closed).toMatch(/^HTTP\/1\.1 403 [^]*ERR_ORIGIN_USER/);
    expect(operations.calls).toBe(0);
  });
});

describe('the program that asks', () => {
  it.each([
    ['a browser', { name: 'Firefox', kind: 'browser' }],
    ['another program', { name: 'curl', kind: 'program' }],
  ] as const)('%s, is shown with the request', async (_, program) => {
    const peers = fakePeers('same', program);
    const { port, operations } = await start({ peers });
    await exchange(port, {});
    expect(peers.programs).toBe(0);
    await exchange(port, OPEN);
    await settle();
    expect(only(operations.authentications).request.requester).toMatchObject({ route: 'loopback', caller: program });
    expect(peers.programs).toBe(1);
  });

  it('is shown with a redirect too', async () => {
    const { port, operations } = await start({ peers: fakePeers('same', { name: 'Chromium', kind: 'browser' }) });
    await navigate(port);
    await settle();
    const { requester } = only(operations.authentications).request;
    expect(requester).toMatchObject({ route: 'redirect', caller: { name: 'Chromium', kind: 'browser' } });
  });

  it('is unknown where the system does not say', async () => {
    const { port, operations } = await start({ peers: fakePeers('unknown') });
    await exchange(port, OPEN);
    await settle();
    expect(only(operations.authentications).request.requester).toMatchObject({ caller: { kind: 'unknown' } });
  });
});
