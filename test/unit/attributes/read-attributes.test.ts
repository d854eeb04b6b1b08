import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadAttributesRequest } from '../../../main/core/attributes/read-attributes.js';
import { TEST_CARD_PINS, TEST_HOLDER, type CardFault, type VirtualCard } from '../../../native/virtual-card/index.js';
import { commandSummary, coreClient, freshCard, type CoreClientOptions } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import type { AttributeName } from '../../../sdk/protocol/index.js';
import { attributeFile } from './card-files.js';

const never = new AbortController().signal;
const ALL: ReadAttributesRequest = { attributes: [], pinRole: 'profile' };
const BY_NUMBER: ReadAttributesRequest = { attributes: [], pinRole: 'number-b' };
const HOLDER = {
  name: TEST_HOLDER.name,
  address: TEST_HOLDER.address,
  birthDate: TEST_HOLDER.birthDate,
  gender: 'female',
};
const CHECKS = { digest: 'matches', signature: 'holds', issuer: 'not-checked' };
const { text: PIN, numberB: NUMBER } = TEST_CARD_PINS;
const willing: Person = { decide: () => 'agreed' };

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

/** Response of a card to READ BINARY with this file. */
function answer(file: Uint8Array): CardFault {
  return { respond: Buffer.concat([file.subarray(0, 256), Buffer.from('9000', 'hex')]) };
}

