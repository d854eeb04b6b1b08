import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PROTOCOL_HEADER,
  type Envelope,
  type OpenSessionResult,
  type SessionResult,
} from '../../sdk/protocol/index.js';

export interface LoadOptions {
  readonly port: number;
  readonly clients: number;
  /** The clients are divided among this many sites. */
  readonly origins: number;
  readonly seconds: number;
}

export interface LoadReport {
  /** Answers each client got. */
  readonly answers: readonly number[];
  /** How often each code came; `done` and `pending` for what is no error. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Requests without an answer. */
  readonly lost: readonly string[];
}

type Method = 'GET' | 'POST' | 'DELETE';

/** Every client asks its site's next question as soon as the last one is answered, or a moment after it was turned away. */
export async function putLoad({ port, clients, origins, seconds }: LoadOptions): Promise<LoadReport> {
  const answers = Array.from({ length: clients }, () => 0);
  const outcomes: Record<string, number> = {};
  const lost: string[] = [];
  const until = Date.now() + seconds * 1_000;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });

  const play = async (client: number): Promise<void> => {
    const origin = `https://site-${client % origins}.example`;
    const call = async <Result>(method: Method, path: string, body?: object): Promise<Envelope<Result> | undefined> => {
      try {
        const envelope = (await exchange({ agent, port, origin, method, path }, body)) as Envelope<Result>;
        answers[client] = (answers[client] ?? 0) + 1;
        return envelope;
      } catch (error) {
        lost.push(`${method} ${path}: ${String(error)}`);
        return undefined;
      }
    };
    const count = (outcome: string): void => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    await sleep(Math.random() * 1_000);
    while (Date.now() < until) {
      const opened = await call<OpenSessionResult>('POST', '/v1/sessions', AUTHENTICATE);
      if (opened?.ok !== true) {
        if (opened) count(opened.error.code);
        await sleep(500 + Math.random() * 1_000);
        continue;
      }
      const path = `/v1/sessions/${opened.result.sessionId}`;
      while (Date.now() < until) {
        const polled = await call<SessionResult>('GET', `${path}?wait=5`);
        if (polled?.ok === true && polled.result.status === 'pending') {
          count('pending');
          continue;
        }
        if (polled) count(polled.ok ? 'done' : polled.error.code);
        break;
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => play(client)));
  agent.destroy();
  return { answers, outcomes, lost };
}

const AUTHENTICATE = { operation: 'authenticate', challengeNonce: 'A'.repeat(44) };
/** Milliseconds; more than any answer may take. */
const TIMEOUT = 30_000;

interface Target {
  readonly agent: Agent;
  readonly port: number;
  readonly origin: string;
  readonly method: Method;
  readonly path: string;
}

function exchange({ agent, port, origin, method, path }: Target, body?: object): Promise<unknown> {
  const text = body && JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method,
        path,
        timeout: TIMEOUT,
        headers: {
          Origin: origin,
          [PROTOCOL_HEADER]: '1',
          ...(text !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        let received = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
        response.on('end', () => {
          try {
            resolve(JSON.parse(received));
          } catch {
            reject(new Error(`no JSON: ${received.slice(0, 100)}`));
          }
        });
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
