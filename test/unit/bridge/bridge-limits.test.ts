import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { LIMITS, type ErrorCode } from '../../../sdk/protocol/index.js';
import { serviceEntry, signingKey, signRequest, type SigningKey } from '../../support/signed-registry.js';
import { bridgeUnderTest, codeOf, type BridgeUnderTest } from './bridge-under-test.js';
import { asker, at, AUTHENTICATE, fakeRegistry, ORIGIN, OTHER_ORIGIN, settle, TOKEN } from './fakes.js';

const REDIRECT_URI = `${ORIGIN}/callback`;
const extension = asker(ORIGIN, { route: 'extension' });

let key: SigningKey;
let own: BridgeUnderTest;

beforeAll(async () => {
  key = await signingKey();
});

beforeEach(() => {
  const services = [serviceEntry({ id: 'service', origins: [ORIGIN], keys: [key.jwk] })];
  own = bridgeUnderTest({ registry: fakeRegistry({ services }) });
});

/** Lets the session that runs now end with `code`. */
async function endWith(code: ErrorCode): Promise<void> {
  at(own.operations.authentications, -1).reject(new ClientError(code, 'ended by the test'));
  await settle();
}

function signed(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return signRequest(key, { iss: 'service', origin: ORIGIN, request: AUTHENTICATE, ...claims }, own.clock.now());
}

describe('an origin that was turned down', () => {
  it.each<ErrorCode>(['ERR_USER_REFUSED', 'ERR_USER_CANCELLED', 'ERR_USER_TIMEOUT'])(
    'with %s has to wait, on every route of its own, and is told how long',
    async (code) => {
      const id = await own.open();
      await endWith(code);
      expect(codeOf(await own.poll(id))).toBe(code);
      const again = await own.tryOpen(extension);
      expect(again).toMatchObject({
        ok: false,
        error: { code: 'ERR_PROTOCOL_RATE_LIMITED', retriable: true, details: { retryAfterSeconds: 2 } },
      });
      expect(codeOf(await own.tryOpen(asker(OTHER_ORIGIN)))).toBe('none');
      await own.clock.advance(LIMITS.backOffSeconds * 1_000);
      expect(codeOf(await own.tryOpen())).toBe('none');
    },
  );

  it.each<ErrorCode>(['ERR_CARD_ABSENT', 'ERR_PIN_INCORRECT', 'ERR_INTERNAL'])(
    'but not by the person, with %s, need not',
    async (code) => {
      await own.open();
      await endWith(code);
      expect(codeOf(await own.tryOpen())).toBe('none');
    },
  );

  it('asks in a loop in vain: a session that is opened and cancelled counts, shown or not', async () => {
    await own.open(asker(OTHER_ORIGIN));
    let opened = 0;
    for (let second = 0; second < 600; second++) {
      const envelope = await own.tryOpen();
      if (envelope.ok) {
        opened++;
        own.bridge.cancel(ORIGIN, envelope.result.sessionId);
      }
      await own.clock.advance(1_000);
    }
    // At seconds 0, 2, 6, 14, 30, 62, 126, 254 and 510.
    expect(opened).toBe(9);
  });

  it('by nobody listening has to wait too', async () => {
    await own.open();
    await own.clock.advance(LIMITS.pollSilenceSeconds * 1_000);
    expect(codeOf(await own.tryOpen())).toBe('ERR_PROTOCOL_RATE_LIMITED');
  });

  it('counts as turned down once where the page cancels and the operation then ends', async () => {
    own.operations.endsOnAbort = false;
    const id = await own.open();
    own.bridge.cancel(ORIGIN, id);
    await endWith('ERR_USER_CANCELLED');
    await own.clock.advance(LIMITS.backOffSeconds * 1_000);
    expect(codeOf(await own.tryOpen())).toBe('none');
  });

  it('starts anew after a success', async () => {
    for (const pause of [2, 4, 8]) {
      await own.open();
      await endWith('ERR_USER_REFUSED');
      await own.clock.advance(Math.max(pause, LIMITS.pollSilenceSeconds) * 1_000);
    }
    const id = await own.open();
    at(own.operations.authentications, -1).resolve(TOKEN);
    await settle();
    expect(codeOf(await own.poll(id))).toBe('none');
    await own.open();
    await endWith('ERR_USER_REFUSED');
    expect(await own.tryOpen()).toMatchObject({ error: { details: { retryAfterSeconds: LIMITS.backOffSeconds } } });
  });
});

describe('an origin that succeeds', () => {
  it('may open so many sessions in a minute', async () => {
    for (let count = 0; count < LIMITS.sessionsPerMinute; count++) {
      const id = await own.open();
      at(own.operations.authentications, -1).resolve(TOKEN);
      await settle();
      expect(codeOf(await own.poll(id))).toBe('none');
    }
    expect(await own.tryOpen()).toMatchObject({ error: { details: { retryAfterSeconds: 60 } } });
    expect(own.operations.calls).toBe(LIMITS.sessionsPerMinute);
  });
});

