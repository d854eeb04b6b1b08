import { execFile, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUTHENTICATE, settle } from '../unit/bridge/fakes.js';
import { fakePeers } from '../unit/bridge-listener/fake-peers.js';
import { exchange, parseAnswers, requestBytes, startHarness, type Harness } from '../unit/bridge/harness.js';
import { codeOn, NAVIGATION, parameters } from '../unit/redirect/navigation.js';

/** `nobody`, on every Linux. */
const OTHER_UID = 65_534;

const canSwitchUser = process.platform === 'linux' && process.geteuid?.() === 0;
if (!canSwitchUser) process.stderr.write('another user’s process is not tried: that needs Linux and root\n');

/**
 * Sends what it is given over standard input to where its arguments say, then does as they say, and prints what it gets.
 * Plain Node, so that the other user needs no access to this folder.
 */
const CLIENT = `
const { connect } = require('node:net');
const [host, port, then] = process.argv.slice(1);
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  socket.on('data', (data) => process.stdout.write(data));
  socket.on('error', () => undefined);
  socket.on('close', () => process.exit());
  socket.on('end', () => socket.end());
  socket.on('connect', () => {
    const data = Buffer.concat(chunks);
    if (then === 'stay') socket.write(data);
    if (then === 'half-close') socket.end(data);
    if (then === 'vanish') socket.write(data, () => process.exit());
    if (then === 'reset') socket.write(data, () => socket.resetAndDestroy());
  });
  setTimeout(() => process.exit(), 3000);
});
`;

interface ClientOptions {
  readonly uid: number;
  readonly data: Buffer;
  readonly host?: string;
  readonly then?: 'stay' | 'half-close' | 'vanish' | 'reset';
}

/** What a process of user `uid` hears. */
function sendAs(port: number, { uid, data, host = '127.0.0.1', then = 'stay' }: ClientOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', CLIENT, host, String(port), then], {
      uid,
      gid: uid,
      cwd: '/',
      env: {},
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let heard = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => (heard += text));
    child.once('error', reject);
    child.once('close', () => resolve(heard));
    child.stdin.end(data);
  });
}

let harness: Harness;
let port: number;

beforeEach(async () => {
  harness = await startHarness({ limits: { keepAliveTimeout: 300, checkInterval: 50 } });
  port = harness.port;
});

afterEach(() => harness.listener.close());

const openSession = (): Buffer =>
  requestBytes(port, { method: 'POST', target: '/v1/sessions', body: JSON.stringify(AUTHENTICATE) });

async function expectNobodyAsked(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  await settle();
  expect(harness.operations.calls).toBe(0);
}

describe.skipIf(!canSwitchUser)('another user’s process', () => {
  it.each(['127.0.0.1', '::ffff:127.0.0.1', '::1', 'localhost'])(
    'over %s gets nothing but the refusal',
    async (host) => {
      for (const data of [requestBytes(port, {}), openSession()]) {
        const [answer, ...more] = parseAnswers(await sendAs(port, { uid: OTHER_UID, data, host }));
        expect({ status: answer?.status, code: answer?.code }).toEqual({ status: 403, code: 'ERR_ORIGIN_USER' });
        expect(more).toEqual([]);
        expect([...(answer?.headers.keys() ?? [])].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
      await expectNobodyAsked();
    },
  );

  it('that navigates is shown whose client this is', async () => {
    const headers = { Origin: undefined, 'Madoguchi-Protocol': undefined, ...NAVIGATION };
    const data = requestBytes(port, { target: `/v1/authorize?${parameters()}`, headers });
    const [answer] = parseAnswers(await sendAs(port, { uid: OTHER_UID, data }));
    expect(answer?.status).toBe(403);
    expect(answer && codeOn(answer)).toBe('ERR_ORIGIN_USER');
    await expectNobodyAsked();
  });

  it.each(['half-close', 'vanish', 'reset'] as const)('that asks and does not wait (%s) asks nobody', async (then) => {
    await Promise.all(Array.from({ length: 6 }, () => sendAs(port, { uid: OTHER_UID, data: openSession(), then })));
    await expectNobodyAsked();
  });

  it('does not keep this user’s own from asking', async () => {
    await sendAs(port, { uid: OTHER_UID, data: openSession() });
    const [answer] = parseAnswers(await sendAs(port, { uid: process.geteuid?.() ?? 0, data: openSession() }));
    expect(answer?.status).toBe(200);
    expect(harness.operations.calls).toBe(1);
  });
});

/** Connects as often as its arguments say, all at once, and prints the milliseconds until each had its answer. */
const CROWD = `
const { connect } = require('node:net');
const [port, number, request] = process.argv.slice(1);
const ask = () => new Promise((resolve, reject) => {
  const started = performance.now();
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(Buffer.from(request, 'base64')));
  socket.once('error', reject);
  socket.once('data', (data) => {
    if (!data.toString().startsWith('HTTP/1.1 200')) reject(new Error(data.toString()));
    resolve(performance.now() - started);
    socket.destroy();
  });
});
Promise.all(Array.from({ length: Number(number) }, ask)).then((times) => console.log(JSON.stringify(times)));
`;

const CONNECTIONS = 200;

interface Crowd {
  /** Milliseconds until each connection had its answer, in rising order. */
  readonly times: readonly number[];
  /** Milliseconds for which the listener's event loop was held up, at most. */
  readonly stall: number;
}

async function crowd(at: number): Promise<Crowd> {
  await exchange(at, {});
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const parameters = [String(at), String(CONNECTIONS), requestBytes(at, {}).toString('base64')];
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', CROWD, ...parameters]);
  delay.disable();
  return { times: (JSON.parse(stdout) as number[]).sort((a, b) => a - b), stall: delay.max / 1e6 };
}

function describeTimes({ times, stall }: Crowd): string {
  const [median, slowest] = [times[times.length / 2] ?? 0, times.at(-1) ?? 0];
  return `median ${median.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms, longest stall ${stall.toFixed(0)} ms`;
}

describe('knowing whose every connection is', () => {
  it(`answers ${CONNECTIONS} new connections at once, hardly later than without knowing`, async () => {
    const unaware = await startHarness({ peers: fakePeers('same') });
    const withoutKnowing = await crowd(unaware.port);
    await unaware.listener.close();
    const knowing = await crowd(port);
    console.log(
      `${CONNECTIONS} connections at once: ${describeTimes(knowing)}; without: ${describeTimes(withoutKnowing)}`,
    );
    expect(knowing.times).toHaveLength(CONNECTIONS);
    expect(knowing.times.at(-1)).toBeLessThan(2_000);
  });

  it('costs a request on an open connection nothing', async () => {
    const socket = connect(port, '127.0.0.1');
    const times: number[] = [];
    for (let count = 0; count < 100; count++) {
      const started = performance.now();
      socket.write(requestBytes(port, {}));
      await new Promise((resolve) => socket.once('data', resolve));
      times.push(performance.now() - started);
    }
    socket.destroy();
    const median = times.sort((a, b) => a - b)[50] ?? 0;
    console.log(`a status on an open connection: median ${median.toFixed(2)} ms`);
    expect(median).toBeLessThan(20);
  });
});
