import type { Socket } from 'node:net';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import { ClientError, toClientError, toWireError } from '../../core/errors.js';
import type { HistoryEntry, HistoryFacts } from '../../core/history/history-entry.js';
import type { History } from '../../core/history/history.js';
import type { Log } from '../../core/ports.js';
import { encodeFrame, FrameDecoder, startUserSocket, type BridgeSocket } from '../bridge-socket/index.js';
import type { AddressOptions } from '../bridge-socket/index.js';
import { parseHistoryFacts } from '../history/entry-schema.js';
import { appAddresses } from './app-address.js';
import { APP_LIMITS, appCallSchema, type AppAnswer, type AppCall } from './messages.js';

/** The history that the app serves. */
export interface ServedHistory extends History {
  add(facts: HistoryFacts): Promise<void>;
}

export interface AppSocketOptions extends AddressOptions {
  readonly history: ServedHistory;
  readonly log: Log;
}

/** A connection on which nothing is asked for so long is ended, in milliseconds. */
const SILENCE_MILLISECONDS = 30_000;

/**
 * Lets programs of this user, and of nobody else, use what only the app can: the history whose key it holds.
 * @returns undefined where another app of this user serves there already
 * @throws as `startBridgeSocket`
 */
export function startAppSocket(options: AppSocketOptions): Promise<BridgeSocket | undefined> {
  const { platform, log } = options;
  return startUserSocket(appAddresses(options)[0], {
    platform,
    log,
    event: 'app.socket',
    serve: (socket) => serveApp(socket, options),
  });
}

function serveApp(socket: Socket, { history, log }: AppSocketOptions): void {
  const decoder = new FrameDecoder('BE', APP_LIMITS.callBytes);
  const outstanding = new Set<number>();
  const begin = (unverifiedMessage: unknown): void => {
    const message = appCallSchema.parse(unverifiedMessage);
    if (outstanding.has(message.id)) throw new Error('the id of a call under way');
    if (outstanding.size >= APP_LIMITS.outstandingCalls) throw new Error('too many calls');
    outstanding.add(message.id);
    void answer(message, { history, send }).finally(() => outstanding.delete(message.id));
  };
  const send = async (message: AppAnswer): Promise<void> => {
    if (!socket.writable) return;
    // Whoever does not read holds up its own answers and no memory.
    if (!socket.write(encodeFrame(message, 'BE'))) await drained(socket);
  };
  socket.setTimeout(SILENCE_MILLISECONDS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    try {
      for (const frame of decoder.push(chunk)) begin(parseStrictJson(frame));
    } catch {
      log.event('app.socket.refused');
      socket.destroy();
    }
  });
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}

interface Answering {
  readonly history: ServedHistory;
  readonly send: (message: AppAnswer) => Promise<void>;
}

async function answer({ id, call }: AppCall, { history, send }: Answering): Promise<void> {
  try {
    const result = await perform(call, history, (entries) => send({ id, entries }));
    await send({ id, envelope: { ok: true, result } });
  } catch (thrown) {
    await send({ id, envelope: { ok: false, error: toWireError(toClientError(thrown)) } });
  }
}

type SendEntries = (entries: readonly HistoryEntry[]) => Promise<void>;

async function perform(call: AppCall['call'], history: ServedHistory, send: SendEntries): Promise<unknown> {
  switch (call.method) {
    case 'history.record':
      await history.add(parseHistoryFacts(call.facts));
      return null;
    case 'history.list': {
      const { entries, ...state } = await history.list(defined(call.filter));
      await sendInParts(entries, send);
      return state;
    }
    case 'history.verify':
      return history.verify();
    case 'history.erase':
      return history.erase(call.erasure);
    case 'history.expire':
      return history.expire();
  }
}

/** In as many frames as it takes. An entry is at most half as long as a frame may be. */
async function sendInParts(entries: readonly HistoryEntry[], send: SendEntries): Promise<void> {
  let part: HistoryEntry[] = [];
  let length = 0;
  for (const entry of entries) {
    const entryLength = Buffer.byteLength(JSON.stringify(entry));
    if (entryLength > APP_LIMITS.answerBytes / 2) throw new ClientError('ERR_INTERNAL', 'an entry is too long');
    if (part.length === APP_LIMITS.entriesPerAnswer || length + entryLength > APP_LIMITS.answerBytes / 2) {
      await send(part);
      part = [];
      length = 0;
    }
    part.push(entry);
    length += entryLength;
  }
  if (part.length > 0) await send(part);
}

/** Without members that are there and undefined. */
function defined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return value as { [Key in keyof Value]: Exclude<Value[Key], undefined> };
}
