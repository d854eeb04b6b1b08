import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { Decision, SiteMemory } from '../../../main/core/ports.js';
import { bridgeUnderTest, codeOf, type BridgeUnderTest } from './bridge-under-test.js';
import { asker, at, memorySites, ORIGIN, OTHER_ORIGIN, settle, TOKEN } from './fakes.js';

const extension = asker(ORIGIN, { route: 'extension' });

let own: BridgeUnderTest;
beforeEach(() => {
  own = bridgeUnderTest();
});

/** Hands the person's decision to the session that runs, as the dialog does, and ends it accordingly. */
async function decide(decision: Decision, under = own): Promise<void> {
  const call = at(under.operations.authentications, -1);
  try {
    await call.request.onDecision?.(decision);
    if (decision.answer === 'agreed') call.resolve(TOKEN);
    else call.reject(new ClientError('ERR_USER_REFUSED', 'the person refused'));
  } catch (thrown) {
    call.reject(thrown);
  }
  await settle();
}

describe('blocking a site', () => {
  it('keeps what it asks later from the person', async () => {
    const id = await own.open();
    await decide({ answer: 'refused', block: true });
    expect(codeOf(await own.poll(id))).toBe('ERR_USER_REFUSED');
    expect(codeOf(await own.tryOpen())).toBe('ERR_USER_BLOCKED');
    expect(codeOf(await own.tryOpen(extension))).toBe('ERR_USER_BLOCKED');
    expect(codeOf(await own.redirect())).toBe('ERR_USER_BLOCKED');
    expect(codeOf(await own.tryOpen(asker(OTHER_ORIGIN)))).toBe('none');
    expect(own.operations.calls).toBe(2);
  });

  it('ends at once what else it has waiting, and nobody else’s', async () => {
    await own.open();
    const [waiting, other] = [await own.open(extension), await own.open(asker(OTHER_ORIGIN))];
    const byRedirect = await own.redirect();
    let answer: unknown;
    void own.bridge
      .poll(ORIGIN, waiting, { waitSeconds: 25, signal: new AbortController().signal })
      .then((envelope) => (answer = codeOf(envelope)));
    await settle();
    await decide({ answer: 'refused', block: true });
    expect(answer).toBe('ERR_USER_BLOCKED');
    expect(codeOf(await own.poll(waiting))).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    expect(codeOf(await own.poll(byRedirect.ok ? byRedirect.result.sessionId : ''))).toBe('ERR_USER_BLOCKED');
    expect(own.operations.authentications.map(({ request }) => request.origin)).toEqual([ORIGIN, OTHER_ORIGIN]);
    expect(await own.poll(other, OTHER_ORIGIN)).toEqual({ ok: true, result: { status: 'pending' } });
  });

  it('by what anybody could have sent takes only that from the site', async () => {
    const waiting = await own.open(asker(OTHER_ORIGIN));
    await own.redirect();
    const sameRoute = await own.redirect();
    const page = await own.open();
    at(own.operations.authentications, 0).resolve(TOKEN);
    await settle();
    expect(codeOf(await own.poll(waiting, OTHER_ORIGIN))).toBe('none');
    expect(at(own.operations.authentications, 1).request.requester).toMatchObject({ confirmed: false });
    await decide({ answer: 'refused', block: true });
    expect(codeOf(await own.poll(sameRoute.ok ? sameRoute.result.sessionId : ''))).toBe('ERR_USER_BLOCKED');
    expect(await own.poll(page)).toEqual({ ok: true, result: { status: 'pending' } });
    expect(codeOf(await own.tryOpen(extension))).toBe('none');
    expect(codeOf(await own.redirect())).toBe('ERR_USER_BLOCKED');
  });

  it('while its request waits keeps that from the person too', async () => {
    await own.open(asker(OTHER_ORIGIN));
    const waiting = await own.open();
    await own.sites.block(ORIGIN, true);
    at(own.operations.authentications, 0).resolve(TOKEN);
    await settle();
    expect(codeOf(await own.poll(waiting))).toBe('ERR_USER_BLOCKED');
    expect(own.operations.calls).toBe(1);
  });

  it('that cannot be kept is no quiet refusal', async () => {
    const failing: SiteMemory = {
      ...memorySites(),
      block: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'full')),
    };
    own = bridgeUnderTest({ sites: failing });
    const id = await own.open();
    await decide({ answer: 'refused', block: true });
    expect(codeOf(await own.poll(id))).toBe('ERR_INTERNAL');
    expect(own.log.events.at(-1)).toEqual({
      name: 'bridge.session.failed',
      fields: { origin: ORIGIN, operation: 'authenticate', code: 'ERR_INTERNAL_FILE' },
    });
  });

  it('is not what a mere refusal does', async () => {
    await own.open();
    await decide({ answer: 'refused' });
    expect(own.sites.isBlocked(ORIGIN, false)).toBe(false);
  });
});

