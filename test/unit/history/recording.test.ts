import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EndedRequest, HistoryFacts } from '../../../main/core/history/history-entry.js';
import { historyFacts } from '../../../main/core/history/history-entry.js';
import type { HistoryRecorder } from '../../../main/core/history/history.js';
import { recordEnded } from '../../../main/core/history/record-ended.js';
import { InsertionMemories } from '../../../main/core/card/insertion-memory.js';
import { createCardOperations } from '../../../main/core/signing/card-operations.js';
import { createPinChange } from '../../../main/core/pin-change/pin-change.js';
import { createCardInspection } from '../../../main/core/inspection/card-inspection.js';
import { Turns } from '../../../main/core/signing/turns.js';
import { createTrustAnchors } from '../../../main/core/trust/trust-anchors.js';
import { translatedCardReaders } from '../../../main/node/card-readers.js';
import { nodeCrypto, nodeRsaDigestInfoCheck } from '../../../main/node/node-crypto.js';
import { systemClock } from '../../../main/node/system.js';
import { virtualCardReaders, type VirtualCard } from '../../../native/virtual-card/index.js';
import { freshCard } from '../../support/core-client.js';
import { fakeInteraction, type Person } from '../../support/fake-interaction.js';
import { originRequester } from '../../support/origin-requester.js';
import { ledgeredReaders } from '../../support/pin-ledger.js';
import { itemOf } from '../../support/signable-items.js';

const ORIGIN = 'https://service.example';

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});

function client(person: Person, recorder: HistoryRecorder) {
  const environment = {
    readers: ledgeredReaders(translatedCardReaders(virtualCardReaders(card))),
    memories: new InsertionMemories(),
    turns: new Turns(),
    clock: systemClock,
    crypto: nodeCrypto,
    ...nodeRsaDigestInfoCheck,
    attributeRootKeys: [],
    trust: createTrustAnchors([], nodeCrypto),
    interaction: fakeInteraction(person),
    selection: { kind: 'auto' } as const,
    cardWaitMilliseconds: 0,
    log: { event: () => undefined },
    recorder,
  };
  return {
    operations: createCardOperations(environment),
    pinChange: createPinChange(environment),
    inspection: createCardInspection(environment),
  };
}

/** Waits for a request that has to fail. */
async function failed(request: Promise<unknown>): Promise<void> {
  await expect(request).rejects.toMatchObject({ name: 'ClientError' });
}

class Book implements HistoryRecorder {
  readonly facts: HistoryFacts[] = [];

  record(request: EndedRequest): Promise<void> {
    this.facts.push(historyFacts(request));
    return Promise.resolve();
  }
}

const PERSON: Person = { decide: () => 'agreed', pins: ['1234'] };
const REQUEST = {
  operation: 'authenticate',
  requester: originRequester(ORIGIN),
  origin: ORIGIN,
  challengeNonce: 'n'.repeat(44),
} as const;
const signal = (): AbortSignal => new AbortController().signal;

describe('every request that opened a dialog is recorded', () => {
  it('done, before its result leaves', async () => {
    const book = new Book();
    await client(PERSON, book).operations.authenticate(REQUEST, signal());
    expect(book.facts).toEqual([
      expect.objectContaining({
        operation: 'authenticate',
        disclosed: ['serial-number'],
        result: { status: 'done' },
        testCard: true,
      }),
    ]);
  });

  it('with the digests of what was signed', async () => {
    const book = new Book();
    const contents = ['one', 'two'].map((text) => Buffer.from(text));
    const items = contents.map((content) => itemOf('file.txt', new Uint8Array(content)));
    const person: Person = { ...PERSON, pins: ['ABC123'] };
    const request = { operation: 'sign', requester: originRequester(ORIGIN), items } as const;
    await client(person, book).operations.sign(request, signal());
    expect(book.facts[0]?.items.map(({ digest }) => digest)).toEqual(
      contents.map((content) => createHash('sha256').update(content).digest('hex')),
    );
  });

  it.each<[string, Person, HistoryFacts['result']]>([
    ['refused', { decide: () => 'refused' as const }, { status: 'refused' }],
    ['without a PIN', { decide: () => 'agreed' as const }, { status: 'failed', code: 'ERR_USER_CANCELLED' }],
    [
      'with a PIN of the wrong form',
      { decide: () => 'agreed' as const, pins: ['12', undefined] },
      { status: 'failed', code: 'ERR_PIN_FORMAT' },
    ],
  ])('%s', async (_what, person, result) => {
    const book = new Book();
    await failed(client(person, book).operations.authenticate(REQUEST, signal()));
    expect(book.facts.map((facts) => facts.result)).toEqual([result]);
    expect(book.facts[0]?.disclosed).toEqual([]);
  });

  it('whose page went away', async () => {
    const book = new Book();
    const page = new AbortController();
    const person: Person = {
      ...PERSON,
      beforePin: () => page.abort(),
    };
    await failed(client(person, book).operations.authenticate(REQUEST, page.signal));
    expect(book.facts.map(({ result }) => result)).toEqual([{ status: 'failed', code: 'ERR_USER_CANCELLED' }]);
  });

  it('and a change of a PIN, but nothing that opened none', async () => {
    const book = new Book();
    const own = client({ ...PERSON, newPins: [undefined] }, book);
    await failed(own.pinChange.change('authentication', signal()));
    expect(book.facts.map(({ operation, result }) => [operation, result.status])).toEqual([['change-pin', 'failed']]);
    const gone = new AbortController();
    gone.abort();
    await failed(own.operations.authenticate(REQUEST, gone.signal));
    expect(book.facts).toHaveLength(1);
  });
});

describe('recording', () => {
  it.each<[string, HistoryRecorder]>([
    ['rejects', { record: () => Promise.reject(new Error('no disk')) }],
    [
      'throws',
      {
        record: () => {
          throw new Error('a defect');
        },
      },
    ],
  ])('that %s changes nothing for the page', async (_what, recorder) => {
    const token = await client(PERSON, recorder).operations.authenticate(REQUEST, signal());
    expect(token.format).toBe('web-eid:1.0');
  });

  it('that never ends holds a result up for two seconds at most', async () => {
    const waited: number[] = [];
    const clock = {
      ...systemClock,
      sleep: (milliseconds: number) => {
        waited.push(milliseconds);
        return Promise.resolve();
      },
    };
    const never: HistoryRecorder = { record: () => new Promise(() => undefined) };
    const { consent, outcome } = { consent: {} as EndedRequest['consent'], outcome: { status: 'done' } as const };
    await recordEnded({ recorder: never, clock }, { consent, outcome, testCard: false });
    expect(waited).toEqual([2_000]);
  });
});
