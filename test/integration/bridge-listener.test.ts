import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createBridge } from '../../main/core/bridge/bridge.js';
import { ClientError } from '../../main/core/errors.js';
import { startBridgeListener, type BridgeListener } from '../../main/node/bridge-listener/index.js';
import { envelopeSchema, LIMITS, openSessionResultSchema, sessionResultSchema } from '../../sdk/protocol/index.js';
import {
  AUTHENTICATE,
  bridgeOptions,
  FakeOperations,
  only,
  ORIGIN,
  recordingLog,
  settle,
  TOKEN,
} from '../unit/bridge/fakes.js';
import {
  exchange,
  openSocket,
  parseAnswers,
  requestBytes,
  startHarness,
  type RawAnswer,
} from '../unit/bridge/harness.js';
import { detachedItems } from '../unit/bridge/signing-fakes.js';

const OPEN = { method: 'POST', target: '/v1/sessions', body: JSON.stringify(AUTHENTICATE) };

/** Without IPv6 the second address does not exist; what is said of it then holds of nothing. */
const IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
if (!IPV6) process.stderr.write('this machine has no ::1: the IPv6 half of these tests has nothing to test\n');

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof startHarness>[0] = {}): ReturnType<typeof startHarness> {
  const harness = await startHarness(options);
  closers.push(() => harness.listener.close());
  return harness;
}

/** The listener alone, on the ports given. */
async function listen(ports: readonly number[]): Promise<BridgeListener> {
  const log = recordingLog();
  const bridge = createBridge(bridgeOptions({ operations: new FakeOperations(), log }));
  const listener = await startBridgeListener({ bridge, log, ports });
  closers.push(() => listener.close());
  return listener;
}

/** Takes a port on one address, as another program would. */
async function occupy(host: string, port = 0): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function result(answer: RawAnswer): unknown {
  return (JSON.parse(answer.body) as { result: unknown }).result;
}

describe('the addresses', () => {
  it('are the two loopback addresses on one port, and no other', async () => {
    const { listener, port } = await start();
    expect(listener.addresses).toEqual([`http://127.0.0.1:${port}`, ...(IPV6 ? [`http://[::1]:${port}`] : [])]);
    expect(await canConnect('127.0.0.1', port)).toBe(true);
    expect(await canConnect('::1', port)).toBe(IPV6);
    // A socket bound to every address would answer on this one too.
    expect(await canConnect('127.0.0.2', port)).toBe(false);
  });

  it('both serve, each under its own name and localhost', async () => {
    const { listener } = await start();
    for (const base of [...listener.addresses, `http://localhost:${listener.port}`]) {
      const response = await fetch(`${base}/v1/status`, { headers: { Origin: ORIGIN } });
      expect(await response.json()).toEqual({ ok: true, result: { protocolVersions: [1] } });
    }
  });

  it('skip a port that is taken on either', async () => {
    const [taken4, taken6] = [await occupy('127.0.0.1'), await occupy(IPV6 ? '::1' : '127.0.0.1')];
    const free = await occupy('127.0.0.1');
    await closers.pop()?.();
    expect((await listen([taken4, taken6, free])).port).toBe(free);
    expect(await canConnect('127.0.0.1', taken6)).toBe(false);
  });

  it('go to the second program on the second port', async () => {
    const first = await listen([0]);
    const free = await occupy('127.0.0.1');
    await closers.pop()?.();
    expect((await listen([first.port, free])).port).toBe(free);
  });

  it('taken everywhere are an error of its own', async () => {
    const taken = await occupy('127.0.0.1');
    const failure = await listen([taken]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ClientError);
    expect(failure).toMatchObject({ code: 'ERR_PROTOCOL_BUSY', retriable: true });
  });
});

