import type { Socket } from 'node:net';
import {
  LIMITS,
  NATIVE_LIMITS,
  nativeHelloSchema,
  nativeRequestSchema,
  type Envelope,
  type NativeAnswer,
  type NativeCall,
  type NativeRequest,
} from '../../../sdk/protocol/index.js';
import { failure, type ExtensionBridge } from '../../core/bridge/bridge.js';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import type { Caller } from '../../core/consent/consent-model.js';
import { ClientError } from '../../core/errors.js';
import type { Log } from '../../core/ports.js';
import { callerOfProgram } from './caller.js';
import { encodeFrame, FrameDecoder } from './frames.js';

/** A host says who started it within this time, in milliseconds. */
const HELLO_MILLISECONDS = 5_000;

export interface ConnectionOptions {
  readonly bridge: ExtensionBridge;
  readonly log: Log;
}

/**
 * Serves one native messaging host on `socket`: a hello, then calls, any number at a time up to
 * `NATIVE_LIMITS.outstandingCalls`. Whatever breaks the contract ends the connection. With the connection end the sessions
 * opened on it.
 */
export function serveConnection(socket: Socket, options: ConnectionOptions): void {
  const connection = new Connection(socket, options);
  const decoder = new FrameDecoder('BE', NATIVE_LIMITS.requestFrameBytes);
  const helloTimer = setTimeout(() => socket.destroy(), HELLO_MILLISECONDS).unref();
  socket.on('data', (chunk) => {
    try {
      for (const frame of decoder.push(chunk)) connection.receive(parseStrictJson(frame));
      if (connection.isGreeted) clearTimeout(helloTimer);
    } catch {
      options.log.event('bridge.socket.refused');
      socket.destroy();
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(helloTimer);
    connection.end();
  });
}

class Connection {
  readonly #socket: Socket;
  readonly #bridge: ExtensionBridge;
  readonly #log: Log;
  #caller: Caller | undefined;
  readonly #outstanding = new Set<number>();
  /** Origins of the sessions opened here and not ended yet, by their ids. */
  readonly #sessions = new Map<string, string>();
  /** The same of those that a page opened in its own protocol. */
  readonly #pageSessions = new Map<string, string>();
  readonly #gone = new AbortController();

  constructor(socket: Socket, { bridge, log }: ConnectionOptions) {
    this.#socket = socket;
    this.#bridge = bridge;
    this.#log = log;
  }

  get isGreeted(): boolean {
    return this.#caller !== undefined;
  }

  /** @throws Error where the message breaks the contract */
  receive(unverifiedMessage: unknown): void {
    if (this.#caller === undefined) {
      this.#caller = callerOfProgram(nativeHelloSchema.parse(unverifiedMessage).program);
      return;
    }
    const request = nativeRequestSchema.parse(unverifiedMessage);
    if (this.#outstanding.has(request.id)) throw new Error('the id of a call under way');
    if (this.#outstanding.size >= NATIVE_LIMITS.outstandingCalls) throw new Error('too many calls');
    void this.#answer(request, this.#caller);
  }

  end(): void {
    this.#gone.abort();
    for (const [sessionId, origin] of this.#sessions) this.#bridge.cancel(origin, sessionId);
    this.#sessions.clear();
    for (const [sessionId, origin] of this.#pageSessions) this.#bridge.governmentPages.cancel(origin, sessionId);
    this.#pageSessions.clear();
  }

  async #answer(request: NativeRequest, caller: Caller): Promise<void> {
    this.#outstanding.add(request.id);
    const envelope = await this.#call(request, caller);
    this.#outstanding.delete(request.id);
    if (!envelope.ok) this.#log.event('bridge.socket.failed', { code: envelope.error.code });
    this.#send({ id: request.id, envelope });
  }

  async #call({ origin: unverifiedOrigin, call }: NativeRequest, caller: Caller): Promise<Envelope<unknown>> {
    try {
      // The extension's own origin, which nothing follows from.
      if (call.method === 'governmentSites' && call.marker === undefined) {
        return this.#bridge.governmentPages.report(caller, call.permission);
      }
      const origin = this.#bridge.authorize(unverifiedOrigin);
      return await this.#perform(call, origin, caller);
    } catch (thrown) {
      return failure(thrown);
    }
  }

  #perform(call: NativeCall, origin: string, caller: Caller): Envelope<unknown> | Promise<Envelope<unknown>> {
    switch (call.method) {
      case 'status':
        return this.#bridge.status();
      case 'open':
        return this.#open(call.request, origin, caller);
      case 'poll':
        return this.#poll(origin, call);
      case 'cancel':
        return this.#cancel(origin, call.sessionId);
      case 'governmentSites':
        return this.#reportPage(call, origin, caller);
      case 'governmentOpen':
        return this.#openPage(call.request, origin, caller);
    }
  }

  #cancel(origin: string, sessionId: string): Envelope<unknown> {
    if (this.#pageSessions.delete(sessionId)) return this.#bridge.governmentPages.cancel(origin, sessionId);
    this.#sessions.delete(sessionId);
    return this.#bridge.cancel(origin, sessionId);
  }

  #reportPage(
    { permission, marker }: Extract<NativeCall, { method: 'governmentSites' }>,
    origin: string,
    caller: Caller,
  ): Envelope<unknown> {
    const { governmentPages } = this.#bridge;
    if (marker === undefined) return governmentPages.report(caller, permission);
    return governmentPages.reportPage({ origin, route: 'extension', caller }, { permission, marker });
  }

  async #openPage(unverifiedDetail: string, origin: string, caller: Caller): Promise<Envelope<unknown>> {
    const { governmentPages } = this.#bridge;
    const envelope = await governmentPages.open({ origin, route: 'extension', caller }, unverifiedDetail);
    if (!envelope.ok) return envelope;
    const { sessionId } = envelope.result;
    if (this.#gone.signal.aborted) governmentPages.cancel(origin, sessionId);
    else this.#pageSessions.set(sessionId, origin);
    return envelope;
  }

  async #open(unverifiedText: string, origin: string, caller: Caller): Promise<Envelope<unknown>> {
    const unverifiedRequest = parseStrictJson(encodeBounded(unverifiedText));
    const envelope = await this.#bridge.openSession({ origin, route: 'extension', caller }, unverifiedRequest);
    if (!envelope.ok) return envelope;
    const { sessionId } = envelope.result;
    if (this.#gone.signal.aborted) this.#bridge.cancel(origin, sessionId);
    else this.#sessions.set(sessionId, origin);
    return envelope;
  }

  async #poll(origin: string, { sessionId, waitSeconds }: Extract<NativeCall, { method: 'poll' }>) {
    const [sessions, polled] = this.#pageSessions.has(sessionId)
      ? [this.#pageSessions, this.#bridge.governmentPages]
      : [this.#sessions, this.#bridge];
    const envelope = await polled.poll(origin, sessionId, { waitSeconds, signal: this.#gone.signal });
    if (!envelope.ok || envelope.result.status === 'done') sessions.delete(sessionId);
    return envelope;
  }

  #send(answer: NativeAnswer): void {
    if (!this.#socket.writable) return;
    const frame = encodeFrame(answer, 'BE');
    // A browser takes no more, and would end the host.
    if (frame.length <= NATIVE_LIMITS.answerFrameBytes) this.#socket.write(frame);
    else this.#socket.write(encodeFrame({ id: answer.id, envelope: failure(tooLong()) }, 'BE'));
  }
}

function encodeBounded(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= LIMITS.bodyBytes) return bytes;
  throw new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', `a request has at most ${LIMITS.bodyBytes} bytes`);
}

function tooLong(): ClientError {
  return new ClientError('ERR_INTERNAL', 'the answer is longer than browsers take');
}