describe('with the PIN and with 照合番号B', () => {
  it.each([
    ['the PIN', ALL, PIN, 3],
    ['照合番号B', BY_NUMBER, NUMBER, 10],
  ] as const)('%s opens all four, checked against the card’s own digest', async (_what, request, secret, tries) => {
    const { attributes, interaction } = client({ ...willing, pins: [secret] });
    const reading = await attributes.readAttributes(request, never);
    expect(reading).toEqual({ attributes: HOLDER, checks: CHECKS, testCard: true });
    expect(commandSummary(card).verifies).toBe(1);
    expect(interaction.dialogs[0]).toMatchObject({
      consent: {
        operation: 'read-attributes',
        requester: { kind: 'self' },
        pinRole: request.pinRole,
        disclosed: ['name', 'address', 'birth-date', 'gender'],
        items: [],
      },
      prompts: [{ role: request.pinRole, triesLeft: tries, minLength: secret.length, maxLength: secret.length }],
      outcome: { status: 'done' },
    });
    expect(interaction.dialogs[0]?.givenPins[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it('returns what was asked for, asks for no more, and puts it in the card’s order', async () => {
    const { attributes, interaction } = client({ ...willing, pins: [PIN, PIN] });
    const read = (names: AttributeName[]) =>
      attributes.readAttributes({ attributes: names, pinRole: 'profile' }, never);
    expect((await read(['gender', 'birthDate'])).attributes).toEqual({ birthDate: '19900401', gender: 'female' });
    expect((await read(['name'])).attributes).toEqual({ name: TEST_HOLDER.name });
    expect(interaction.dialogs.map(({ consent }) => consent.disclosed)).toEqual([['birth-date', 'gender'], ['name']]);
  });

  it('says who issued the card’s text where the root key is given', async () => {
    const subjectPublicKeyInfo = card.testAuthorities().attributes;
    const attributeRootKeys = [{ keyId: Buffer.from('MADOGUCHI-ROOT-1'), subjectPublicKeyInfo }];
    const { attributes } = client({ ...willing, pins: [PIN] }, { attributeRootKeys });
    expect((await attributes.readAttributes(ALL, never)).checks).toEqual({ ...CHECKS, issuer: 'holds' });
  });

  it('spends few commands from VERIFY to the end, on one exclusive connection, and leaves the card without power', async () => {
    await client({ ...willing, pins: [PIN] }).attributes.readAttributes(ALL, never);
    const { ins } = commandSummary(card);
    // VERIFY, EF 0002 in one READ BINARY, EF 0003 in two.
    expect(ins.length - ins.lastIndexOf('20')).toBe(4);
    expect(card.powered).toBe(false);
  });

  it('works on a card that does not know short file identifiers', async () => {
    const plain = await freshCard({ profile: 'no-short-file-id' });
    const { attributes } = coreClient({ card: plain, person: { ...willing, pins: [PIN] } });
    expect(await attributes.readAttributes(ALL, never)).toMatchObject({ attributes: HOLDER, checks: CHECKS });
  });

  it('goes on with the same card taken out and put back', async () => {
    let reinserted = false;
    const own = client({
      ...willing,
      pins: [PIN, PIN],
      beforePin() {
        if (reinserted) return;
        reinserted = true;
        own.readers.removeCard();
        own.readers.insertCard();
      },
    });
    expect((await own.attributes.readAttributes(ALL, never)).attributes).toEqual(HOLDER);
    expect(commandSummary(card).verifies).toBe(1);
  });
});

describe('tries', () => {
  it('a refusal costs none, nor does an entry of the wrong form', async () => {
    const refusing = client({ decide: () => 'refused' });
    await expect(refusing.attributes.readAttributes(ALL, never)).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    const pins = ['123', '12345', 'abcd', '', NUMBER];
    const careless = client({ ...willing, pins });
    await expect(careless.attributes.readAttributes(ALL, never)).rejects.toMatchObject({ code: 'ERR_PIN_FORMAT' });
    const numbers = client({ ...willing, pins: [PIN, '1234567890123', '0204012035123４'] });
    await expect(numbers.attributes.readAttributes(BY_NUMBER, never)).rejects.toMatchObject({ code: 'ERR_PIN_FORMAT' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it.each([
    ['the PIN', ALL, '9999', PIN, 2],
    ['照合番号B', BY_NUMBER, '99999999999999', NUMBER, 9],
  ] as const)(
    'a wrong entry for %s costs one, and the next is the person’s own',
    async (_what, request, wrong, right, left) => {
      const { attributes, interaction } = client({ ...willing, pins: [wrong, right] });
      await attributes.readAttributes(request, never);
      expect(commandSummary(card).verifies).toBe(2);
      expect(interaction.dialogs[0]?.prompts.map(({ triesLeft, reason }) => [triesLeft, reason])).toEqual([
        [left + 1, undefined],
        [left, 'incorrect'],
      ]);
    },
  );

  it('the last one takes a yes of its own; then the PIN is blocked, and only the PIN', async () => {
    const own = await freshCard();
    const wrong = { ...willing, pins: ['0000', '0000', '0000'] };
    const wary = coreClient({ card: own, person: wrong });
    await expect(wary.attributes.readAttributes(ALL, never)).rejects.toMatchObject({
      code: 'ERR_PIN_INCORRECT',
      details: { triesLeft: 1 },
    });
    expect(commandSummary(own).verifies).toBe(2);
    const asked: string[] = [];
    const bold = coreClient({ card: own, person: { ...wrong, confirmLastTry: (role) => asked.push(role) === 1 } });
    await expect(bold.attributes.readAttributes(ALL, never)).rejects.toMatchObject({
      code: 'ERR_PIN_BLOCKED',
      details: { role: 'profile' },
    });
    expect(asked).toEqual(['profile']);
    own.clearLog();
    const late = coreClient({ card: own, person: wrong });
    await expect(late.attributes.readAttributes(ALL, never)).rejects.toMatchObject({ code: 'ERR_PIN_BLOCKED' });
    expect(late.interaction.dialogs[0]?.prompts).toEqual([]);
    expect(commandSummary(own).verifies).toBe(0);
    const byNumber = coreClient({ card: own, person: { ...willing, pins: [NUMBER] } });
    expect((await byNumber.attributes.readAttributes(BY_NUMBER, never)).attributes).toEqual(HOLDER);
  });

  it('tries lost to another program meanwhile are shown before the next entry', async () => {
    const own = await freshCard();
    const { attributes, interaction } = coreClient({
      card: own,
      person: {
        ...willing,
        pins: [PIN, PIN],
        beforePin({ reason }) {
          if (reason) return;
          own.powerOn();
          for (const command of ['00A4040C0AD3921000310001010408', '00A4020C020011', '002000800439393939']) {
            own.transmit(Buffer.from(command, 'hex'));
          }
          own.powerOff();
        },
      },
    });
    await attributes.readAttributes(ALL, never);
    expect(interaction.dialogs[0]?.prompts.map(({ triesLeft, reason }) => [triesLeft, reason])).toEqual([
      [3, undefined],
      [2, 'tries-changed'],
    ]);
  });

  it('9000 to the question for tries is never taken for a PIN', async () => {
    const { attributes, interaction } = client({ ...willing, pins: [PIN] });
    card.insertFault({ at: 1, fault: { statusWord: 0x9000 } });
    await attributes.readAttributes(ALL, never);
    expect(interaction.dialogs[0]?.prompts[0]?.triesLeft).toBe(3);
    expect(commandSummary(card).verifies).toBe(1);
  });
});

describe('what goes wrong', () => {
  it('a phone, which has no such application: said before anything is asked', async () => {
    const phone = await freshCard({ profile: 'android' });
    const { attributes, interaction } = coreClient({ card: phone, person: { ...willing, pins: [PIN] } });
    await expect(attributes.readAttributes(ALL, never)).rejects.toMatchObject({
      code: 'ERR_CARD_UNSUPPORTED',
      details: { application: 'text' },
    });
    expect(interaction.dialogs[0]).toMatchObject({ decided: false, prompts: [] });
  });

  /** SELECT, tries left, VERIFY; then EF 0002 and EF 0003. */
  const AFTER_PIN = { attributes: 3, digests: 4, restOfDigests: 5 };
  const changed = attributeFile({ values: { name: '別人' } }).file;
  it.each<[string, number, CardFault, string]>([
    ['the card goes before EF 0002', AFTER_PIN.attributes, 'remove', 'ERR_CARD_REMOVED'],
    ['the card goes in the middle of EF 0003', AFTER_PIN.restOfDigests, 'remove', 'ERR_CARD_REMOVED'],
    ['EF 0002 is refused', AFTER_PIN.attributes, { statusWord: 0x6982 }, 'ERR_CARD_RESPONSE'],
    ['EF 0002 is garbage', AFTER_PIN.attributes, answer(Buffer.alloc(200, 0x5a)), 'ERR_CARD_RESPONSE'],
    ['EF 0002 is another’s', AFTER_PIN.attributes, answer(changed), 'ERR_SIGN_DIGEST'],
    [
      'EF 0002 claims four gigabytes',
      AFTER_PIN.attributes,
      answer(Buffer.from('ff2084ffffffff', 'hex')),
      'ERR_CARD_RESPONSE',
    ],
    ['EF 0003 is garbage', AFTER_PIN.digests, answer(Buffer.alloc(200, 0xff)), 'ERR_CARD_RESPONSE'],
    ['6F00 in the middle of EF 0003', AFTER_PIN.restOfDigests, { statusWord: 0x6f00 }, 'ERR_CARD_RESPONSE'],
    ['the rest of EF 0003 is altered', AFTER_PIN.restOfDigests, answer(Buffer.alloc(80, 1)), 'ERR_SIGN_INVALID'],
  ])('%s', async (_what, at, fault, code) => {
    const own = client({
      ...willing,
      pins: [PIN, PIN],
      beforePin: () => {
        card.insertFault({ at, fault });
      },
    });
    await expect(own.attributes.readAttributes(ALL, never)).rejects.toMatchObject({ code });
    expect(commandSummary(card).verifies).toBe(1);
    expect(card.powered).toBe(false);
    own.readers.insertCard();
    const next = client({ ...willing, pins: [PIN] });
    expect((await next.attributes.readAttributes(ALL, never)).attributes).toEqual(HOLDER);
  });

  it('EF 0003 withheld: the attributes come, and nothing is called checked', async () => {
    const fault = { statusWord: 0x6982 };
    const own = client({
      ...willing,
      pins: [PIN],
      beforePin: () => {
        card.insertFault({ at: AFTER_PIN.digests, fault });
      },
    });
    expect(await own.attributes.readAttributes(ALL, never)).toMatchObject({
      attributes: HOLDER,
      checks: { digest: 'not-checked', signature: 'not-checked', issuer: 'not-checked' },
    });
  });

  it('a card without certificates still has its face', async () => {
    const { attributes } = client({ ...willing, pins: [PIN] });
    // SELECT, tries left, EF 0004 in three; then the JPKI application is looked for.
    const selectJpki = [5, 6];
    for (const at of selectJpki) card.insertFault({ at, fault: { statusWord: 0x6a82 } });
    expect((await attributes.readAttributes(ALL, never)).attributes).toEqual(HOLDER);
    const refused = card.log.filter(({ statusWord }) => statusWord === 0x6a82);
    expect(refused.map(({ ins, p1 }) => [ins, p1])).toEqual([
      [0xa4, 0x04],
      [0xa4, 0x04],
    ]);
  });

  it('a card put back that nothing shows to be the same', async () => {
    const own = client({
      ...willing,
      pins: [PIN, PIN],
      beforePin() {
        own.readers.removeCard();
        own.readers.insertCard();
        for (const at of [5, 6]) card.insertFault({ at, fault: { statusWord: 0x6a82 } });
      },
    });
    await expect(own.attributes.readAttributes(ALL, never)).rejects.toMatchObject({ code: 'ERR_CARD_CHANGED' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('the asker gone: nothing is verified', async () => {
    const gone = new AbortController();
    const own = client({ ...willing, pins: [PIN], beforePin: () => gone.abort() });
    await expect(own.attributes.readAttributes(ALL, gone.signal)).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(commandSummary(card).verifies).toBe(0);
  });
});
