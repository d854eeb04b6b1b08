import { inspect } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../main/core/ports.js';
import type { ServiceAttributesOperation } from '../../../main/core/signing/operations.js';
import { TEST_CARD_PINS, TEST_HOLDER, type VirtualCard } from '../../../native/virtual-card/index.js';
import { LIMITS, type RequestedAttribute } from '../../../sdk/protocol/index.js';
import { commandSummary, coreClient, freshCard, type CoreClientOptions } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { originRequester } from '../../support/origin-requester.js';
import { FakeClock } from '../bridge/fakes.js';
import { attributeFile, type AttributeFileParts } from './card-files.js';

const never = new AbortController().signal;
const { text: PIN } = TEST_CARD_PINS;
const { name, address } = TEST_HOLDER;
const NAME = { attribute: 'name', status: 'given', value: name };
const ADDRESS = { attribute: 'address', status: 'given', value: address };
const willing: Person = { decide: () => 'agreed', pins: [PIN] };

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  card.clearLog();
});

function client(person: Person, options: Partial<CoreClientOptions> = {}) {
  return coreClient({ card, person, ...options });
}

function asking(
  required: readonly RequestedAttribute[],
  optional: readonly RequestedAttribute[] = [],
  overrides: Partial<ServiceAttributesOperation> = {},
): ServiceAttributesOperation {
  return {
    operation: 'readAttributes',
    requester: originRequester(),
    required,
    optional,
    unverifiedPurpose: '会員登録',
    ...overrides,
  };
}

function read(own: ReturnType<typeof client>, request: ServiceAttributesOperation, signal = never) {
  return own.operations.readAttributes(request, signal);
}

type Values = NonNullable<AttributeFileParts['values']>;

/** The person leaves these out. */
function withholding(...withheld: number[]): Person {
  return { ...willing, decide: () => ({ answer: 'agreed', withheld }) };
}

/** From now on EF 0002 is this file, and EF 0003, whose digest would contradict it, is not given. */
function replaceFile(values: Values): void {
  const respond = Buffer.concat([attributeFile({ values }).file, Buffer.from('9000', 'hex')]);
  // SELECT, tries left, VERIFY; then the two files.
  card.insertFault({ at: 3, fault: { respond } });
  card.insertFault({ at: 4, fault: { statusWord: 0x6982 } });
}

function withFile(values: Values, person: Person = willing): Person {
  return {
    ...person,
    beforePin: () => {
      replaceFile(values);
    },
  };
}

