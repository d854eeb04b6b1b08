import { createHash, createPublicKey, publicDecrypt, X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PreparedDigestItem, PreparedItem, SignableItem } from '../../../main/core/documents/signable-item.js';
import { ClientError } from '../../../main/core/errors.js';
import type { SignOperation } from '../../../main/core/signing/operations.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { encodeDigestInfo } from '../../../sdk/formats/index.js';
import { commandSummary, coreClient, freshCard } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { itemOf } from '../../support/signable-items.js';

const never = new AbortController().signal;
const PERSON: Person = { decide: () => 'agreed', pins: ['ABC123'] };

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  card.clearLog();
});

const request = (items: readonly SignableItem[]): SignOperation => ({
  operation: 'sign',
  requester: { kind: 'self' },
  items,
});

const files = (count: number): SignableItem[] =>
  Array.from({ length: count }, (_, index) => itemOf(`file-${String(index)}`, Uint8Array.of(index)));

/** An item with a part of its life replaced. */
function changed(item: SignableItem, change: (prepared: PreparedItem) => Partial<PreparedItem>): SignableItem {
  return {
    unverifiedName: item.unverifiedName,
    async prepare(signal) {
      const prepared = await item.prepare(signal);
      return { ...prepared, ...change(prepared) } as PreparedItem;
    },
  };
}

describe('a batch', () => {
  it('is named at once, and agreed to only when all of it was read', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = changed(itemOf('slow', Uint8Array.of(1)), () => ({}));
    const items = [
      ...files(2),
      { ...slow, prepare: async (signal: AbortSignal) => (await held, slow.prepare(signal)) },
    ];
    const { operations, interaction } = coreClient({ card, person: PERSON });
    const signing = operations.sign(request(items), never);
    await expect.poll(() => interaction.dialogs).toHaveLength(1);
    // Longer than the other two take.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [dialog] = interaction.dialogs;
    expect(dialog).toMatchObject({ decided: false, complete: undefined, prompts: [] });
    expect(dialog?.consent).toMatchObject({ items: [], beingRead: ['file-0', 'file-1', 'slow'] });
    release();
    await signing;
    expect(dialog?.complete?.items).toHaveLength(3);
    expect(dialog).toMatchObject({ decided: true });
  });

  it('is not asked about where one of its items cannot be read', async () => {
    const broken: SignableItem = {
      unverifiedName: 'broken',
      prepare: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'gone')),
    };
    const { operations, interaction } = coreClient({ card, person: PERSON });
    await expect(operations.sign(request([...files(1), broken]), never)).rejects.toMatchObject({
      code: 'ERR_INTERNAL_FILE',
    });
    expect(interaction.dialogs[0]).toMatchObject({ decided: false, prompts: [] });
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it('stops between two items when the person wants it to, keeps what was signed, and names the rest', async () => {
    const wish = new AbortController();
    const items = files(4).map((item, index) =>
      index === 1
        ? changed(item, (prepared) => ({
            begin: async (context: never) => {
              wish.abort();
              return prepared.kind === 'document' ? prepared.begin(context) : new Uint8Array();
            },
          }))
        : item,
    );
    const { operations } = coreClient({ card, person: PERSON });
    const outcomes = await operations.sign(request(items), wish.signal);
    expect(outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.error.code : outcome.status))).toEqual([
      'signed',
      'ERR_USER_CANCELLED',
      'ERR_USER_CANCELLED',
      'ERR_USER_CANCELLED',
    ]);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 1 });
  });

  it('loses one result that cannot be kept, and no other', async () => {
    const items = files(3).map((item, index) =>
      index === 1
        ? changed(item, () => ({ complete: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'disk full')) }))
        : item,
    );
    const { operations, interaction } = coreClient({ card, person: PERSON });
    expect(await operations.sign(request(items), never)).toMatchObject([
      { status: 'signed' },
      { status: 'failed', error: { code: 'ERR_INTERNAL_FILE' } },
      { status: 'signed' },
    ]);
    expect(interaction.dialogs[0]?.outcome).toEqual({ status: 'done' });
  });

  it('fails where no result could be kept', async () => {
    const items = files(2).map((item) =>
      changed(item, () => ({ complete: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'disk full')) })),
    );
    const { operations, interaction } = coreClient({ card, person: PERSON });
    await expect(operations.sign(request(items), never)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    expect(interaction.dialogs[0]?.outcome).toMatchObject({ status: 'failed', code: 'ERR_INTERNAL_FILE' });
  });

  it('lets go of every item, whatever came of it', async () => {
    for (const person of [PERSON, { decide: () => 'refused' } satisfies Person]) {
      let discarded = 0;
      const items = files(3).map((item) =>
        changed(item, () => ({
          discard: () => {
            discarded += 1;
            return Promise.resolve();
          },
        })),
      );
      const { operations } = coreClient({ card, person });
      await operations.sign(request(items), never).catch(() => undefined);
      expect(discarded).toBe(3);
    }
  });
});

