import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Decision } from '../../main/core/ports.js';
import type { OpenSessionRequestInput } from '../../sdk/protocol/index.js';
import { codeOf, HostedBrowser, request, type Answer } from '../unit/native-host/fixture.js';
import { exchange, type RawAnswer, type RequestParts } from '../unit/bridge/harness.js';
import { askResult, codeOn, navigate, sessionIn, submit, type NavigationParts } from '../unit/redirect/navigation.js';
import type { AbusedClient } from './abused-client.js';

/** What an attacker hears, in one word: an error's code, `done`, or the HTTP status where nothing was refused. */
export function outcomeOf(answer: RawAnswer): string {
  if (answer.code !== 'none') return answer.code;
  const shown = codeOn(answer);
  if (shown !== 'none') return shown;
  return answer.body.includes('"status":"done"') ? 'done' : String(answer.status);
}

/** Waits for what is about to happen, at most five seconds. */
export async function until<Value>(what: string, look: () => Value | undefined): Promise<Value> {
  const end = performance.now() + 5_000;
  for (let value = look(); ; value = look()) {
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error(`${what}: not within five seconds`);
    await delay(2);
  }
}

export interface PageAsk {
  readonly origin: string;
  readonly body: OpenSessionRequestInput | object | string;
  readonly headers?: RequestParts['headers'];
}

/** Opens a session as a page does over the loopback. */
export function openByPage({ port }: AbusedClient, { origin, body, headers }: PageAsk): Promise<RawAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return exchange(port, {
    method: 'POST',
    target: '/v1/sessions',
    body: text,
    headers: { Origin: origin, ...headers },
  });
}

/** Id of the session that an answer opened. */
export function sessionOf({ body }: RawAnswer): string {
  const { result } = JSON.parse(body) as { result?: { sessionId?: string } };
  if (result?.sessionId === undefined) throw new Error(`no session: ${body}`);
  return result.sessionId;
}

export function poll({ port }: AbusedClient, origin: string, id: string, wait = 5): Promise<RawAnswer> {
  return exchange(port, { target: `/v1/sessions/${id}?wait=${wait}`, headers: { Origin: origin } });
}

/** What a session comes to. */
export async function resultOf(client: AbusedClient, origin: string, id: string): Promise<RawAnswer> {
  for (;;) {
    const answer = await poll(client, origin, id);
    if (!answer.body.includes('"pending"')) return answer;
  }
}

/** Asks as a page over the loopback, to the end. */
export async function askByPage(client: AbusedClient, ask: PageAsk): Promise<string> {
  const opened = await openByPage(client, ask);
  if (opened.status !== 200) return outcomeOf(opened);
  return outcomeOf(await resultOf(client, ask.origin, sessionOf(opened)));
}

/** A browser whose extension may claim what it likes, in front of a real native messaging host. */
export class HostileExtension {
  readonly browser: HostedBrowser;
  #calls = 0;

  constructor({ stateDirectory }: AbusedClient) {
    this.browser = new HostedBrowser(stateDirectory, { wakeMilliseconds: 0 });
  }

  async call(origin: string, call: object): Promise<Answer> {
    const id = ++this.#calls;
    this.browser.send(request(id, call, origin));
    return until('the answer of the host', () => this.browser.answers.find((answer) => answer.id === id));
  }

  /** Asks for a session, to the end. */
  async ask({ origin, body }: PageAsk): Promise<string> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const opened = await this.call(origin, { method: 'open', request: text });
    const sessionId = opened.envelope.result?.sessionId;
    if (sessionId === undefined) return codeOf([opened], opened.id) ?? 'none';
    for (;;) {
      const answer = await this.call(origin, { method: 'poll', sessionId, waitSeconds: 1 });
      if (!JSON.stringify(answer).includes('"pending"')) return codeOf([answer], answer.id) ?? 'done';
    }
  }
}

export function askByExtension(client: AbusedClient, ask: PageAsk): Promise<string> {
  return new HostileExtension(client).ask(ask);
}

/** Asks by a navigation, and waits as the client's own page does, to the end. */
export async function askByRedirect(
  client: AbusedClient,
  parts: NavigationParts & { readonly method?: 'GET' | 'POST' },
): Promise<string> {
  const answer = await (parts.method === 'POST' ? submit : navigate)(client.port, parts);
  if (answer.status !== 200) return outcomeOf(answer);
  return outcomeOf(await redirectResult(client, sessionIn(answer)));
}

/** What the interim page hears at last. */
export async function redirectResult({ port }: AbusedClient, id: string): Promise<RawAnswer> {
  for (;;) {
    const answer = await askResult(port, id, { query: '?wait=5' });
    if (!answer.body.includes('"pending"')) return answer;
  }
}

/** Has the person read without an answer until `refuse` is called, and then refuse, with a block where one is wanted. */
export function hesitate(client: AbusedClient, { block = false } = {}): { readonly refuse: () => void } {
  let refuse: () => void = () => undefined;
  const refused = new Promise<Decision>((resolve) => (refuse = () => resolve({ answer: 'refused', block })));
  client.person = { decide: () => refused };
  return { refuse };
}

/** Waits until the person reads the `count`th dialog. */
export function dialogIsRead(client: AbusedClient, count = 1): Promise<true> {
  return until(`dialog ${count}`, () => (client.dialogs[count - 1]?.decided === true ? true : undefined));
}

/** Whether a connection to a socket of the file system is taken: `connected`, or the system's error. */
export function knock(address: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
  });
}
