import { beforeEach, describe, expect, it } from 'vitest';
import { createBridge, type Bridge } from '../../../main/core/bridge/bridge.js';
import { ClientError } from '../../../main/core/errors.js';
import {
  envelopeSchema,
  ERROR_CODES,
  handleSchema,
  LIMITS,
  openSessionResultSchema,
  publicErrorCode,
  sessionResultSchema,
  statusResultSchema,
  type Envelope,
  type OpenSessionResult,
  type SessionResult,
} from '../../../sdk/protocol/index.js';
import { originRequester } from '../../support/origin-requester.js';
import {
  at,
  asker,
  AUTHENTICATE,
  bridgeOptions,
  countingRandom,
  FakeClock,
  FakeOperations,
  NONCE,
  only,
  ORIGIN,
  OTHER_ORIGIN,
  recordingLog,
  settle,
  TOKEN,
} from './fakes.js';
import { detachedItems, signEach } from './signing-fakes.js';

const PENDING = { ok: true, result: { status: 'pending' } };
const DONE = { ok: true, result: { status: 'done', output: { operation: 'authenticate', token: TOKEN } } };
const SILENCE = LIMITS.pollSilenceSeconds * 1000;
const BROKEN = LIMITS.pollBrokenSeconds * 1000;
const SIGN = { operation: 'sign', items: [{ name: '契約書.txt', content: btoa('hello') }] };

let clock: FakeClock;
let operations: FakeOperations;
let log: ReturnType<typeof recordingLog>;
let bridge: Bridge;

beforeEach(() => {
  clock = new FakeClock();
  operations = new FakeOperations();
  log = recordingLog();
  bridge = createBridge(bridgeOptions({ operations, clock, log, random: countingRandom() }));
});

function tryOpen(origin = ORIGIN, request: unknown = AUTHENTICATE): Promise<Envelope<OpenSessionResult>> {
  return bridge.openSession(asker(origin), request);
}

async function open(origin = ORIGIN, request: unknown = AUTHENTICATE): Promise<string> {
  const envelope = await tryOpen(origin, request);
  if (!envelope.ok) throw new Error(envelope.error.code);
  return envelope.result.sessionId;
}

function poll(id: string, waitSeconds = 0, origin = ORIGIN): Promise<Envelope<SessionResult>> {
  return bridge.poll(origin, id, { waitSeconds, signal: new AbortController().signal });
}

function codeOf(envelope: Envelope<unknown>): string {
  return envelope.ok ? 'none' : envelope.error.code;
}

describe('status', () => {
  it('says which versions there are and nothing else', () => {
    expect(bridge.status()).toEqual({ ok: true, result: { protocolVersions: [1] } });
    expect(envelopeSchema(statusResultSchema).safeParse(bridge.status()).success).toBe(true);
  });
});