describe('remembering a consent', () => {
  it('shortens the next log-in by extension, and no other', async () => {
    await own.open(extension);
    expect(at(own.operations.authentications, -1).request.remembered).toBe('may-be');
    await decide({ answer: 'agreed', remember: true });
    await own.open(extension);
    expect(at(own.operations.authentications, -1).request.remembered).toBe('is');
    await decide({ answer: 'agreed' });
    own = bridgeUnderTest({ sites: own.sites });
    await own.open();
    expect(at(own.operations.authentications, -1).request).not.toHaveProperty('remembered');
  });

  it('is not done because a dialog says so where it was not offered', async () => {
    await own.open();
    await decide({ answer: 'agreed', remember: true });
    await own.open(extension);
    expect(own.sites.isRemembered(ORIGIN, 'authenticate')).toBe(false);
  });

  it('is not done because a site was refused or merely agreed to', async () => {
    await own.open(extension);
    await decide({ answer: 'agreed' });
    expect(own.sites.isRemembered(ORIGIN, 'authenticate')).toBe(false);
  });

  it('that fails does not fail the log-in, and is logged without more than a code', async () => {
    const failing: SiteMemory = {
      ...memorySites(),
      remember: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'secret/sites.json')),
    };
    own = bridgeUnderTest({ sites: failing });
    const id = await own.open(extension);
    await decide({ answer: 'agreed', remember: true });
    expect(codeOf(await own.poll(id))).toBe('none');
    const fields = { origin: ORIGIN, operation: 'authenticate', code: 'ERR_INTERNAL_FILE' };
    expect(own.log.events).toContainEqual({ name: 'bridge.site.not-remembered', fields });
  });
});

describe('the log', () => {
  it('holds origins, operations and codes of all this, and nothing else', async () => {
    await own.open();
    const waiting = await own.open(extension);
    await decide({ answer: 'refused', block: true });
    await own.poll(waiting);
    expect(codeOf(await own.tryOpen())).toBe('ERR_USER_BLOCKED');
    const gone = await own.open(asker(OTHER_ORIGIN));
    own.bridge.cancel(OTHER_ORIGIN, gone);
    await own.open(asker('https://third.example'));
    await own.clock.advance(35_000);
    for (const { name, fields } of own.log.events) {
      expect(name).toMatch(/^bridge\.(session|site)\.[a-z-]+$/);
      expect(Object.keys(fields).filter((field) => !['origin', 'operation', 'code'].includes(field))).toEqual([]);
    }
    expect(new Set(own.log.events.map(({ name }) => name))).toEqual(
      new Set(['opened', 'blocked', 'failed', 'cancelled', 'expired'].map((event) => `bridge.session.${event}`)),
    );
  });

  it('tells of a memory that cannot be read, which the page does not learn', async () => {
    const damaged: SiteMemory = {
      ...memorySites(),
      isBlocked: () => {
        throw new ClientError('ERR_INTERNAL_FILE', 'damaged', { details: { reason: 'secret/sites.json' } });
      },
    };
    own = bridgeUnderTest({ sites: damaged });
    const envelope = await own.tryOpen();
    expect(codeOf(envelope)).toBe('ERR_INTERNAL');
    expect(JSON.stringify(envelope)).not.toContain('sites');
    const fields = { origin: ORIGIN, code: 'ERR_INTERNAL_FILE' };
    expect(own.log.events).toEqual([{ name: 'bridge.session.not-opened', fields }]);
    expect(own.operations.calls).toBe(0);
  });
});