describe('an allowed origin', () => {
  it('may read every answer, errors included, and no other origin may', async () => {
    const { port } = await start();
    const requests = [
      {},
      OPEN,
      { ...OPEN, body: '{' },
      { target: '/nothing' },
      { method: 'PUT' },
      { target: '/v1/sessions/x' },
    ];
    for (const request of requests) {
      const { headers } = await exchange(port, request);
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(headers.get('vary')).toBe('Origin');
      expect(headers.has('access-control-allow-credentials')).toBe(false);
      expect(headers.has('set-cookie')).toBe(false);
      expect(headers.has('server')).toBe(false);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });

  it('gets its preflights answered, on existing routes', async () => {
    const { port, operations } = await start();
    const headers = {
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,madoguchi-protocol',
      'Madoguchi-Protocol': undefined,
    };
    for (const target of ['/v1/status', '/v1/sessions', `/v1/sessions/${'A'.repeat(43)}`]) {
      const answer = await exchange(port, { method: 'OPTIONS', target, headers });
      expect([answer.status, answer.body]).toEqual([204, '']);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE');
      expect(answer.headers.get('access-control-allow-headers')).toBe('content-type, madoguchi-protocol');
      expect(Number(answer.headers.get('access-control-max-age'))).toBeLessThanOrEqual(600);
    }
    expect((await exchange(port, { method: 'OPTIONS', target: '/v1', headers })).code).toBe('ERR_PROTOCOL_NOT_FOUND');
    expect(operations.calls).toBe(0);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'logs in with the content type %s',
    async (type) => {
      const { port, operations } = await start();
      const opened = await exchange(port, { ...OPEN, headers: { 'Content-Type': type } });
      expect(envelopeSchema(openSessionResultSchema).safeParse(JSON.parse(opened.body)).success).toBe(true);
      const { sessionId } = result(opened) as { sessionId: string };
      const poll = exchange(port, { target: `/v1/sessions/${sessionId}?wait=1` });
      only(operations.authentications).resolve(TOKEN);
      const answer = await poll;
      expect(envelopeSchema(sessionResultSchema).safeParse(JSON.parse(answer.body)).success).toBe(true);
      expect(result(answer)).toEqual({ status: 'done', output: { operation: 'authenticate', token: TOKEN } });
    },
  );

  it('signs as much as a body may hold', async () => {
    const { port, operations } = await start();
    const frame = JSON.stringify({ operation: 'sign', items: [{ name: '契約書', content: '' }] });
    const content = 'QUJD'.repeat(Math.floor((LIMITS.bodyBytes - Buffer.byteLength(frame)) / 4));
    const body = frame.replace('"content":""', `"content":"${content}"`);
    expect((await exchange(port, { ...OPEN, body })).status).toBe(200);
    const item = only(detachedItems(only(operations.signings).request.items));
    expect(item.unverifiedName).toBe('契約書');
    expect(Buffer.from(item.content as Uint8Array).equals(Buffer.from(content, 'base64'))).toBe(true);
  });

  it('sends its body in chunks if it likes', async () => {
    const { port, operations } = await start();
    const body = `${OPEN.body.replace(/./g, '1\r\n$&\r\n')}0\r\n\r\n`;
    const headers = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
    expect((await exchange(port, { ...OPEN, headers, body })).status).toBe(200);
    expect(operations.calls).toBe(1);
  });

  it('sees the outcome of a session as a success of HTTP, a refusal of the endpoint as none', async () => {
    const { port, operations } = await start();
    const { sessionId } = result(await exchange(port, OPEN)) as { sessionId: string };
    only(operations.authentications).reject(new ClientError('ERR_USER_REFUSED', 'the person refused'));
    await settle();
    const answer = await exchange(port, { target: `/v1/sessions/${sessionId}` });
    expect([answer.status, answer.code]).toEqual([200, 'ERR_USER_REFUSED']);
  });
});

describe('close', () => {
  it('answers polls that wait, ends what runs and frees the port at once', async () => {
    const { listener, operations, port } = await start();
    const { sessionId } = result(await exchange(port, OPEN)) as { sessionId: string };
    const poll = requestBytes(port, { target: `/v1/sessions/${sessionId}?wait=25` });
    const [{ closed }, idle] = await Promise.all([openSocket(port, poll), openSocket(port, requestBytes(port, {}))]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begin = performance.now();
    await listener.close();
    expect(performance.now() - begin).toBeLessThan(900);
    expect(only(parseAnswers(await closed)).code).toBe('ERR_USER_CANCELLED');
    await idle.closed;
    expect(only(operations.authentications).signal.aborted).toBe(true);
    expect(await canConnect('127.0.0.1', port)).toBe(false);
    expect((await listen([port])).port).toBe(port);
  });

  it('waits no longer than its grace for an operation that does not end', async () => {
    const { listener, operations, port } = await start({ limits: { closeGrace: 100 } });
    operations.endsOnAbort = false;
    await exchange(port, OPEN);
    const begin = performance.now();
    await listener.close();
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
