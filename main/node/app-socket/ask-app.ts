import { connect, type Socket } from 'node:net';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import { ClientError } from '../../core/errors.js';
import { historyFacts, type HistoryEntry } from '../../core/history/history-entry.js';
import type { History } from '../../core/history/history.js';
import { encodeFrame, findSocket, FrameDecoder, type AddressOptions } from '../bridge-socket/index.js';
import { parseHistoryEntry, withoutUndefined } from '../history/entry-schema.js';
import { appAddresses } from './app-address.js';
import {
  ANSWER_BOUNDS,
  APP_LIMITS,
  appAnswerSchema,
  historyCountSchema,
  historyStateSchema,
  historyVerificationSchema,
  type AppCall,
} from './messages.js';

/** For how long the app may say nothing, in milliseconds. */
const SILENCE_MILLISECONDS = 15_000;

/**
 * The history of the app, asked over its socket, each call on a connection of its own. Rejects with the app's own errors,
 * and with `ERR_INTERNAL_FILE`, reason `history-in-app`, where it does not run or does not answer as it should.
 */
export function historyOfApp(options: AddressOptions): History {
  const ask = (call: AppCall['call']): Promise<AppResult> => askApp(options, call);
  return {
    async record(request) {
      // What is kept is taken out here: neither names nor previews cross.
      const facts = historyFacts(request) as Extract<AppCall['call'], { method: 'history.record' }>['facts'];
      await ask({ method: 'history.record', facts });
    },
    async list(filter = {}) {
      const { entries, result } = await ask({ method: 'history.list', filter });
      return { ...withoutUndefined(checked(historyStateSchema, result)), entries };
    },
    async verify() {
      const { result } = await ask({ method: 'history.verify' });
      const { entries, erased, days, ...state } = checked(historyVerificationSchema, result);
      return { ...withoutUndefined(state), entries, erased, days };
    },
    erase: async (erasure) => checked(historyCountSchema, (await ask({ method: 'history.erase', erasure })).result),
    expire: async () => checked(historyCountSchema, (await ask({ method: 'history.expire' })).result),
  };
}

interface AppResult {
  readonly entries: readonly HistoryEntry[];
  readonly result: unknown;
}

async function askApp(options: AddressOptions, call: AppCall['call']): Promise<AppResult> {
  for (const address of appAddresses(options)) {
    const socket = await openApp(address, options.platform);
    if (socket) return converse(socket, call);
  }
  throw notAnswered();
}

/** Nothing is sent to a socket that somebody else could have put there. */
function openApp(address: string, platform: NodeJS.Platform): Promise<Socket | undefined> {
  if (platform !== 'win32' && !isTrusted(address)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

function isTrusted(address: string): boolean {
  try {
    return findSocket(address);
  } catch {
    return false;
  }
}

function converse(socket: Socket, call: AppCall['call']): Promise<AppResult> {
  const decoder = new FrameDecoder('BE', APP_LIMITS.answerBytes);
  const entries: HistoryEntry[] = [];
  return new Promise<AppResult>((resolve, reject) => {
    socket.setTimeout(SILENCE_MILLISECONDS, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('close', () => reject(notAnswered()));
    socket.on('data', (chunk) => {
      try {
        for (const frame of decoder.push(chunk)) {
          const answer = appAnswerSchema.parse(parseStrictJson(frame, ANSWER_BOUNDS));
          if ('entries' in answer) entries.push(...answer.entries.map(parseHistoryEntry));
          else if (answer.envelope.ok) resolve({ entries, result: answer.envelope.result });
          else reject(toError(answer.envelope.error));
        }
      } catch (cause) {
        reject(notAnswered(cause));
        socket.destroy();
      }
    });
    const message: AppCall = { id: 0, call };
    socket.write(encodeFrame(message, 'BE'));
  }).finally(() => socket.destroy());
}

/** The app's answer is not taken at its word either. */
function checked<Value>(schema: { parse(unverified: unknown): Value }, unverified: unknown): Value {
  try {
    return schema.parse(unverified);
  } catch (cause) {
    throw notAnswered(cause);
  }
}

type AppError = ConstructorParameters<typeof ClientError>[2] & {
  readonly code: ConstructorParameters<typeof ClientError>[0];
  readonly message: string;
};

function toError({ code, message, ...options }: AppError): ClientError {
  return new ClientError(code, message, options);
}

function notAnswered(cause?: unknown): ClientError {
  const details = { reason: 'history-in-app' };
  return new ClientError('ERR_INTERNAL_FILE', 'the app does not run, or does not answer', { details, cause });
}
