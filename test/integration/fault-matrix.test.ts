import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientError } from '../../main/core/errors.js';
import type { ErrorCode } from '../../sdk/protocol/index.js';
import { TEST_CARD_PINS, type CardFault, type VirtualCard } from '../../native/virtual-card/index.js';
import { commandSummary, coreClient, type CoreClient } from '../support/core-client.js';
import type { Person } from '../support/fake-interaction.js';
import { CardFactory } from '../support/virtual-card.js';

const ORIGIN = 'https://service.example';
const never = new AbortController().signal;
const noChoice = () => Promise.reject(new Error('there is one reader'));

interface Operation {
  readonly name: string;
  /** PINs that the person enters: the first, and again where the card was taken for another insertion. */
  readonly pin?: string;
  run(client: CoreClient): Promise<unknown>;
}

const OPERATIONS: readonly Operation[] = [
  { name: 'card', run: ({ inspection }) => inspection.inspect(noChoice, never) },
  {
    name: 'certificate export (authentication)',
    run: ({ inspection }) => inspection.readCertificate('authentication', noChoice, never),
  },
  {
    name: 'certificate export (signing)',
    pin: TEST_CARD_PINS.signing,
    run: ({ inspection }) => inspection.readCertificate('signing', noChoice, never),
  },
  {
    name: 'authenticate',
    pin: TEST_CARD_PINS.authentication,
    run: ({ operations }) =>
      operations.authenticate(
        {
          operation: 'authenticate',
          requester: { kind: 'origin', origin: ORIGIN },
          origin: ORIGIN,
          challengeNonce: 'A'.repeat(44),
        },
        never,
      ),
  },
  {
    name: 'sign (two items)',
    pin: TEST_CARD_PINS.signing,
    run: async ({ operations }) => {
      const items = await operations.sign(
        {
          operation: 'sign',
          requester: { kind: 'self' },
          format: 'cms',
          items: [1, 2].map((byte) => ({ unverifiedName: 'x', content: Uint8Array.of(byte) })),
        },
        never,
      );
      const failed = items.find((item) => item.status === 'failed');
      if (failed) throw new ClientError(failed.error.code, failed.error.message);
    },
  },
];

const FAULTS: readonly (readonly [name: string, fault: CardFault])[] = [
  ['the card vanishes', 'remove'],
  ['6F00', { statusWord: 0x6f00 }],
  ['garbage with 9000', { respond: Uint8Array.from([...Array<number>(37).fill(0xa5), 0x90, 0x00]) }],
  ['garbage without a known status word', { respond: Uint8Array.of(0x30, 0x82, 0x12, 0x34) }],
  ['nothing at all', { respond: new Uint8Array(0) }],
];

/** What a fault may end in; everything else, ERR_INTERNAL above all, is a defect. */
const EXPECTED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_CARD_REMOVED',
  'ERR_CARD_RESPONSE',
  'ERR_CARD_UNSUPPORTED',
  'ERR_CERT_MALFORMED',
  'ERR_CERT_MISSING',
  'ERR_SIGN_MISMATCH',
  // The person has no second PIN to give where the card said that the first one was wrong.
  'ERR_PIN_INCORRECT',
]);

describe.each(['default', 'no-short-file-id'] as const)('fault matrix, card profile %s', (profile) => {
  let card: VirtualCard;
  let factory: CardFactory;
  let cases = 0;

  beforeAll(async () => {
    factory = await CardFactory.create();
    card = await factory.newCard(profile);
  });
  afterAll(() => {
    console.info(`fault matrix, ${profile}: ${String(cases)} cases`);
  });

  function clientOf({ pin }: Operation): CoreClient {
    const person: Person = { decide: () => 'agreed', ...(pin !== undefined && { pins: [pin] }) };
    return coreClient({ card, person });
  }

  async function commandsOf(operation: Operation): Promise<number> {
    card.clearLog();
    await operation.run(clientOf(operation));
    return card.log.length;
  }

  async function outcomeOf(operation: Operation): Promise<ErrorCode | 'done'> {
    card.clearLog();
    try {
      await operation.run(clientOf(operation));
      return 'done';
    } catch (error) {
      return error instanceof ClientError ? error.code : 'ERR_INTERNAL';
    }
  }

  it.each(OPERATIONS)('$name: every command, every fault', { timeout: 120_000 }, async (operation) => {
    const commands = await commandsOf(operation);
    expect(commands).toBeGreaterThan(2);
    for (let at = 0; at < commands; at += 1) {
      for (const [name, fault] of FAULTS) {
        card.insertFault({ at, fault });
        const outcome = await outcomeOf(operation);
        const where = `${operation.name}, command ${String(at)}, ${name}`;
        if (outcome !== 'done') expect(EXPECTED, `${where}: ${outcome}`).toContain(outcome);
        if (fault === 'remove') expect(outcome, where).not.toBe('done');
        const { verifies, ins } = commandSummary(card);
        expect(verifies, `${where}: VERIFY sent again`).toBeLessThanOrEqual(operation.pin === undefined ? 0 : 1);
        // Without a verified PIN no key is used.
        if (verifies === 0) expect(ins, where).not.toContain('2A');
        expect(card.powered && operation.pin !== undefined && verifies > 0, `${where}: left verified`).toBe(false);
        // A fault that a longer run of commands made of it may still be waiting: it strikes a harmless query.
        await outcomeOf(OPERATIONS[0] ?? operation);
        expect(await outcomeOf(operation), `after ${where}`).toBe('done');
        cases += 1;
      }
    }
  });

  it('has spent no try', async () => {
    const { inspection } = coreClient({ card, person: {} });
    expect((await inspection.inspect(noChoice, never)).pins).toMatchObject({
      authentication: { status: 'tries-left', triesLeft: 3 },
      signing: { status: 'tries-left', triesLeft: 5 },
    });
  });
});
