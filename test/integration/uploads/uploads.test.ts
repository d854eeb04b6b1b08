import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openUploadStore } from '../../../main/node/uploads.js';
import { envelopeSchema, LIMITS, uploadResultSchema, type UploadResult } from '../../../sdk/protocol/index.js';
import { only, ORIGIN, OTHER_ORIGIN } from '../../unit/bridge/fakes.js';
import {
  exchange,
  openSocket,
  parseAnswers,
  requestBytes,
  sendRaw,
  startHarness,
  type Harness,
  type HarnessOptions,
  type RawAnswer,
  type RequestParts,
} from '../../unit/bridge/harness.js';
import { detachedItems, signEach } from '../../unit/bridge/signing-fakes.js';

const MEBIBYTE = 1024 * 1024;
const OCTETS = { 'Content-Type': 'application/octet-stream' };
const UPLOAD = { method: 'POST', target: '/v1/uploads', headers: OCTETS } as const;

let state: string;
let harness: Harness;

async function start(options: HarnessOptions = {}): Promise<Harness> {
  harness = await startHarness({ uploads: openUploadStore(state), ...options });
  return harness;
}

beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-uploads-'));
  await start();
});

afterEach(async () => {
  await harness.listener.close();
  await vi.waitFor(() => expect(leftOpen()).toEqual([]), { timeout: 3_000, interval: 10 });
  rmSync(state, { recursive: true, force: true });
});

