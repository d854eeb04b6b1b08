import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBridge, type Bridge } from '../../main/core/bridge/bridge.js';
import { startBridgeListener, type BridgeListener } from '../../main/node/bridge-listener/index.js';
import type { VirtualCard } from '../../native/virtual-card/index.js';
import { LIMITS } from '../../sdk/protocol/index.js';
import { commandSummary, coreClient, freshCard, type CoreClient } from '../support/core-client.js';
import type { Person } from '../support/fake-interaction.js';
import { asker, ASK_AT_WILL, AUTHENTICATE, bridgeOptions, ORIGIN, OTHER_ORIGIN } from '../unit/bridge/fakes.js';
import { exchange, type RawAnswer, type RequestParts } from '../unit/bridge/harness.js';

/** The whole product but the windows: listener, bridge, core, virtual card. What counts is what the card saw. */
let card: VirtualCard;
let person: Person;
let core: CoreClient;
let bridge: Bridge;
let listener: BridgeListener;

const OPEN: RequestParts = { method: 'POST', target: '/v1/sessions', body: JSON.stringify(AUTHENTICATE) };
const log = { event: () => undefined };
const forwarding: Person = {
  decide: () => person.decide?.() ?? 'refused',
  acknowledge: () => person.acknowledge?.(),
  beforePin: (prompt) => person.beforePin?.(prompt),
};

beforeAll(async () => {
  card = await freshCard();
  core = coreClient({ card, person: forwarding });
  bridge = createBridge(bridgeOptions({ operations: core.operations, askLimits: ASK_AT_WILL }));
  listener = await startBridgeListener({ bridge, ports: [0], log });
});
afterAll(async () => {
  await listener.close();
  await bridge.close();
});
beforeEach(() => {
  card.clearLog();
  core.interaction.dialogs.length = 0;
  person = {};
});

function send(parts: RequestParts): Promise<RawAnswer> {
  return exchange(listener.port, parts);
}

async function open(parts: RequestParts = {}): Promise<string> {
  const answer = await send({ ...OPEN, ...parts });
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.body) as { result: { sessionId: string } }).result.sessionId;
}

async function result(id: string): Promise<{ code: string | undefined; body: string }> {
  for (;;) {
    const { body, code } = await send({ target: `/v1/sessions/${id}?wait=5` });
    if (!body.includes('"pending"')) return { code, body };
  }
}

describe('refused before consent: no dialog and not one APDU', () => {
  const body = JSON.stringify(AUTHENTICATE);
  it.each<[string, RequestParts]>([
    ['no Origin', { ...OPEN, headers: { Origin: undefined } }],
    ['Origin null', { ...OPEN, headers: { Origin: 'null' } }],
    ['a look-alike Origin', { ...OPEN, headers: { Origin: `${ORIGIN}@evil.example` } }],
    ['an http: page without developer mode', { ...OPEN, headers: { Origin: 'http://localhost:3000' } }],
    ['a rebound Host', { ...OPEN, headers: { Host: 'evil.example' } }],
    ['a form’s text/plain', { ...OPEN, headers: { 'Content-Type': 'text/plain' } }],
    ['no protocol header', { ...OPEN, headers: { 'Madoguchi-Protocol': undefined } }],
    ['an unknown field', { ...OPEN, body: JSON.stringify({ ...AUTHENTICATE, origin: ORIGIN }) }],
    ['a field given twice', { ...OPEN, body: body.replace('{', '{"operation":"sign",') }],
    ['a body cut off', { ...OPEN, body: body.slice(0, -1) }],
    ['a body too large', { ...OPEN, body: `${body}${' '.repeat(LIMITS.bodyBytes)}` }],
    ['an operation that does not exist', { ...OPEN, body: '{"operation":"signDigest","digest":"AAAA"}' }],
    ['a digest in place of content', { ...OPEN, body: '{"operation":"sign","items":[{"name":"x","digest":"AAAA"}]}' }],
    ['a GET with side effects', { target: '/v1/sessions' }],
    ['a session nobody opened', { method: 'DELETE', target: `/v1/sessions/${'A'.repeat(43)}` }],
  ])('%s', async (_what, parts) => {
    const { status } = await send(parts);
    expect(status).toBeGreaterThanOrEqual(400);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(card.log).toEqual([]);
    expect(core.interaction.dialogs).toEqual([]);
  });
});

