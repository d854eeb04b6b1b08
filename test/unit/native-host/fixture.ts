import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import { createBridge, type BridgeOptions } from '../../../main/core/bridge/bridge.js';
import {
  encodeFrame,
  FrameDecoder,
  startBridgeSocket,
  type BridgeSocket,
} from '../../../main/node/bridge-socket/index.js';
import { runNativeHost } from '../../../main/node/native-host/index.js';
import { CHROMIUM_EXTENSION_ID, NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import { bridgeOptions, FakeOperations, recordingLog, AUTHENTICATE, ORIGIN } from '../bridge/fakes.js';

export const EXTENSION_ARGUMENT = `chrome-extension://${CHROMIUM_EXTENSION_ID}/`;
export const STATUS_RESULT = { ok: true, result: { protocolVersions: [1] } };

export interface Answer {
  readonly id: number;
  readonly envelope: {
    readonly ok: boolean;
    readonly result?: { readonly sessionId?: string };
    readonly error?: { readonly code: string; readonly details: object };
  };
}

/** A state directory in a place that everybody may enter, so that only its own protection keeps others out. */
export function temporaryState(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mnh-'));
  chmodSync(directory, 0o755);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const state = join(directory, 'state');
  mkdirSync(state, { mode: 0o755 });
  return state;
}

export interface ServedClient {
  readonly socket: BridgeSocket;
  readonly operations: FakeOperations;
  readonly log: ReturnType<typeof recordingLog>;
}

/** The client's end over a real bridge whose operations wait for the test. */
export async function serveClient(
  stateDirectory: string,
  overrides: Partial<BridgeOptions> = {},
): Promise<ServedClient> {
  const operations = new FakeOperations();
  const log = recordingLog();
  const bridge = createBridge(bridgeOptions({ operations, log, ...overrides }));
  const socket = await startBridgeSocket({ bridge, log, stateDirectory, environment: {}, platform: process.platform });
  if (socket === undefined) throw new Error('another client serves there');
  onTestFinished(async () => {
    await bridge.close();
    await socket.close();
  });
  return { socket, operations, log };
}

/** A connection to the client's socket as the test likes it. */
export class RawHost {
  readonly socket: Socket;
  readonly answers: Answer[] = [];
  readonly closed: Promise<unknown>;

  constructor(address: string) {
    this.socket = connect(address);
    const decoder = new FrameDecoder('BE', NATIVE_LIMITS.answerFrameBytes);
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk) => {
      for (const frame of decoder.push(chunk)) this.answers.push(JSON.parse(frame.toString()) as Answer);
    });
    this.closed = once(this.socket, 'close');
    onTestFinished(() => void this.socket.destroy());
  }

  send(...messages: readonly object[]): void {
    for (const message of messages) this.socket.write(encodeFrame(message, 'BE'));
  }

  hello(program?: string): void {
    this.send({ madoguchi: 1, ...(program !== undefined && { program }) });
  }
}

/** A native messaging host whose browser is the test. */
export class HostedBrowser {
  readonly input = new PassThrough();
  readonly answers: Answer[] = [];
  /** How the host ended: nothing, or its error's code. */
  readonly ended: Promise<string | undefined>;
  readonly #output = new PassThrough();
  readonly #stop = new AbortController();

  constructor(stateDirectory: string, { callerArguments = [EXTENSION_ARGUMENT], wakeMilliseconds = 5_000 } = {}) {
    const decoder = new FrameDecoder(endianness(), NATIVE_LIMITS.answerFrameBytes);
    this.#output.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) this.answers.push(JSON.parse(frame.toString()) as Answer);
    });
    const { input, signal } = { input: this.input, signal: this.#stop.signal };
    const environment = { MADOGUCHI_STATE_DIRECTORY: stateDirectory };
    const run = { callerArguments, input, output: this.#output, stateDirectory, environment, wakeMilliseconds, signal };
    this.ended = runNativeHost(run).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
    onTestFinished(() => this.#stop.abort());
  }

  send(...messages: readonly object[]): void {
    for (const message of messages) this.input.write(encodeFrame(message, endianness()));
  }
}

export const request = (id: number, call: object, origin = ORIGIN): object => ({ id, origin, call });
export const open = (): object => ({ method: 'open', request: JSON.stringify(AUTHENTICATE) });

export function codeOf(answers: readonly Answer[], id: number): string | undefined {
  return answers.find((answer) => answer.id === id)?.envelope.error?.code;
}