describe('openSession', () => {
  it('hands a login to the operations with the transport’s origin', async () => {
    const envelope = await tryOpen();
    expect(envelopeSchema(openSessionResultSchema).safeParse(envelope).success).toBe(true);
    expect(only(operations.authentications).request).toEqual({
      operation: 'authenticate',
      requester: originRequester(ORIGIN),
      origin: ORIGIN,
      challengeNonce: NONCE,
      onDecision: expect.any(Function) as unknown,
    });
  });

  it('shows an IDN origin in Unicode beside its ASCII form', async () => {
    await open('https://xn--r8jz45g.jp');
    const { request } = only(operations.authentications);
    expect(request.origin).toBe('https://xn--r8jz45g.jp');
    expect(request.requester).toEqual(originRequester('https://xn--r8jz45g.jp', { unicodeOrigin: 'https://例え.jp' }));
  });

  it('hands items to sign over as bytes', async () => {
    const content = btoa(String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte)));
    await open(ORIGIN, {
      operation: 'sign',
      items: [...SIGN.items, { name: 'b', content }, { name: 'c', content: '' }],
    });
    const { request } = only(operations.signings);
    const items = detachedItems(request.items);
    expect(items.map(({ format }) => format)).toEqual(['cms', 'cms', 'cms']);
    expect(items.map(({ unverifiedName }) => unverifiedName)).toEqual(['契約書.txt', 'b', 'c']);
    expect(items.map((item) => item.content)).toEqual([
      new TextEncoder().encode('hello'),
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
      new Uint8Array(),
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', [AUTHENTICATE]],
    ['no operation', {}],
    ['an unknown operation', { operation: 'signDigest' }],
    ['an origin in the body', { ...AUTHENTICATE, origin: 'https://bank.example' }],
    ['an unknown member', { ...AUTHENTICATE, purpose: 'x' }],
    ['an own __proto__', JSON.parse(`{"operation":"authenticate","challengeNonce":"${NONCE}","__proto__":{}}`)],
    ['members in __proto__', JSON.parse(`{"operation":"authenticate","__proto__":{"challengeNonce":"${NONCE}"}}`)],
    ['a nonce that is too short', { ...AUTHENTICATE, challengeNonce: 'n'.repeat(43) }],
    ['a nonce that is too long', { ...AUTHENTICATE, challengeNonce: 'n'.repeat(129) }],
    ['a nonce of other characters', { ...AUTHENTICATE, challengeNonce: 'é'.repeat(44) }],
    ['a nonce with a newline at its end', { ...AUTHENTICATE, challengeNonce: `${NONCE}\n` }],
    ['a nonce that is a list', { ...AUTHENTICATE, challengeNonce: [NONCE] }],
    ['no items', { operation: 'sign', items: [] }],
    ['too many items', { operation: 'sign', items: Array.from({ length: 1_001 }, () => SIGN.items[0]) }],
    ['an item without a name', { operation: 'sign', items: [{ name: '', content: '' }] }],
    ['a name that is too long', { operation: 'sign', items: [{ name: 'n'.repeat(256), content: '' }] }],
    ['a digest in place of content', { operation: 'sign', items: [{ name: 'a', digest: 'AAAA' }] }],
    ['content that is not base64', { operation: 'sign', items: [{ name: 'a', content: 'a b=' }] }],
    ['content without padding', { operation: 'sign', items: [{ name: 'a', content: 'QQ' }] }],
    ['content with bits set after its last octet', { operation: 'sign', items: [{ name: 'a', content: 'QR==' }] }],
    ['content in base64url', { operation: 'sign', items: [{ name: 'a', content: '-_-_' }] }],
    ['another format', { ...SIGN, format: 'raw' }],
  ])('refuses %s before anything is asked', async (_, request) => {
    expect(codeOf(await bridge.openSession(asker(), request))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(operations.calls).toBe(0);
  });

  it('says where the first fault is, and repeats nothing that was sent', async () => {
    const envelope = await tryOpen(ORIGIN, { operation: 'sign', items: [{ name: 'a', content: '<script>' }] });
    expect(envelope).toMatchObject({ ok: false, error: { details: { path: 'items.0.content' }, retriable: false } });
    const unknown = await tryOpen(ORIGIN, { ...AUTHENTICATE, '<script>': 1 });
    expect(JSON.stringify([envelope, unknown])).not.toContain('<script>');
  });

  it('bounds the contents together, whatever the transport let through', async () => {
    const content = 'A'.repeat(LIMITS.bodyBytes / 2);
    const items = [content, content, 'AAAA'].map((each) => ({ name: 'a', content: each }));
    expect(codeOf(await tryOpen(ORIGIN, { operation: 'sign', items }))).toBe('ERR_PROTOCOL_BODY_TOO_LARGE');
    expect(codeOf(await tryOpen(ORIGIN, { operation: 'sign', items: items.slice(0, 2) }))).toBe('none');
  });

  it.each(['https://evil.example/', 'null', '', 'http://localhost:3000'])(
    'refuses the origin %j even if a transport forgot to ask',
    async (origin) => {
      expect(codeOf(await tryOpen(origin))).toMatch(/^ERR_ORIGIN_/);
      expect(operations.calls).toBe(0);
    },
  );

  it('gives each session an identifier of 256 bits of its own', async () => {
    const ids = [await open(), await open(), await open(OTHER_ORIGIN)];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(handleSchema.safeParse(id).success).toBe(true);
  });
});

describe('poll', () => {
  it('waits as long as it is told to', async () => {
    const id = await open();
    expect(await poll(id)).toEqual(PENDING);
    let answer: unknown;
    void poll(id, 25).then((envelope) => (answer = envelope));
    await clock.advance(24_999);
    expect(answer).toBeUndefined();
    await clock.advance(1);
    expect(answer).toEqual(PENDING);
  });

  it('answers as soon as there is a result, and only once', async () => {
    const id = await open();
    const answer = poll(id, 25);
    only(operations.authentications).resolve(TOKEN);
    expect(await answer).toEqual(DONE);
    expect(sessionResultSchema.safeParse(DONE.result).success).toBe(true);
    expect(codeOf(await poll(id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('delivers an error once too', async () => {
    const id = await open();
    only(operations.authentications).reject(new ClientError('ERR_USER_REFUSED', 'the person refused'));
    await settle();
    expect(codeOf(await poll(id))).toBe('ERR_USER_REFUSED');
    expect(codeOf(await poll(id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('keeps a result whose listener is gone for the next poll', async () => {
    const id = await open();
    const gone = new AbortController();
    const lost = bridge.poll(ORIGIN, id, { waitSeconds: 25, signal: gone.signal });
    gone.abort();
    only(operations.authentications).resolve(TOKEN);
    expect(await lost).toEqual(PENDING);
    expect(await poll(id)).toEqual(DONE);
  });

  it('hands no result to a listener that was gone before it', async () => {
    const id = await open();
    only(operations.authentications).resolve(TOKEN);
    await settle();
    expect(await bridge.poll(ORIGIN, id, { waitSeconds: 25, signal: AbortSignal.abort() })).toEqual(PENDING);
    expect(await poll(id)).toEqual(DONE);
  });

  it('answers as cancelled what was cancelled, however it ended', async () => {
    operations.endsOnAbort = false;
    const id = await open();
    const answer = poll(id, 25);
    only(operations.authentications).signal.addEventListener('abort', () => {
      only(operations.authentications).resolve(TOKEN);
    });
    bridge.cancel(ORIGIN, id);
    expect(codeOf(await answer)).toBe('ERR_USER_CANCELLED');
  });

  it('gives the result to the newest poll', async () => {
    const id = await open();
    const older = poll(id, 25);
    const newer = poll(id, 25);
    expect(await older).toEqual(PENDING);
    only(operations.authentications).resolve(TOKEN);
    expect(await newer).toEqual(DONE);
  });

  it.each([-1, 26, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses to wait %s seconds', async (seconds) => {
    expect(codeOf(await poll(await open(), seconds))).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it.each(['', 'x', '__proto__', 'A'.repeat(43), 'constructor'])('knows no session %j', async (id) => {
    expect(codeOf(await poll(id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(codeOf(bridge.cancel(ORIGIN, id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });
});

describe('another origin', () => {
  it('can neither poll nor cancel, and cannot tell a session from none', async () => {
    const id = await open();
    const foreign = await poll(id, 0, OTHER_ORIGIN);
    expect(codeOf(foreign)).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(foreign).toEqual(await poll('A'.repeat(43), 0, OTHER_ORIGIN));
    expect(bridge.cancel(OTHER_ORIGIN, id)).toEqual(bridge.cancel(OTHER_ORIGIN, 'A'.repeat(43)));
    expect(only(operations.authentications).signal.aborted).toBe(false);

    only(operations.authentications).resolve(TOKEN);
    await settle();
    expect(codeOf(await poll(id, 0, OTHER_ORIGIN))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(await poll(id)).toEqual(DONE);
  });

  it('does not keep a session alive by polling it', async () => {
    const id = await open();
    for (let seconds = 0; seconds < LIMITS.pollSilenceSeconds; seconds++) {
      await poll(id, 0, OTHER_ORIGIN);
      await clock.advance(1000);
    }
    expect(only(operations.authentications).signal.aborted).toBe(true);
  });

  it.each(['https://service.example.go.jp:8443', 'https://www.service.example.go.jp', 'https://SERVICE.example.go.jp'])(
    'is also %s',
    async (origin) => {
      expect(codeOf(await poll(await open(), 0, origin))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    },
  );
});

describe('the queue', () => {
  it('runs one session at a time, in order', async () => {
    const ids = [await open(), await open(OTHER_ORIGIN), await open()];
    expect(operations.calls).toBe(1);
    at(operations.authentications, 0).resolve(TOKEN);
    expect(await poll(at(ids, 0), 25)).toEqual(DONE);
    expect(operations.calls).toBe(2);
    expect(at(operations.authentications, 1).request.origin).toBe(OTHER_ORIGIN);
    at(operations.authentications, 1).reject(new Error('defect'));
    await settle();
    expect(at(operations.authentications, 2).request.origin).toBe(ORIGIN);
    expect(codeOf(await poll(at(ids, 1), 0, OTHER_ORIGIN))).toBe('ERR_INTERNAL');
  });

  it('bounds the sessions of one origin', async () => {
    await open();
    const second = await open();
    const refused = await tryOpen();
    expect(refused).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_BUSY', retriable: true } });
    expect(codeOf(await tryOpen(OTHER_ORIGIN))).toBe('none');
    bridge.cancel(ORIGIN, second);
    await clock.advance(LIMITS.backOffSeconds * 1000);
    expect(codeOf(await tryOpen())).toBe('none');
  });

  it('bounds the sessions of everybody', async () => {
    for (let i = 0; i <= LIMITS.queuedSessions; i++) await open(`https://s${i}.example`);
    expect(codeOf(await tryOpen())).toBe('ERR_PROTOCOL_QUEUE_FULL');
    expect(operations.calls).toBe(1);
  });

  it('counts a result that nobody fetched until it is dropped', async () => {
    await open();
    await open();
    at(operations.authentications, 0).resolve(TOKEN);
    await settle();
    expect(codeOf(await tryOpen())).toBe('ERR_PROTOCOL_BUSY');
    await clock.advance(SILENCE + LIMITS.backOffSeconds * 1000);
    expect(codeOf(await tryOpen())).toBe('none');
  });

  it('waits for a cancelled operation to wind down before it starts another', async () => {
    operations.endsOnAbort = false;
    const id = await open();
    await open(OTHER_ORIGIN);
    bridge.cancel(ORIGIN, id);
    await settle();
    expect(only(operations.authentications).signal.aborted).toBe(true);
    only(operations.authentications).resolve(TOKEN);
    await settle();
    expect(operations.calls).toBe(2);
    expect(codeOf(await poll(id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('never starts a session that was cancelled while it waited', async () => {
    await open();
    const waiting = await open(OTHER_ORIGIN);
    expect(bridge.cancel(OTHER_ORIGIN, waiting)).toEqual({ ok: true, result: {} });
    only(operations.authentications).resolve(TOKEN);
    await settle();
    expect(operations.calls).toBe(1);
  });
});

describe('cancel', () => {
  it('ends the operation at once and answers who waits', async () => {
    const id = await open();
    const answer = poll(id, 25);
    bridge.cancel(ORIGIN, id);
    expect(only(operations.authentications).signal.aborted).toBe(true);
    expect(codeOf(await answer)).toBe('ERR_USER_CANCELLED');
    expect(codeOf(bridge.cancel(ORIGIN, id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });
});

describe('silence', () => {
  it('cancels a session that nobody polls', async () => {
    const id = await open();
    await clock.advance(SILENCE - 1);
    expect(only(operations.authentications).signal.aborted).toBe(false);
    await clock.advance(1);
    expect(only(operations.authentications).signal.aborted).toBe(true);
    expect(codeOf(await poll(id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('counts from the end of the last poll', async () => {
    const id = await open();
    for (let round = 0; round < 8; round++) {
      const answer = poll(id, 25);
      await clock.advance(25_000);
      expect(await answer).toEqual(PENDING);
      await clock.advance(SILENCE - 1);
    }
    expect(only(operations.authentications).signal.aborted).toBe(false);
    await clock.advance(1);
    expect(only(operations.authentications).signal.aborted).toBe(true);
  });

  /** A poll that breaks off after ten seconds. */
  async function breakPoll(id: string): Promise<void> {
    const gone = new AbortController();
    void bridge.poll(ORIGIN, id, { waitSeconds: 25, signal: gone.signal });
    await clock.advance(10_000);
    gone.abort();
    await settle();
  }

  it('is short after a poll’s connection broke', async () => {
    await breakPoll(await open());
    await clock.advance(BROKEN - 1);
    expect(only(operations.authentications).signal.aborted).toBe(false);
    await clock.advance(1);
    expect(only(operations.authentications).signal.aborted).toBe(true);
  });

  it('is not short for one who polls again, and forgives a broken connection again', async () => {
    const id = await open();
    for (let round = 0; round < 4; round++) {
      await breakPoll(id);
      await clock.advance(BROKEN - 1);
      expect(await poll(id, 0)).toEqual(PENDING);
    }
    await clock.advance(SILENCE - 1);
    expect(only(operations.authentications).signal.aborted).toBe(false);
  });

  it('keeps the result of a session whose connection broke', async () => {
    const id = await open();
    await breakPoll(id);
    only(operations.authentications).resolve(TOKEN);
    await clock.advance(SILENCE - 1);
    expect(await poll(id)).toEqual(DONE);
  });

  it('drops sessions that wait their turn, without ever starting them', async () => {
    const first = await open();
    await open(OTHER_ORIGIN);
    await clock.advance(SILENCE / 2);
    await poll(first);
    await clock.advance(SILENCE / 2);
    only(operations.authentications).resolve(TOKEN);
    await settle();
    expect(operations.calls).toBe(1);
  });

  it('drops a result that nobody fetches', async () => {
    const id = await open();
    only(operations.authentications).resolve(TOKEN);
    await clock.advance(SILENCE);
    expect(codeOf(await poll(id))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('leaves no timer behind a session that is over', async () => {
    const id = await open();
    expect(clock.sleeping).toBe(1);
    only(operations.authentications).resolve(TOKEN);
    await poll(id, 25);
    expect(clock.sleeping).toBe(0);
  });
});

describe('what a page sees', () => {
  it.each(ERROR_CODES)('of %s is its public code, without details of the PC', async (code) => {
    const id = await open();
    const details = { triesLeft: 2, readerName: 'Reader 0' };
    only(operations.authentications).reject(new ClientError(code, `secret of ${code}`, { details }));
    const envelope = await poll(id, 25);
    expect(codeOf(envelope)).toBe(publicErrorCode(code));
    expect(envelopeSchema(sessionResultSchema).safeParse(envelope).success).toBe(true);
    if (publicErrorCode(code) !== code || code === 'ERR_INTERNAL') {
      expect(JSON.stringify(envelope)).not.toMatch(/secret|triesLeft|Reader/);
    }
    expect(log.events).toContainEqual({
      name: 'bridge.session.failed',
      fields: { origin: ORIGIN, operation: 'authenticate', code },
    });
  });

  it('of a defect is ERR_INTERNAL alone', async () => {
    const id = await open();
    only(operations.authentications).reject(new TypeError('secret'));
    expect(await poll(id, 25)).toEqual({
      ok: false,
      error: { code: 'ERR_INTERNAL', message: 'internal error', retriable: false, details: {} },
    });
  });

  it('of an item that could not be signed is public too', async () => {
    const id = await open(ORIGIN, { ...SIGN, items: [...SIGN.items, { name: 'b', content: '' }] });
    const error = { code: 'ERR_PIN_BLOCKED', message: 'secret', retriable: false, details: { triesLeft: 0 } } as const;
    const { request, resolve } = only(operations.signings);
    await signEach(request.items.slice(0, 1), Uint8Array.of(1));
    resolve([{ status: 'signed' }, { status: 'failed', error }]);
    const envelope = await poll(id, 25);
    expect(envelope).toMatchObject({
      result: { output: { items: [{ status: 'signed' }, { error: { code: 'ERR_CARD_UNAVAILABLE', details: {} } }] } },
    });
    expect(JSON.stringify(envelope)).not.toMatch(/secret|triesLeft/);
  });

  it('is never written to the log with a session’s identifier, nonce or names', async () => {
    const ids = [await open(), await open(ORIGIN, SIGN)];
    at(operations.authentications, 0).resolve(TOKEN);
    await poll(at(ids, 0), 25);
    bridge.cancel(ORIGIN, at(ids, 1));
    await settle();
    const text = JSON.stringify(log.events);
    for (const secret of [...ids, NONCE, '契約書', 'hello']) expect(text).not.toContain(secret);
    expect(log.events.map(({ name }) => name)).toEqual([
      'bridge.session.opened',
      'bridge.session.opened',
      'bridge.session.done',
      'bridge.session.cancelled',
      'bridge.session.failed',
    ]);
  });
});

describe('close', () => {
  it('answers who waits, ends what runs and refuses what comes', async () => {
    operations.endsOnAbort = false;
    const id = await open();
    const waiting = await open();
    const answers = [poll(id, 25), poll(waiting, 25)];
    let closed = false;
    const closing = bridge.close().then(() => (closed = true));
    expect((await Promise.all(answers)).map(codeOf)).toEqual(['ERR_USER_CANCELLED', 'ERR_USER_CANCELLED']);
    expect(closed).toBe(false);
    only(operations.authentications).reject(new ClientError('ERR_USER_CANCELLED', 'gone'));
    await closing;
    expect(operations.calls).toBe(1);
    expect(codeOf(await tryOpen())).toBe('ERR_PROTOCOL_QUEUE_FULL');
    expect(clock.sleeping).toBe(0);
  });
});
