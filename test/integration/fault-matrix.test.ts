import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientError } from '../../main/core/errors.js';
import type { CardReaders } from '../../main/core/ports.js';
import type { ErrorCode } from '../../sdk/protocol/index.js';
import {
  TEST_CARD_PINS,
  type CardFault,
  type VirtualCard,
  type VpcdConnection,
} from '../../native/virtual-card/index.js';
import { CARD_OPERATIONS, pinChangeOperation, type CardOperation } from '../support/card-operations.js';
import { commandSummary, coreClient } from '../support/core-client.js';
import { untilCardPresent } from '../support/card-presence.js';
import { putIntoVpcd, readersOf } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory } from '../support/virtual-card.js';

const FAULTS: readonly (readonly [name: string, fault: CardFault])[] = [
  ['the card vanishes', 'remove'],
  ['6F00', { statusWord: 0x6f00 }],
  ['garbage with 9000', { respond: Uint8Array.from([...Array<number>(37).fill(0xa5), 0x90, 0x00]) }],
  ['garbage without a known status word', { respond: Uint8Array.of(0x30, 0x82, 0x12, 0x34) }],
  ['nothing at all', { respond: new Uint8Array(0) }],
];

/** What a fault may end in; everything else, ERR_INTERNAL above all, is a defect. */
const EXPECTED: ReadonlySet<string> = new Set<ErrorCode>([
  'ERR_CARD_REMOVED',
  'ERR_CARD_RESPONSE',
  'ERR_CARD_UNSUPPORTED',
  'ERR_CERT_MALFORMED',
  'ERR_CERT_MISSING',
  'ERR_SIGN_MISMATCH',
  'ERR_SIGN_DIGEST',
  'ERR_SIGN_INVALID',
]);

/** PINs that persons entered, and VERIFY commands with one that the cards got, over this whole file. */
const entries = { entered: 0, verified: 0 };
const CHANGED_PIN = '8642';

/** Runs operations on one card and keeps the books. */
class Matrix {
  readonly card: VirtualCard;
  readonly #cardReaders: CardReaders | undefined;
  cases = 0;

  constructor(card: VirtualCard, cardReaders?: CardReaders) {
    this.card = card;
    this.#cardReaders = cardReaders;
  }

  async outcomeOf(operation: CardOperation): Promise<ErrorCode | 'done'> {
    this.card.clearLog();
    const cardReaders = this.#cardReaders;
    const client = coreClient({ card: this.card, person: operation.person, ...(cardReaders && { cardReaders }) });
    try {
      await operation.run(client);
      return 'done';
    } catch (error) {
      return error instanceof ClientError ? error.code : 'ERR_INTERNAL';
    } finally {
      entries.entered += client.interaction.dialogs.reduce((sum, { givenPins }) => sum + givenPins.length, 0);
      entries.verified += commandSummary(this.card).verifies;
    }
  }

  async commandsOf(operation: CardOperation): Promise<number> {
    expect(await this.outcomeOf(operation)).toBe('done');
    const commands = this.card.log.length;
    expect(commands).toBeGreaterThan(2);
    return commands;
  }

  /** One fault at one command: what came of it, and that the next operation works. */
  async strike(operation: CardOperation, at: number, [name, fault]: (typeof FAULTS)[number]): Promise<void> {
    this.card.insertFault({ at, fault });
    const outcome = await this.outcomeOf(operation);
    const where = `${operation.name}, command ${String(at)}, ${name}`;
    if (outcome !== 'done') expect(EXPECTED, `${where}: ${outcome}`).toContain(outcome);
    if (fault === 'remove') expect(outcome, where).not.toBe('done');
    this.expectCarefulUse(operation, where);
    this.cases += 1;
  }

  /** At most one VERIFY for each PIN entered; no key is used without one; nothing verified is left behind. */
  expectCarefulUse(operation: CardOperation, where: string): void {
    const { verifies, ins } = commandSummary(this.card);
    expect(verifies, `${where}: VERIFY sent again`).toBeLessThanOrEqual(operation.pins);
    if (verifies === 0) expect(ins, where).not.toContain('2A');
    if (verifies > 0) expect(this.card.powered, `${where}: left verified`).toBe(false);
  }
}

/** Where the run of commands was shorter than expected, the fault still waits: it strikes a query that costs nothing. */
async function clearFault(matrix: Matrix): Promise<void> {
  const [query] = CARD_OPERATIONS;
  if (query) await matrix.outcomeOf(query);
}

