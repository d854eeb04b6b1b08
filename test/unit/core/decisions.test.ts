import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../main/core/ports.js';
import type { AuthenticateOperation, SignOperation } from '../../../main/core/signing/operations.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { commandSummary, coreClient, freshCard } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { originRequester } from '../../support/origin-requester.js';
import { itemOf } from '../../support/signable-items.js';

const requester = originRequester();
const never = new AbortController().signal;
const LOGIN: AuthenticateOperation = {
  operation: 'authenticate',
  requester,
  origin: requester.origin,
  challengeNonce: 'A'.repeat(44),
};
const SIGN: SignOperation = {
  operation: 'sign',
  requester,

  items: [itemOf('x', Uint8Array.of(1))],
};
const UNLISTED: SignOperation = { ...SIGN, separateStep: 'unlisted-signing' };

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  card.clearLog();
});

function client(person: Person) {
  return coreClient({ card, person });
}

describe('the separate step', () => {
  it.each<[string, Person]>([
    ['is not answered', {}],
    [
      'is refused, even though the consent would be agreed to',
      { confirmSeparateStep: () => false, decide: () => 'agreed' },
    ],
  ])('%s: nothing further is asked, and no PIN', async (_what, person) => {
    const own = client({ ...person, pins: ['ABC123'] });
    await expect(own.operations.sign(UNLISTED, never)).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(own.interaction.dialogs[0]).toMatchObject({ separateStepAsked: true, decided: false, prompts: [] });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('agrees to nothing by itself', async () => {
    const own = client({ confirmSeparateStep: () => true, decide: () => 'refused', pins: ['ABC123'] });
    await expect(own.operations.sign(UNLISTED, never)).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('and the consent together sign', async () => {
    const own = client({ confirmSeparateStep: () => true, decide: () => 'agreed', pins: ['ABC123'] });
    expect(await own.operations.sign(UNLISTED, never)).toMatchObject([{ status: 'signed' }]);
  });

  it('is asked where the terms say so, and only there', async () => {
    const own = client({ decide: () => 'agreed', pins: ['ABC123', '1234'] });
    await own.operations.sign(SIGN, never);
    await own.operations.authenticate({ ...LOGIN, separateStep: 'unlisted-signing' }, never);
    expect(own.interaction.dialogs.map(({ separateStepAsked }) => separateStepAsked)).toEqual([false, false]);
  });
});

describe('a remembered consent', () => {
  it('goes on to the PIN, which the person still enters', async () => {
    const decisions: Decision[] = [];
    const onDecision = (decision: Decision): void => void decisions.push(decision);
    const own = client({ pins: ['1234'] });
    await own.operations.authenticate({ ...LOGIN, remembered: 'is', onDecision }, never);
    expect(own.interaction.dialogs[0]).toMatchObject({ decided: false, prompts: [{ role: 'authentication' }] });
    expect(decisions).toEqual([]);
    const absent = client({});
    const unanswered = absent.operations.authenticate({ ...LOGIN, remembered: 'is' }, never);
    await expect(unanswered).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(commandSummary(card).verifies).toBe(1);
  });

  it('never stands for one to sign or to read attributes', async () => {
    const own = client({ pins: ['ABC123', '1234'] });
    await expect(own.operations.sign({ ...SIGN, remembered: 'is' }, never)).rejects.toMatchObject({
      code: 'ERR_USER_REFUSED',
    });
    const asked = own.operations.readAttributes(
      {
        operation: 'readAttributes',
        requester,
        required: ['name'],
        optional: [],
        unverifiedPurpose: 'x',
        remembered: 'is',
      },
      never,
    );
    await expect(asked).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(own.interaction.dialogs.map(({ decided }) => decided)).toEqual([true, true]);
    expect(commandSummary(card).verifies).toBe(0);
  });
});

describe('whoever keeps what the person decided', () => {
  it.each<[string, Decision, Decision]>([
    ['a blocked site', { answer: 'refused', block: true }, { answer: 'refused', block: true }],
    ['a refusal', { answer: 'refused' }, { answer: 'refused' }],
    ['a shorter explanation that was not on offer as none', { answer: 'agreed', remember: true }, { answer: 'agreed' }],
  ])('learns of %s before the PIN is asked', async (_what, decided, expected) => {
    const events: unknown[] = [];
    const own = client({ decide: () => decided, pins: ['1234'], beforePin: () => void events.push('PIN') });
    const onDecision = (decision: Decision): void => void events.push(decision);
    await own.operations.authenticate({ ...LOGIN, onDecision }, never).catch(() => undefined);
    expect(events).toEqual(expected.answer === 'agreed' ? [expected, 'PIN'] : [expected]);
  });

  it('learns of a shorter explanation where it was on offer', async () => {
    const decisions: Decision[] = [];
    const own = client({ decide: () => ({ answer: 'agreed', remember: true }), pins: ['1234'] });
    const onDecision = (decision: Decision): void => void decisions.push(decision);
    await own.operations.authenticate({ ...LOGIN, remembered: 'may-be', onDecision }, never);
    expect(decisions).toEqual([{ answer: 'agreed', remember: true }]);
  });

  it('is waited for; where it fails, no PIN is asked', async () => {
    const own = client({ decide: () => 'agreed', pins: ['ABC123'] });
    const onDecision = () => Promise.reject(new Error('the disk is full'));
    await expect(own.operations.sign({ ...SIGN, onDecision }, never)).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    expect(own.interaction.dialogs[0]?.prompts).toEqual([]);
    expect(commandSummary(card).verifies).toBe(0);
  });
});
