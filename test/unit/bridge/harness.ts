import { connect, type Socket } from 'node:net';
import { createBridge, type Bridge, type BridgeOptions } from '../../../main/core/bridge/bridge.js';
import type { PeerProcesses } from '../../../native/peer-process/index.js';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import {
  startBridgeListener,
  type BridgeListener,
  type ListenerLimits,
} from '../../../main/node/bridge-listener/index.js';
import { ASK_AT_WILL, bridgeOptions, FakeOperations, ORIGIN, recordingLog } from './fakes.js';

export interface Harness {
  readonly bridge: Bridge;
  readonly listener: BridgeListener;
  readonly operations: FakeOperations;
  readonly log: ReturnType<typeof recordingLog>;
  readonly port: number;
}

export interface HarnessOptions extends Partial<Omit<BridgeOptions, 'operations' | 'log'>> {
  /** Of the listener. */
  readonly limits?: Partial<ListenerLimits>;
  /** Of the listener. */
  readonly peers?: PeerProcesses;
  /** Of the listener. */
  readonly ports?: readonly number[];
  /** An administrator's list; with `policy` of no effect. */
  readonly allowedOrigins?: readonly string[];
}

/** The real listener on real loopback sockets, over operations that do nothing. Unless `askLimits` says so, nobody has to wait. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const { limits = {}, peers, ports = [0], allowedOrigins, ...others } = options;
  const operations = new FakeOperations();
  const log = recordingLog();
  const bridge = createBridge(
    bridgeOptions({
      operations,
      log,
      policy: () => ({ ...DEFAULT_POLICY, allowedOrigins }),
      askLimits: ASK_AT_WILL,
      ...others,
    }),
  );
  const listener = await startBridgeListener({ bridge, log, ports, limits, ...(peers && { peers }) });
  return { bridge, listener, operations, log, port: listener.port };
}

/** One HTTP answer as it came over the socket. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The code in the envelope; `none` where there is none. */
  readonly code: string;
}

/**
 * Sends bytes as they are and collects everything until the other side closes, `isEnough` says so, or `milliseconds` pass
 * in silence.
 */
export function sendRaw(
  port: number,
  data: string | Uint8Array,
  { milliseconds = 400, isEnough }: { milliseconds?: number; isEnough?: (received: string) => boolean } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setTimeout(milliseconds, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (isEnough?.(received)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.write(data);
  });
}

/** The answers in a stream, each with a `Content-Length` or without a body. */
export function parseAnswers(stream: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = stream; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`not an answer: ${JSON.stringify(rest)}`);
    const [statusLine = '', ...fields] = rest.slice(0, end).split('\r\n');
    const headers = new Map(
      fields.map((field) => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
      }),
    );
    const length = Number(headers.get('content-length') ?? 0);
    const body = Buffer.from(rest.slice(end + 4, end + 4 + length), 'latin1').toString();
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, body, code: codeIn(body) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

function isWholeAnswer(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end !== -1 && received.startsWith('HTTP/1.1 204')) return true;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, end))?.[1];
  return end !== -1 && length !== undefined && received.length >= end + 4 + Number(length);
}

/** The first answer to raw bytes. */
export async function exchangeRaw(port: number, data: string | Uint8Array): Promise<RawAnswer> {
  const stream = await sendRaw(port, data, { milliseconds: 2000, isEnough: isWholeAnswer });
  const [first] = parseAnswers(stream);
  if (first === undefined) throw new Error('no answer');
  return first;
}

export interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  /** Undefined takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
}

/** A request that is right in every part but those given. */
export function requestBytes(port: number, parts: RequestParts): Buffer {
  const { method = 'GET', target = '/v1/status', body } = parts;
  const length = body === undefined ? undefined : String(Buffer.byteLength(body));
  const headers: Record<string, string | undefined> = {
    Host: `127.0.0.1:${port}`,
    Origin: ORIGIN,
    'Madoguchi-Protocol': '1',
    'Content-Type': body === undefined ? undefined : 'application/json',
    'Content-Length': length,
    ...parts.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const head = Buffer.from(`${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([head, Buffer.from(body ?? '')]);
}

export function exchange(port: number, parts: RequestParts): Promise<RawAnswer> {
  return exchangeRaw(port, requestBytes(port, parts));
}

/** A connection that stays open until the test closes it. */
export function openSocket(
  port: number,
  data: string | Uint8Array,
): Promise<{ socket: Socket; closed: Promise<string> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(data);
      resolve({ socket, closed });
    });
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    const closed = new Promise<string>((done) => socket.on('close', () => done(received)));
    socket.on('error', reject);
  });
}

function codeIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: string } };
    return error?.code ?? 'none';
  } catch {
    return 'none';
  }
}