describe('redirects in another’s name', () => {
  it('neither lock out the origin they name nor take its place in the queue', async () => {
    expect(codeOf(await own.redirect())).toBe('none');
    expect(codeOf(await own.redirect())).toBe('none');
    expect(codeOf(await own.redirect())).toBe('ERR_PROTOCOL_BUSY');
    await endWith('ERR_USER_REFUSED');
    await endWith('ERR_USER_REFUSED');
    await own.clock.advance(LIMITS.pollSilenceSeconds * 1_000);
    expect(codeOf(await own.redirect())).toBe('none');
    await endWith('ERR_USER_REFUSED');
    await own.clock.advance(1);
    expect(codeOf(await own.redirect())).toBe('ERR_PROTOCOL_RATE_LIMITED');
    expect(codeOf(await own.tryOpen())).toBe('none');
    expect(codeOf(await own.tryOpen(extension))).toBe('none');
  });

  it('cannot go on by naming another origin each time', async () => {
    let opened = 0;
    for (let second = 0; second < 60; second++) {
      const envelope = await own.redirect(`https://s${second}.example`);
      if (envelope.ok) {
        opened++;
        await endWith('ERR_USER_REFUSED');
        await own.poll(envelope.result.sessionId, envelope.result.origin);
      }
      await own.clock.advance(1_000);
    }
    // At seconds 0, 2, 6, 14 and 30.
    expect(opened).toBe(5);
  });

  it('do not hold back a service that signs its own', async () => {
    await own.redirect();
    await own.redirect();
    const state = 'x'.repeat(22);
    const request = await signed({ redirect_uri: REDIRECT_URI, state });
    expect(codeOf(await own.redirect(ORIGIN, { state, request }))).toBe('none');
  });

  it('that are forged as signed count nowhere', async () => {
    const state = 'x'.repeat(22);
    const request = await signed({ redirect_uri: REDIRECT_URI, state });
    const forged = `${request.slice(0, -8)}${request.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`;
    for (let count = 0; count < 20; count++) {
      expect(codeOf(await own.redirect(ORIGIN, { state, request: forged }))).toBe('ERR_PROTOCOL_REQUEST_SIGNATURE');
    }
    // Nor do they use up the state of the real one.
    expect(codeOf(await own.redirect(ORIGIN, { state, request }))).toBe('none');
  });
});

describe('what can be used once', () => {
  it('is not used up by being told to wait', async () => {
    await own.open();
    await endWith('ERR_USER_REFUSED');
    const request = { signedRequest: await signed() };
    expect(codeOf(await own.tryOpen(asker(), request))).toBe('ERR_PROTOCOL_RATE_LIMITED');
    await own.clock.advance(LIMITS.backOffSeconds * 1_000);
    expect(codeOf(await own.tryOpen(asker(), request))).toBe('none');
    expect(codeOf(await own.tryOpen(extension, request))).toBe('ERR_PROTOCOL_BUSY');
  });

  it('is a redirect’s state', async () => {
    const parameters = { state: 'y'.repeat(22) };
    await own.redirect();
    await own.redirect();
    expect(codeOf(await own.redirect(ORIGIN, parameters))).toBe('ERR_PROTOCOL_BUSY');
    await own.clock.advance(LIMITS.pollSilenceSeconds * 1_000 + 4_000);
    expect(codeOf(await own.redirect(ORIGIN, parameters))).toBe('none');
    expect(codeOf(await own.redirect(ORIGIN, parameters))).toBe('ERR_PROTOCOL_REPLAYED');
    expect(codeOf(await own.redirect(OTHER_ORIGIN, parameters))).toBe('none');
  });
});

describe('the queue of everybody', () => {
  it('has its own error, which is not the origin’s own', async () => {
    await own.open();
    await own.open();
    expect(codeOf(await own.tryOpen())).toBe('ERR_PROTOCOL_BUSY');
    for (let index = 0; index < LIMITS.queuedSessions - 1; index++) await own.open(asker(`https://s${index}.example`));
    const full = await own.tryOpen(asker('https://late.example'));
    expect(full).toMatchObject({ error: { code: 'ERR_PROTOCOL_QUEUE_FULL', retriable: true } });
    expect(codeOf(await own.tryOpen())).toBe('ERR_PROTOCOL_BUSY');
    expect(own.operations.calls).toBe(1);
  });

  it('costs nobody who finds it full a pause', async () => {
    for (let index = 0; index <= LIMITS.queuedSessions; index++) await own.open(asker(`https://s${index}.example`));
    for (let count = 0; count < 20; count++) expect(codeOf(await own.tryOpen())).toBe('ERR_PROTOCOL_QUEUE_FULL');
    await own.clock.advance(LIMITS.pollSilenceSeconds * 1_000);
    expect(codeOf(await own.tryOpen())).toBe('none');
  });

  it('lets a session that nobody polls go, whether its turn has come or not', async () => {
    const ids = [await own.open(), await own.open(asker(OTHER_ORIGIN))];
    await own.clock.advance(LIMITS.pollSilenceSeconds * 1_000);
    expect(codeOf(await own.poll(at(ids, 0)))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(codeOf(await own.poll(at(ids, 1), OTHER_ORIGIN))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(at(own.operations.authentications, 0).signal.aborted).toBe(true);
  });
});