describe('a bare digest', () => {
  const digest = createHash('sha512').update('nobody here knows what').digest();

  function digestItem(given: { signature?: Uint8Array; certificate?: Uint8Array }): SignableItem {
    const prepared: PreparedDigestItem = {
      kind: 'digest',
      algorithm: 'SHA-512',
      digest: new Uint8Array(digest),
      complete(signature, certificate) {
        Object.assign(given, { signature, certificate });
        return Promise.resolve();
      },
      discard: () => Promise.resolve(),
    };
    return { unverifiedName: 'contract', prepare: () => Promise.resolve(prepared) };
  }

  it('is shown as such, and signed as exactly this digest', async () => {
    const given: { signature?: Uint8Array; certificate?: Uint8Array } = {};
    const { operations, interaction } = coreClient({ card, person: PERSON });
    expect(await operations.sign(request([digestItem(given)]), never)).toEqual([{ status: 'signed' }]);
    expect(interaction.dialogs[0]?.complete?.items).toEqual([
      { kind: 'digest', name: 'contract', algorithm: 'SHA-512', digest: digest.toString('hex') },
    ]);
    const certificate = new X509Certificate(given.certificate ?? new Uint8Array());
    const recovered = publicDecrypt(
      createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
      given.signature ?? new Uint8Array(),
    );
    expect(new Uint8Array(recovered)).toEqual(encodeDigestInfo('SHA-512', new Uint8Array(digest)));
  });

  it('is refused by a card whose signature over it could not be checked', async () => {
    const nextCard = await freshCard({ profile: 'next-card' });
    const { operations } = coreClient({ card: nextCard, person: PERSON });
    await expect(operations.sign(request([digestItem({})]), never)).rejects.toMatchObject({
      code: 'ERR_SIGN_ALGORITHM',
    });
    expect(commandSummary(nextCard)).toMatchObject({ signatures: 0 });
  });

  it('goes nowhere where the card answers with a signature over something else', async () => {
    const given: { signature?: Uint8Array } = {};
    const reader = coreClient({ card, person: PERSON });
    const certificate = await reader.inspection.readCertificate('signing', () => Promise.resolve(''), never);
    // SELECT, query, VERIFY, then the certificate's READ BINARYs, then the signature.
    const at = 3 + Math.ceil(certificate.length / 256);
    const fault = { respond: Buffer.concat([Buffer.alloc(256, 1), Buffer.from('9000', 'hex')]) };
    const beforePin = (): void => {
      card.insertFault({ at, fault });
    };
    const { operations } = coreClient({ card, person: { ...PERSON, beforePin } });
    await expect(operations.sign(request([digestItem(given)]), never)).rejects.toMatchObject({
      code: 'ERR_SIGN_MISMATCH',
    });
    expect(given).toEqual({});
  });
});