async function expectNoTrySpent(matrix: Matrix): Promise<void> {
  const { inspection } = coreClient({ card: matrix.card, person: {} });
  const { pins } = await inspection.pinStatus(
    () => Promise.reject(new Error('there is one reader')),
    new AbortController().signal,
  );
  expect(pins).toMatchObject({
    authentication: { status: 'tries-left', triesLeft: 3 },
    signing: { status: 'tries-left', triesLeft: 5 },
    profile: { status: 'tries-left', triesLeft: 3 },
    'number-b': { status: 'tries-left', triesLeft: 10 },
  });
}

afterAll(() => {
  console.info(`PINs entered by persons: ${String(entries.entered)}; VERIFY with a PIN: ${String(entries.verified)}`);
  expect(entries.verified).toBeLessThanOrEqual(entries.entered);
});

describe.each(['default', 'no-short-file-id'] as const)('fault matrix, card profile %s', (profile) => {
  let matrix: Matrix;

  beforeAll(async () => {
    matrix = new Matrix(await (await CardFactory.create()).newCard(profile));
  });
  afterAll(() => {
    console.info(`fault matrix, ${profile}: ${String(matrix.cases)} cases`);
  });

  it.each(CARD_OPERATIONS)('$name: every command, every fault', { timeout: 120_000 }, async (operation) => {
    const commands = await matrix.commandsOf(operation);
    for (let at = 0; at < commands; at += 1) {
      for (const fault of FAULTS) {
        await matrix.strike(operation, at, fault);
        await clearFault(matrix);
        expect(await matrix.outcomeOf(operation), `after ${operation.name}, ${String(at)}, ${fault[0]}`).toBe('done');
      }
    }
  });

  it('pin change: every command, every fault; the card has either the old PIN or the new one', async () => {
    let pin: string = TEST_CARD_PINS.authentication;
    const change = (): CardOperation =>
      pinChangeOperation(pin, pin === CHANGED_PIN ? TEST_CARD_PINS.authentication : CHANGED_PIN);
    const flip = (): void => {
      pin = pin === CHANGED_PIN ? TEST_CARD_PINS.authentication : CHANGED_PIN;
    };
    const commands = await matrix.commandsOf(change());
    flip();
    for (let at = 0; at < commands; at += 1) {
      for (const fault of FAULTS) {
        await matrix.strike(change(), at, fault);
        // A command that a fault answered has no effect, so the card changed its PIN only if it answered by itself.
        if (matrix.card.log.some(({ ins, statusWord }, index) => ins === 0x24 && statusWord === 0x9000 && index !== at))
          flip();
        await clearFault(matrix);
        expect(await matrix.outcomeOf(change()), `after pin change, ${String(at)}, ${fault[0]}`).toBe('done');
        flip();
      }
    }
    if (pin === CHANGED_PIN) expect(await matrix.outcomeOf(change())).toBe('done');
  });

  it('has spent no try', () => expectNoTrySpent(matrix));
});

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: late answers through pcscd: ${missing}`);

describe.skipIf(missing !== undefined)('fault matrix: answers later than the deadline, through pcscd', () => {
  /** Of one command, milliseconds; and how late the answer comes. */
  const DEADLINE = 200;
  const DELAY = 450;
  let pcscd: Pcscd;
  let readers: CardReaders;
  let inserted: VpcdConnection;
  let matrix: Matrix;

  beforeAll(async () => {
    pcscd = await startPcscd();
    const card = await (await CardFactory.create()).newCard();
    inserted = await putIntoVpcd(card, pcscd);
    readers = readersOf(pcscd, { deadlines: { transmit: DEADLINE } });
    await untilCardPresent(readers, VPCD_READERS[0], true);
    matrix = new Matrix(card, readers);
  });
  afterAll(async () => {
    console.info(`fault matrix, late answers: ${String(matrix.cases)} cases`);
    await readers.close();
    await inserted.close();
    await pcscd.close();
  });

  it.each(CARD_OPERATIONS)('$name: every command', { timeout: 240_000 }, async (operation) => {
    const commands = await matrix.commandsOf(operation);
    for (let at = 0; at < commands; at += 1) {
      matrix.card.insertFault({ at, fault: { delayMilliseconds: DELAY } });
      const where = `${operation.name}, command ${String(at)}`;
      expect(await matrix.outcomeOf(operation), where).toBe('ERR_PCSC_TIMEOUT');
      expect(commandSummary(matrix.card).verifies, where).toBeLessThanOrEqual(operation.pins);
      matrix.cases += 1;
      // The late answer is still on its way; the next operation waits for the reader, not for a person.
      await new Promise((resolve) => setTimeout(resolve, DELAY - DEADLINE));
      expect(await matrix.outcomeOf(operation), `after ${where}`).toBe('done');
    }
  });

  it('has spent no try', () => expectNoTrySpent(matrix));
});