/** Uploads that this process holds: open files without a name are seen here alone. */
function leftOpen(): string[] {
  if (process.platform !== 'linux') return [];
  const files = readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`)];
    } catch {
      return [];
    }
  });
  return files.filter((path) => path.startsWith(state));
}

/** Waits until nothing of any upload is left, open or by name. */
async function nothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(leftOpen()).toEqual([]), { timeout: 3_000, interval: 10 });
  expect(readdirSync(join(state, 'uploads'))).toEqual([]);
}

const send = (parts: RequestParts): Promise<RawAnswer> =>
  exchange(harness.port, { ...UPLOAD, ...parts, headers: { ...OCTETS, ...parts.headers } });

function resultOf(answer: RawAnswer): UploadResult {
  const envelope = envelopeSchema(uploadResultSchema).parse(JSON.parse(answer.body));
  if (!envelope.ok) throw new Error(envelope.error.code);
  return envelope.result;
}

function chunked(chunks: readonly Uint8Array[]): Buffer {
  const parts = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

const CHUNKED = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };

function open(id: string, origin = ORIGIN): Promise<RawAnswer> {
  const body = JSON.stringify({ operation: 'sign', items: [{ name: 'a.pdf', upload: id }] });
  return exchange(harness.port, { method: 'POST', target: '/v1/sessions', headers: { Origin: origin }, body });
}

describe('an upload over HTTP', () => {
  const bytes = randomBytes(3 * MEBIBYTE + 1);

  it.each([
    ['with its length', bytes, {}],
    ['in chunks', chunked([bytes.subarray(0, 7), bytes.subarray(7)]), CHUNKED],
  ])('%s arrives as it is, is signed once and is gone', async (_, body, headers) => {
    const answer = await send({ body, headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    const { uploadId, size, sha256 } = resultOf(answer);
    expect({ size, sha256 }).toEqual({
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(process.platform !== 'linux' || leftOpen().length === 1).toBe(true);
    expect((await open(uploadId)).status).toBe(200);
    const { request, resolve } = only(harness.operations.signings);
    expect(Buffer.from(await only(detachedItems(request.items)).bytes()).equals(bytes)).toBe(true);
    resolve(await signEach(request.items, Uint8Array.of(1)));
    await nothingLeft();
    expect(await open(uploadId)).toMatchObject({ status: 404, code: 'ERR_PROTOCOL_UPLOAD_UNKNOWN' });
  });

  it('has a preflight that lets octets through', async () => {
    const headers = {
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,madoguchi-protocol',
      'Madoguchi-Protocol': undefined,
    };
    for (const target of ['/v1/uploads', `/v1/uploads/${'A'.repeat(43)}`]) {
      const answer = await exchange(harness.port, { method: 'OPTIONS', target, headers });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-headers')).toContain('content-type');
      expect(answer.headers.get('access-control-allow-methods')).toContain('DELETE');
    }
  });

  it('is deleted by whom it belongs to', async () => {
    const { uploadId } = resultOf(await send({ body: 'hello' }));
    const target = `/v1/uploads/${uploadId}`;
    const foreign = await exchange(harness.port, { method: 'DELETE', target, headers: { Origin: OTHER_ORIGIN } });
    expect(foreign).toMatchObject({ status: 404, code: 'ERR_PROTOCOL_UPLOAD_UNKNOWN' });
    expect(await exchange(harness.port, { method: 'DELETE', target })).toMatchObject({ status: 200, code: 'none' });
    await nothingLeft();
  });

  it('goes on a connection that stays open', async () => {
    const two = Buffer.concat([requestBytes(harness.port, { ...UPLOAD, body: 'one' })]);
    const { socket, closed } = await openSocket(harness.port, two);
    await delay(100);
    socket.write(requestBytes(harness.port, { ...UPLOAD, body: 'three' }));
    await delay(100);
    socket.destroy();
    expect(parseAnswers(await closed).map((answer) => resultOf(answer).size)).toEqual([3, 5]);
  });
});

describe('what is refused before a body is read', () => {
  it.each<[string, RequestParts, number, string]>([
    ['no origin', { headers: { Origin: undefined } }, 403, 'ERR_ORIGIN_MISSING'],
    ['a sandboxed origin', { headers: { Origin: 'null' } }, 403, 'ERR_ORIGIN_MISSING'],
    ['plain http', { headers: { Origin: 'http://service.example.go.jp' } }, 403, 'ERR_ORIGIN_NOT_ALLOWED'],
    ['another host', { headers: { Host: 'rebound.example' } }, 403, 'ERR_ORIGIN_HOST'],
    ['no version', { headers: { 'Madoguchi-Protocol': undefined } }, 400, 'ERR_PROTOCOL_VERSION'],
    ['JSON', { headers: { 'Content-Type': 'application/json' } }, 415, 'ERR_PROTOCOL_CONTENT_TYPE'],
    ['a form', { headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }, 415, 'ERR_PROTOCOL_CONTENT_TYPE'],
    ['text, as a simple request has', { headers: { 'Content-Type': 'text/plain' } }, 415, 'ERR_PROTOCOL_CONTENT_TYPE'],
    ['no content type', { headers: { 'Content-Type': undefined } }, 415, 'ERR_PROTOCOL_CONTENT_TYPE'],
    ['a query', { target: '/v1/uploads?name=a' }, 400, 'ERR_PROTOCOL_MALFORMED'],
    ['PUT', { method: 'PUT' }, 405, 'ERR_PROTOCOL_METHOD'],
    ['a navigation', { headers: { 'Sec-Fetch-Mode': 'navigate' } }, 403, 'ERR_ORIGIN_NOT_ALLOWED'],
    [
      'a length that is too long',
      { headers: { 'Content-Length': String(LIMITS.uploadBytes + 1) } },
      413,
      'ERR_PROTOCOL_BODY_TOO_LARGE',
    ],
    [
      'a length beyond all numbers',
      { headers: { 'Content-Length': '9'.repeat(15) } },
      413,
      'ERR_PROTOCOL_BODY_TOO_LARGE',
    ],
  ])('%s', async (_, parts, status, code) => {
    const answer = await send({ body: 'hello', ...parts });
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
    expect(leftOpen()).toEqual([]);
    expect(harness.log.events.map(({ name }) => name)).not.toContain('bridge.upload.failed');
  });

  it.each(['GET', 'DELETE'])('%s of all uploads', async (method) => {
    const answer = await exchange(harness.port, { method, target: '/v1/uploads' });
    expect(answer).toMatchObject({ status: 405, code: 'ERR_PROTOCOL_METHOD' });
  });

  it.each(['GET', 'POST'])('%s of an upload: nobody reads back what was sent', async (method) => {
    const { uploadId } = resultOf(await send({ body: 'hello' }));
    const answer = await exchange(harness.port, { method, target: `/v1/uploads/${uploadId}` });
    expect(answer).toMatchObject({ status: 405, code: 'ERR_PROTOCOL_METHOD' });
  });

  it.each(['..%2f..%2fetc', '.', '..', 'a/b', 'a?b=c'])('the id %s', async (id) => {
    const answer = await exchange(harness.port, { method: 'DELETE', target: `/v1/uploads/${id}` });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.code).toMatch(/^ERR_PROTOCOL_/);
  });

  it('what a session’s body may not be, an upload’s may, and the other way round', async () => {
    const target = '/v1/sessions';
    const answer = await exchange(harness.port, { method: 'POST', target, headers: OCTETS, body: '{}' });
    expect(answer).toMatchObject({ status: 415, code: 'ERR_PROTOCOL_CONTENT_TYPE' });
  });
});

describe('too much', () => {
  it('in chunks is refused when it has become too much, and nothing of it stays', async () => {
    const block = Buffer.alloc(MEBIBYTE);
    const head = requestBytes(harness.port, { ...UPLOAD, headers: { ...OCTETS, ...CHUNKED } });
    const body = chunked(Array.from({ length: LIMITS.uploadBytes / MEBIBYTE + 2 }, () => block));
    const heard = await sendRaw(harness.port, Buffer.concat([head, body]), { milliseconds: 3_000 });
    // Either the answer comes through, or the connection breaks off under what is still on its way.
    if (heard !== '') {
      expect(parseAnswers(heard)[0]).toMatchObject({ status: 413, code: 'ERR_PROTOCOL_BODY_TOO_LARGE' });
    }
    await nothingLeft();
    expect(harness.log.events).toContainEqual({
      name: 'bridge.upload.failed',
      fields: { origin: ORIGIN, code: 'ERR_PROTOCOL_BODY_TOO_LARGE' },
    });
  });

  it('of uploads is refused by number, without its body', async () => {
    for (let count = 0; count < LIMITS.uploadsPerOrigin; count++) resultOf(await send({ body: 'hello' }));
    const answer = await send({ body: 'hello' });
    expect(answer).toMatchObject({ status: 429, code: 'ERR_PROTOCOL_UPLOADS_FULL' });
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('a sender that does not come to an end', () => {
  const SHORT = { headersTimeout: 300, requestTimeout: 300, checkInterval: 50 };

  /** Sends an octet now and then, whatever it hears, until the other side lets go. */
  function drip(first: Buffer): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ port: harness.port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(first));
      const dripping = setInterval(() => socket.write('1\r\na\r\n'), 20);
      const tooLong = setTimeout(() => resolve('never'), 3_000);
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(tooLong);
        resolve(/ERR_[A-Z_]+/.exec(heard)?.[0] ?? 'nothing');
      });
      void nothingElse.then(() => {
        clearInterval(dripping);
        socket.destroy();
      });
    });
  }
  let stop: () => void;
  let nothingElse: Promise<void>;

  beforeEach(async () => {
    nothingElse = new Promise((resolve) => (stop = resolve));
    await harness.listener.close();
    await start({ limits: SHORT });
  });

  it.each([
    ['with a length', { 'Content-Length': '5000000' }],
    ['in chunks', CHUNKED],
  ])('%s is cut off, and leaves nothing', async (_, headers) => {
    const heard = await drip(requestBytes(harness.port, { ...UPLOAD, headers: { ...OCTETS, ...headers } }));
    stop();
    expect(heard).toBe('ERR_PROTOCOL_MALFORMED');
    await nothingLeft();
  });

  it('keeps nobody else from uploading', async () => {
    const slow = Array.from({ length: 10 }, () =>
      drip(requestBytes(harness.port, { ...UPLOAD, headers: { ...OCTETS, 'Content-Length': '5000000' } })),
    );
    await delay(50);
    expect(resultOf(await send({ body: 'hello', headers: { Origin: OTHER_ORIGIN } })).size).toBe(5);
    await Promise.all(slow);
    stop();
    expect(resultOf(await send({ body: 'hello' })).size).toBe(5);
  });
});

describe('an upload that breaks off', () => {
  it.each([
    ['with a length', { 'Content-Length': '5000000' }, randomBytes(100_000)],
    ['in chunks', CHUNKED, chunked([randomBytes(100_000)]).subarray(0, -5)],
  ])('%s leaves nothing', async (_, headers, body) => {
    const head = requestBytes(harness.port, { ...UPLOAD, headers: { ...OCTETS, ...headers } });
    const { socket } = await openSocket(harness.port, Buffer.concat([head, body]));
    if (process.platform === 'linux') {
      await vi.waitFor(() => expect(leftOpen()).toHaveLength(1), { timeout: 3_000, interval: 5 });
    }
    socket.destroy();
    await nothingLeft();
    expect(resultOf(await send({ body: 'hello' })).size).toBe(5);
  });

  it('because the client ends leaves nothing', async () => {
    const head = requestBytes(harness.port, { ...UPLOAD, headers: { ...OCTETS, 'Content-Length': '5000000' } });
    const { closed } = await openSocket(harness.port, Buffer.concat([head, randomBytes(1_000)]));
    resultOf(await send({ body: 'hello' }));
    await harness.listener.close();
    await closed;
    await nothingLeft();
    await start();
  });
});