describe('refused later: no VERIFY and no signature', () => {
  it('by the person', async () => {
    expect((await result(await open())).code).toBe('ERR_USER_REFUSED');
    expect(card.log.length).toBeGreaterThan(0);
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it.each(['decide', 'beforePin'] as const)('the page cancels at %s', async (stage) => {
    let id = '';
    const leave = async (): Promise<'agreed'> => {
      expect((await send({ method: 'DELETE', target: `/v1/sessions/${id}` })).status).toBe(200);
      return 'agreed';
    };
    const waitForId = async (): Promise<void> => {
      while (id === '') await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const act = async (): Promise<'agreed'> => {
      await waitForId();
      return leave();
    };
    person =
      stage === 'decide' ? { decide: act } : { decide: () => 'agreed', beforePin: () => act().then(() => undefined) };
    id = await open();
    while (core.interaction.dialogs[0]?.outcome === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(core.interaction.dialogs[0].outcome).toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect((await result(id)).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it('another origin can neither read, nor cancel, nor learn of a session', async () => {
    let decide: (answer: 'refused') => void = () => undefined;
    person = { decide: () => new Promise<'refused'>((resolve) => (decide = resolve)) };
    const id = await open();
    const headers = { Origin: OTHER_ORIGIN };
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await send({ method, target: `/v1/sessions/${id}`, headers })).code).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    }
    while (!core.interaction.dialogs[0]?.decided) await new Promise((resolve) => setTimeout(resolve, 5));
    decide('refused');
    expect((await result(id)).code).toBe('ERR_USER_REFUSED');
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it('a second request waits for the first dialog, and too many are told so', async () => {
    let decide: (answer: 'refused') => void = () => undefined;
    person = { decide: () => new Promise<'refused'>((resolve) => (decide = resolve)) };
    const first = await open();
    const second = await open();
    expect((await send(OPEN)).code).toBe('ERR_PROTOCOL_BUSY');
    while (!core.interaction.dialogs[0]?.decided) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(core.interaction.dialogs).toHaveLength(1);
    person = {};
    decide('refused');
    expect((await result(first)).code).toBe('ERR_USER_REFUSED');
    expect((await result(second)).code).toBe('ERR_USER_REFUSED');
    expect(core.interaction.dialogs).toHaveLength(2);
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it('tells the page nothing of a PIN that was wrong', async () => {
    person = { decide: () => 'agreed' };
    const { code, body } = await result(await open());
    expect(code).toBe('ERR_USER_CANCELLED');
    expect(body).not.toMatch(/tries|PIN|reader|Virtual/i);
  });

  it('tells the page of a card that cannot be used only what it tells of a person who refuses, and no sooner', async () => {
    const refused = await result(await open());
    let close: () => void = () => undefined;
    person = { acknowledge: () => new Promise<void>((resolve) => (close = resolve)) };
    core.interaction.dialogs.length = 0;
    card.insertFault({ at: 0, fault: 'remove' });
    const id = await open();
    while (!core.interaction.dialogs[0]?.acknowledged) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await send({ target: `/v1/sessions/${id}?wait=1` })).body).toContain('"pending"');
    close();
    expect(await result(id)).toEqual(refused);
    core.readers.insertCard();
  });
});

describe('what the person decides for later', () => {
  const url = { target: '/v1/sessions', method: 'POST', body: JSON.stringify(AUTHENTICATE) } as const;

  it('blocks a site: its next request costs neither a dialog nor one APDU', async () => {
    person = { decide: () => ({ answer: 'refused', block: true }) };
    const headers = { Origin: 'https://nagging.example' };
    const id = await open({ headers });
    for (let body = '"pending"'; body.includes('"pending"');) {
      ({ body } = await send({ target: `/v1/sessions/${id}?wait=5`, headers }));
    }
    card.clearLog();
    core.interaction.dialogs.length = 0;
    expect((await send({ ...url, headers })).code).toBe('ERR_USER_BLOCKED');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(card.log).toEqual([]);
    expect(core.interaction.dialogs).toEqual([]);
  });

  it('shortens the explanation by extension and never skips the PIN', async () => {
    const asks = asker(ORIGIN, { route: 'extension' });
    const run = async (): Promise<string> => {
      const envelope = await bridge.openSession(asks, AUTHENTICATE);
      if (!envelope.ok) return envelope.error.code;
      const signal = new AbortController().signal;
      const outcome = await bridge.poll(ORIGIN, envelope.result.sessionId, { waitSeconds: 25, signal });
      return outcome.ok ? outcome.result.status : outcome.error.code;
    };
    person = { decide: () => ({ answer: 'agreed', remember: true }) };
    // Nobody enters a PIN here.
    expect(await run()).toBe('ERR_USER_CANCELLED');
    expect(await run()).toBe('ERR_USER_CANCELLED');
    expect(core.interaction.dialogs.map(({ consent, decided }) => [consent.remembered, decided])).toEqual([
      ['may-be', true],
      ['is', false],
    ]);
    expect(core.interaction.dialogs.map(({ prompts }) => prompts.length)).toEqual([1, 1]);
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
    // A program that claims the same origin to the loopback gets the whole question.
    core.interaction.dialogs.length = 0;
    await result(await open());
    expect(core.interaction.dialogs.map(({ consent, decided }) => [consent.remembered, decided])).toEqual([
      [undefined, true],
    ]);
  });
});
