import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeyUse } from '../../../main/core/notices/notice.js';
import type { ReaderInfo } from '../../../main/core/ports.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { commandSummary, coreClient, freshCard, type CoreClientOptions } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { originRequester } from '../../support/origin-requester.js';
import { itemOf } from '../../support/signable-items.js';

const ORIGIN = 'https://service.example';
const requester = originRequester(ORIGIN);
const logIn = { operation: 'authenticate', requester, origin: ORIGIN, challengeNonce: 'A'.repeat(44) } as const;
const file = (name: string) => itemOf(name, new TextEncoder().encode(name));
const never = new AbortController().signal;

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  card.clearLog();
});

function clientOf(person: Person, options: Partial<CoreClientOptions> = {}) {
  const told: [KeyUse, ReaderInfo | undefined][] = [];
  const notices = { keyUsed: (use: KeyUse, reader?: ReaderInfo) => void told.push([use, reader]) };
  return { told, ...coreClient({ card, person: { decide: () => 'agreed', ...person }, notices, ...options }) };
}
const ended = (promise: Promise<unknown>): Promise<unknown> => promise.catch((thrown: unknown) => thrown);

describe('a use of a key is told once', () => {
  it('after a log-in', async () => {
    const { told, operations } = clientOf({ pins: ['1234'] });
    await operations.authenticate(logIn, never);
    expect(told).toEqual([
      [
        expect.objectContaining({ outcome: { status: 'done' }, testCard: true }),
        expect.objectContaining({ virtual: true }),
      ],
    ]);
    expect(told[0]?.[0].consent).toMatchObject({ operation: 'authenticate', requester: { origin: ORIGIN } });
  });

  it('after a wrong PIN and a right one, for all items together', async () => {
    const { told, operations } = clientOf({ pins: ['WRONG1', 'ABC123'] });
    const items = [file('a'), file('b'), file('c')];
    await operations.sign({ operation: 'sign', requester: { kind: 'self' }, items }, never);
    expect(told.map(([{ consent, outcome }]) => [consent.items.length, outcome.status])).toEqual([[3, 'done']]);
  });

  it('after a signature that was made and not handed out', async () => {
    const crypto = { ...nodeCrypto, verifySignature: () => Promise.resolve(false) };
    const { told, operations } = clientOf({ pins: ['1234'] }, { crypto });
    expect(await ended(operations.authenticate(logIn, never))).toMatchObject({ code: 'ERR_SIGN_MISMATCH' });
    expect(commandSummary(card).signatures).toBe(1);
    expect(told.map(([{ outcome }]) => outcome)).toEqual([expect.objectContaining({ code: 'ERR_SIGN_MISMATCH' })]);
  });

  it('after a PIN was changed', async () => {
    const { told, pinChange } = clientOf({ pins: ['1234'], newPins: ['2580', '2580'] }, { card: await freshCard() });
    await pinChange.change('authentication', never);
    expect(told.map(([{ consent }]) => consent.operation)).toEqual(['change-pin']);
  });
});

describe('nothing is told', () => {
  it.each<[string, Person]>([
    ['the person refuses', { decide: () => 'refused' }],
    ['no PIN is entered', { pins: [] }],
    ['the PIN is wrong', { pins: ['9999', undefined] }],
    ['the PIN has a wrong form', { pins: ['12', undefined] }],
  ])('where %s', async (_, person) => {
    const { told, operations } = clientOf(person);
    await ended(operations.authenticate(logIn, never));
    expect([told, commandSummary(card).signatures]).toEqual([[], 0]);
  });
});