function clockAt(at: string): NonNullable<CoreClientOptions['clock']> {
  const clock = new FakeClock();
  return {
    now: () => new Date(at),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
}

describe('a service asks for attributes', () => {
  it('and gets them in the order of its request, required ones first, by one PIN', async () => {
    const own = client(willing);
    expect(await read(own, asking(['gender', 'birthDate'], ['address', 'name']))).toEqual([
      { attribute: 'gender', status: 'given', value: 'female' },
      { attribute: 'birthDate', status: 'given', value: '1990-04-01' },
      ADDRESS,
      NAME,
    ]);
    expect(commandSummary(card).verifies).toBe(1);
    const [dialog] = own.interaction.dialogs;
    expect(dialog).toMatchObject({
      consent: {
        operation: 'read-attributes',
        requester: { kind: 'origin', origin: 'https://service.example' },
        pinRole: 'profile',
        purpose: '会員登録',
        disclosed: ['gender', 'birth-date', 'address', 'name'],
        attributes: [
          { attribute: 'gender', required: true },
          { attribute: 'birthDate', required: true },
          { attribute: 'address', required: false },
          { attribute: 'name', required: false },
        ],
      },
      prompts: [{ role: 'profile', triesLeft: 3, minLength: 4, maxLength: 4 }],
      outcome: { status: 'done' },
    });
    expect(dialog?.givenPins.map((pin) => [...pin])).toEqual([[0, 0, 0, 0]]);
    expect(card.powered).toBe(false);
  });

  it('and gets an age without the birth date', async () => {
    const answers = await read(client(willing, { clock: clockAt('2026-03-31T14:59:59Z') }), asking([{ ageOver: 36 }]));
    expect(answers).toEqual([{ attribute: { ageOver: 36 }, status: 'given', value: false }]);
    const next = await read(client(willing, { clock: clockAt('2026-03-31T15:00:00Z') }), asking([{ ageOver: 36 }]));
    expect(next).toEqual([{ attribute: { ageOver: 36 }, status: 'given', value: true }]);
    expect(inspect([answers, next], { depth: Infinity })).not.toMatch(/1990/);
  });

  it('and hears where the register does not know enough of the date', async () => {
    const clock = clockAt('2026-11-21T00:00:00Z');
    const bounds = [{ ageOver: 20 }, { ageOver: 19 }, { ageOver: 21 }];
    expect(
      await read(client(withFile({ birthDate: '20060000' }), { clock }), asking(['birthDate', ...bounds])),
    ).toEqual([
      { attribute: 'birthDate', status: 'given', value: '2006-00-00' },
      { attribute: { ageOver: 20 }, status: 'unknown' },
      { attribute: { ageOver: 19 }, status: 'given', value: true },
      { attribute: { ageOver: 21 }, status: 'given', value: false },
    ]);
  });
});

describe('what is not given', () => {
  it('is declined by name, and the rest is given', async () => {
    const request = asking(['name'], ['address', { ageOver: 20 }, 'gender']);
    expect(await read(client(withholding(1, 3)), request)).toEqual([
      NAME,
      { attribute: 'address', status: 'declined' },
      { attribute: { ageOver: 20 }, status: 'given', value: true },
      { attribute: 'gender', status: 'declined' },
    ]);
  });

  it('a withheld birth date does not come with the age, nor a withheld age with the birth date', async () => {
    const request = asking([], ['birthDate', { ageOver: 20 }]);
    expect(await read(client(withholding(0)), request)).toEqual([
      { attribute: 'birthDate', status: 'declined' },
      { attribute: { ageOver: 20 }, status: 'given', value: true },
    ]);
    expect(await read(client(withholding(1)), request)).toEqual([
      { attribute: 'birthDate', status: 'given', value: '1990-04-01' },
      { attribute: { ageOver: 20 }, status: 'declined' },
    ]);
  });

  const garbled = { name: Buffer.from('ff', 'hex'), birthDate: 'not a date', gender: 'X' };
  it('is never decoded: not asked for, or left out', async () => {
    const given = { attribute: 'address', status: 'given', value: expect.any(String) as string };
    expect(await read(client(withFile(garbled)), asking(['address']))).toEqual([given]);
    const request = asking(['address'], ['name', { ageOver: 20 }, 'birthDate', 'gender']);
    expect(await read(client(withFile(garbled, withholding(1, 2, 3, 4))), request)).toMatchObject([
      given,
      ...request.optional.map((attribute) => ({ attribute, status: 'declined' })),
    ]);
    // The file is as broken as it seems.
    const broken = read(client(withFile(garbled)), asking(['address'], ['gender']));
    await expect(broken).rejects.toMatchObject({ code: 'ERR_CARD_RESPONSE' });
  });

  it.each<[string, readonly number[]]>([
    ['a required one', [0]],
    ['a required one among optional ones', [1, 0]],
    ['a position past the end', [3]],
    ['a negative one', [-1]],
    ['one between two', [1.5]],
    ['no number', [Number.NaN]],
    ['a number in words', ['1' as unknown as number]],
    ['a name', ['length' as unknown as number]],
  ])('leaving out %s is a refusal: no PIN, no card', async (_what, withheld) => {
    const own = client(withholding(...withheld));
    const decisions: Decision[] = [];
    const onDecision = (decision: Decision): void => void decisions.push(decision);
    const asked = read(own, asking(['name'], ['address', 'gender'], { onDecision }));
    await expect(asked).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(own.interaction.dialogs[0]?.prompts).toEqual([]);
    expect(commandSummary(card).verifies).toBe(0);
    expect(decisions).toEqual([{ answer: 'refused' }]);
  });

  it('leaving out everything is a refusal, too', async () => {
    const own = client(withholding(0, 1));
    await expect(read(own, asking([], ['name', 'gender']))).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('the same position twice is that position', async () => {
    expect(await read(client(withholding(1, 1, 1)), asking(['name'], ['address']))).toEqual([
      NAME,
      { attribute: 'address', status: 'declined' },
    ]);
  });
});

describe('what a service does not learn', () => {
  it('from a card that cannot be used: the person is told, the service hears a refusal once they close', async () => {
    const phone = await freshCard({ profile: 'android' });
    const own = coreClient({ card: phone, person: willing });
    await expect(read(own, asking(['name']))).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(own.interaction.dialogs[0]).toMatchObject({ acknowledged: true, decided: false, prompts: [] });
    expect(own.interaction.dialogs[0]?.preparations.at(-1)).toMatchObject({
      status: 'failed',
      code: 'ERR_CARD_UNSUPPORTED',
    });
  });

  it('from nobody answering: the dialog ends by itself', async () => {
    const clock = new FakeClock();
    const now = () => new Date();
    let asked: () => void = () => undefined;
    const deciding = new Promise<void>((resolve) => (asked = resolve));
    const own = client(
      {
        ...willing,
        async decide(): Promise<'agreed'> {
          asked();
          await clock.sleep((LIMITS.dialogSeconds + 1) * 1_000);
          return 'agreed';
        },
      },
      { clock: { now, monotonic: () => clock.monotonic(), sleep: (ms, signal) => clock.sleep(ms, signal) } },
    );
    const outcome = read(own, asking(['name'])).catch((error: unknown) => error);
    await deciding;
    await clock.advance((LIMITS.dialogSeconds + 2) * 1_000);
    expect(await outcome).toMatchObject({ code: 'ERR_USER_TIMEOUT' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('the page gone before the PIN: nothing is verified', async () => {
    const gone = new AbortController();
    const own = client({ ...willing, beforePin: () => gone.abort() });
    await expect(read(own, asking(['name']), gone.signal)).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('attributes that contradict the card’s own digest', async () => {
    const respond = Buffer.concat([attributeFile({ values: { name: '別人' } }).file, Buffer.from('9000', 'hex')]);
    const own = client({ ...willing, beforePin: () => card.insertFault({ at: 3, fault: { respond } }) });
    await expect(read(own, asking(['name']))).rejects.toMatchObject({ code: 'ERR_SIGN_DIGEST' });
  });
});
