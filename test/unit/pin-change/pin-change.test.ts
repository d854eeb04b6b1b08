import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANGEABLE_PINS, type ChangeablePin } from '../../../main/core/pin-change/pin-change.js';
import type { CardProfileName, VirtualCard } from '../../../native/virtual-card/index.js';
import { commandSummary, coreClient } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { CardFactory, JPKI_AID, selectAid, selectEf, send, succeed, TEXT_AID } from '../../support/virtual-card.js';

const never = new AbortController().signal;

/** Where each PIN is, its present value, and one to change it to. */
const PINS: Readonly<Record<ChangeablePin, { aid: string; file: string; old: string; next: string }>> = {
  authentication: { aid: JPKI_AID, file: '0018', old: '1234', next: '2580' },
  signing: { aid: JPKI_AID, file: '001b', old: 'ABC123', next: 'NEWPASS99' },
  profile: { aid: TEXT_AID, file: '0011', old: '1234', next: '1357' },
};

let factory: CardFactory;
beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => {
  factory.remove();
});

function client(card: VirtualCard, person: Person) {
  return coreClient({ card, person: { decide: () => 'agreed', ...person } });
}

function change(card: VirtualCard, which: ChangeablePin, person: Person) {
  const own = client(card, person);
  return { ...own, done: own.pinChange.change(which, never) };
}

/** What the card answers to VERIFY with `pin`, asked without our program. */
function statusOf(card: VirtualCard, which: ChangeablePin, pin: string): string {
  const { aid, file } = PINS[which];
  card.powerOn();
  succeed(card, selectAid(aid), selectEf(file));
  const data = Buffer.from(pin, 'ascii');
  const status = send(card, `00200080${data.length.toString(16).padStart(2, '0')}${data.toString('hex')}`);
  card.powerOff();
  return status;
}

const changes = (card: VirtualCard) => card.log.filter(({ ins }) => ins === 0x24);

describe('a PIN is changed', () => {
  it.each(CHANGEABLE_PINS)('%s: one VERIFY of the old one, one CHANGE, and the power goes off', async (which) => {
    const card = await factory.newCard();
    const { old, next } = PINS[which];
    const { done, interaction } = change(card, which, { pins: [old], newPins: [next, next] });
    await done;
    expect(commandSummary(card).verifies).toBe(1);
    expect(changes(card).map(({ p1, p2, lc, statusWord }) => [p1, p2, lc, statusWord])).toEqual([
      [0x01, 0x80, next.length, 0x9000],
    ]);
    expect(card.log.at(-1)?.ins).toBe(0x24);
    expect(card.powered).toBe(false);
    expect(statusOf(card, which, next)).toBe('9000');
    expect(statusOf(card, which, old)).toMatch(/^63c/);
    expect(interaction.dialogs[0]).toMatchObject({
      consent: { operation: 'change-pin', pinRole: which, disclosed: [], items: [] },
      progress: ['verifying-pin', 'changing-pin'],
      outcome: { status: 'done' },
    });
    expect(interaction.dialogs[0]?.newPinPrompts.map(({ role, entry }) => [role, entry])).toEqual([
      [which, 'first'],
      [which, 'again'],
    ]);
  });

  it.each<[CardProfileName, ChangeablePin]>([
    ['no-short-file-id', 'signing'],
    ['first-command-6f00', 'authentication'],
    ['verified-survives-reset', 'profile'],
    ['next-card', 'authentication'],
    // A new PIN needs no certificate that is in force, nor one that can be read.
    ['expired', 'authentication'],
    ['android', 'authentication'],
    ['no-signing-certificate', 'signing'],
  ])('on %s: %s', async (profile, which) => {
    const card = await factory.newCard(profile);
    const { old, next } = PINS[which];
    await change(card, which, { pins: [old], newPins: [next, next] }).done;
    expect(commandSummary(card).verifies).toBe(1);
    expect(changes(card)).toHaveLength(1);
  });

  it('keeps the signing password in upper case, as VERIFY will be sent it', async () => {
    const card = await factory.newCard();
    await change(card, 'signing', { pins: ['abc123'], newPins: ['newPass99', 'NEWpass99'] }).done;
    expect(statusOf(card, 'signing', 'NEWPASS99')).toBe('9000');
  });

  it('asks for everything before the card: no VERIFY and no connection while the new PIN is asked', async () => {
    const card = await factory.newCard();
    const seen: [string, number][] = [];
    const own = client(card, {
      pins: ['1234'],
      newPins: ['2580', '2580'],
      beforeNewPin: async ({ entry }) => {
        seen.push([entry, commandSummary(card).verifies]);
        const [reader] = await own.readers.list();
        const connection = await own.readers.connect(reader?.name ?? '', { shareMode: 'exclusive' });
        await connection.disconnect('leave');
      },
    });
    await own.pinChange.change('authentication', never);
    expect(seen).toEqual([
      ['first', 0],
      ['again', 0],
    ]);
  });

  it('shows the tries left first, and zeroes every entry, taken or not', async () => {
    const card = await factory.newCard();
    const { done, interaction } = change(card, 'authentication', {
      pins: ['12x4', '1234'],
      newPins: ['12345', '2580', '2581', '2580', '2580'],
    });
    await done;
    const [dialog] = interaction.dialogs;
    expect(dialog?.preparations.at(-1)).toMatchObject({ status: 'ready', triesLeft: 3 });
    expect(dialog?.prompts.map(({ triesLeft }) => triesLeft)).toEqual([3, 3]);
    expect(dialog?.givenPins).toHaveLength(7);
    expect(dialog?.givenPins.every((pin) => pin.every((byte) => byte === 0))).toBe(true);
  });
});

describe('an entry that cannot be', () => {
  it.each<[string, ChangeablePin, (string | undefined)[], (string | undefined)[]]>([
    ['too short', 'authentication', ['258', '2580', '2580'], [undefined, 'too-short', undefined]],
    ['too long', 'profile', ['25801', '1357', '1357'], [undefined, 'too-long', undefined]],
    ['full-width', 'authentication', ['２５８０', '2580', '2580'], [undefined, 'full-width', undefined]],
    ['letters', 'authentication', ['258o', '2580', '2580'], [undefined, 'characters', undefined]],
    ['of one kind', 'signing', ['PASSWORD', 'PASS99', 'PASS99'], [undefined, 'one-kind', undefined]],
    ['the old one', 'authentication', ['1234', '2580', '2580'], [undefined, 'unchanged', undefined]],
    ['the old one in lower case', 'signing', ['abc123', 'PASS99', 'PASS99'], [undefined, 'unchanged', undefined]],
    ['not repeated', 'authentication', ['2580', '2581', '2580', '2580'], [undefined, undefined, 'mismatch', undefined]],
    ['easily guessed', 'authentication', ['0000', '2580', '2580'], [undefined, 'trivial', undefined]],
  ])('%s is asked again without the card', async (_what, which, newPins, reasons) => {
    const card = await factory.newCard();
    const { done, interaction } = change(card, which, { pins: [PINS[which].old], newPins });
    await done;
    expect(interaction.dialogs[0]?.newPinPrompts.map(({ reason }) => reason)).toEqual(reasons);
    expect(commandSummary(card).verifies).toBe(1);
    expect(statusOf(card, which, newPins.at(-1) ?? '')).toBe('9000');
  });

  it.each([
    [['258'], 'too-short'],
    [['1234'], 'unchanged'],
    [['2580', '2581'], 'mismatch'],
    [['1111'], 'trivial'],
  ])('%j and then nothing: the rule is in the error, and the card was not asked', async (newPins, rule) => {
    const card = await factory.newCard();
    await expect(change(card, 'authentication', { pins: ['1234'], newPins }).done).rejects.toMatchObject({
      code: 'ERR_PIN_FORMAT',
      details: { rule, role: 'authentication', minLength: 4, maxLength: 4 },
    });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('says which rule the old PIN breaks', async () => {
    const card = await factory.newCard();
    const { done, interaction } = change(card, 'signing', { pins: ['ＡＢＣ１２３', 'AB-123', undefined] });
    await expect(done).rejects.toMatchObject({ code: 'ERR_PIN_FORMAT', details: { rule: 'characters' } });
    expect(interaction.dialogs[0]?.prompts.map(({ fault }) => fault)).toEqual([undefined, 'full-width', 'characters']);
  });

  it('is taken where the person insists on an easily guessed one', async () => {
    const card = await factory.newCard();
    await change(card, 'authentication', {
      pins: ['1234'],
      newPins: ['0000', '0000'],
      confirmTrivialPin: () => true,
    }).done;
    expect(statusOf(card, 'authentication', '0000')).toBe('9000');
  });

  it('ends the request where the second entry never comes', async () => {
    const card = await factory.newCard();
    const { done } = change(card, 'authentication', { pins: ['1234'], newPins: ['2580', undefined] });
    await expect(done).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(commandSummary(card).verifies).toBe(0);
  });
});

describe('the old PIN', () => {
  it('costs one try where it is wrong, and is never tried again by itself', async () => {
    const card = await factory.newCard();
    const { done } = change(card, 'authentication', { pins: ['9999', undefined], newPins: ['2580', '2580'] });
    await expect(done).rejects.toMatchObject({ code: 'ERR_PIN_INCORRECT', details: { triesLeft: 2 } });
    expect(commandSummary(card).verifies).toBe(1);
    expect(changes(card)).toEqual([]);
    expect(statusOf(card, 'authentication', '1234')).toBe('9000');
  });

  it('may be entered again by the person, who need not repeat the new one', async () => {
    const card = await factory.newCard();
    const { done, interaction } = change(card, 'authentication', { pins: ['9999', '1234'], newPins: ['2580', '2580'] });
    await done;
    expect(commandSummary(card).verifies).toBe(2);
    expect(interaction.dialogs[0]?.prompts.map(({ triesLeft, reason }) => [triesLeft, reason])).toEqual([
      [3, undefined],
      [2, 'incorrect'],
    ]);
    expect(interaction.dialogs[0]?.newPinPrompts).toHaveLength(2);
    expect(statusOf(card, 'authentication', '2580')).toBe('9000');
  });

  it('may turn out to be the new one: then another new one is asked', async () => {
    const card = await factory.newCard();
    const { done, interaction } = change(card, 'authentication', {
      pins: ['9999', '1234'],
      newPins: ['1234', '1234', '2580', '2580'],
      confirmTrivialPin: () => true,
    });
    await done;
    expect(interaction.dialogs[0]?.newPinPrompts).toHaveLength(4);
    expect(interaction.dialogs[0]?.givenPins.every((pin) => pin.every((byte) => byte === 0))).toBe(true);
    expect(statusOf(card, 'authentication', '2580')).toBe('9000');
  });

  it('is not asked for where it is blocked', async () => {
    const card = await factory.newCard('blocked-6984');
    const { done, interaction } = change(card, 'signing', { pins: ['ABC123'], newPins: ['PASS99', 'PASS99'] });
    await expect(done).rejects.toMatchObject({ code: 'ERR_PIN_BLOCKED', details: { role: 'signing' } });
    expect(interaction.dialogs[0]?.prompts).toEqual([]);
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('is asked for at the last try only after a yes', async () => {
    const card = await factory.newCard();
    for (const pin of ['9999', '9998']) statusOf(card, 'profile', pin);
    card.clearLog();
    const { done } = change(card, 'profile', { pins: ['1234'], newPins: ['1357', '1357'] });
    await expect(done).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(commandSummary(card).verifies).toBe(0);
    await change(card, 'profile', { pins: ['1234'], newPins: ['1357', '1357'], confirmLastTry: () => true }).done;
    expect(statusOf(card, 'profile', '1357')).toBe('9000');
  });
});

it('waits for its turn: one dialog at a time, whoever asks for it', async () => {
  const card = await factory.newCard();
  let open = 0;
  let most = 0;
  const own = coreClient({
    card,
    person: {
      decide: async (): Promise<'refused'> => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 20));
        open -= 1;
        return 'refused';
      },
    },
  });
  const requester = { kind: 'self' } as const;
  const results = await Promise.allSettled([
    own.pinChange.change('authentication', never),
    own.inspection.describeCertificate('signing', () => Promise.reject(new Error('one reader')), never),
    own.attributes.readAttributes({ attributes: [], pinRole: 'profile' }, never),
    own.operations.authenticate(
      { operation: 'authenticate', requester, origin: 'https://service.example', challengeNonce: 'n'.repeat(44) },
      never,
    ),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  expect(own.interaction.dialogs).toHaveLength(4);
  expect(most).toBe(1);
});

describe('what is not there', () => {
  it.each<[CardProfileName, ChangeablePin, string]>([
    ['android', 'profile', 'ERR_CARD_UNSUPPORTED'],
    ['no-signing-files', 'signing', 'ERR_CERT_MISSING'],
  ])('on %s: %s cannot be changed', async (profile, which, code) => {
    const card = await factory.newCard(profile);
    const { done, interaction } = change(card, which, { pins: [PINS[which].old] });
    await expect(done).rejects.toMatchObject({ code });
    expect(interaction.dialogs[0]?.prompts).toEqual([]);
  });
});

describe('when things go wrong', () => {
  it('the person leaves while the new PIN is asked: nothing is sent, all is zeroed', async () => {
    const card = await factory.newCard();
    const gone = new AbortController();
    const own = client(card, {
      pins: ['1234'],
      newPins: ['2580', '2580'],
      beforeNewPin: ({ entry }) => {
        if (entry === 'again') gone.abort();
      },
    });
    await expect(own.pinChange.change('authentication', gone.signal)).rejects.toMatchObject({
      code: 'ERR_USER_CANCELLED',
    });
    expect(commandSummary(card).verifies).toBe(0);
    const given = own.interaction.dialogs[0]?.givenPins ?? [];
    expect(given.length).toBeGreaterThan(0);
    expect(given.every((pin) => pin.every((byte) => byte === 0))).toBe(true);
  });

  /** SELECT, tries left, VERIFY, SELECT of the PIN's file, CHANGE: what the exclusive connection sends. */
  const EXCLUSIVE_COMMANDS = 5;

  it('the card goes at CHANGE: either PIN may hold, and that is said', async () => {
    const card = await factory.newCard();
    const own = client(card, {
      pins: ['1234'],
      newPins: ['2580', '2580'],
      beforeNewPin: ({ entry }) => {
        if (entry === 'again') card.insertFault({ at: EXCLUSIVE_COMMANDS - 1, fault: 'remove' });
      },
    });
    await expect(own.pinChange.change('authentication', never)).rejects.toMatchObject({
      code: 'ERR_CARD_REMOVED',
      details: { change: 'unknown' },
    });
    expect(commandSummary(card).verifies).toBe(1);
  });

  it('the card refuses CHANGE: the old PIN holds, and that is said', async () => {
    const card = await factory.newCard();
    const own = client(card, {
      pins: ['1234'],
      newPins: ['2580', '2580'],
      beforeNewPin: ({ entry }) => {
        if (entry === 'again') card.insertFault({ at: EXCLUSIVE_COMMANDS - 1, fault: { statusWord: 0x6985 } });
      },
    });
    await expect(own.pinChange.change('authentication', never)).rejects.toMatchObject({
      code: 'ERR_CARD_RESPONSE',
      details: { change: 'refused', statusWord: '6985', ins: '24' },
    });
    expect(card.powered).toBe(false);
    expect(statusOf(card, 'authentication', '1234')).toBe('9000');
  });

  it('whichever command fails, the old PIN is verified once at most, and the next change works', async () => {
    const measured = await factory.newCard();
    await change(measured, 'signing', { pins: ['ABC123'], newPins: ['PASS99', 'PASS99'] }).done;
    const commands = measured.log.length;
    const faults = ['remove', { statusWord: 0x6f00 }, { respond: Uint8Array.of(0xde, 0xad) }] as const;
    let cases = 0;
    for (const fault of faults) {
      for (let at = 0; at < commands; at += 1) {
        const card = await factory.newCard();
        const own = client(card, { pins: ['ABC123'], newPins: ['PASS99', 'PASS99'] });
        card.insertFault({ at, fault });
        const outcome = await own.pinChange.change('signing', never).catch((error: unknown) => error);
        if (fault === 'remove') expect(outcome).toMatchObject({ code: 'ERR_CARD_REMOVED' });
        else if (outcome !== undefined)
          expect(outcome).toHaveProperty('code', expect.stringMatching(/^ERR_(CARD|PIN)_/));
        expect(commandSummary(card).verifies).toBeLessThanOrEqual(1);
        const [before, after] = outcome === undefined ? ['PASS99', 'ABC124'] : ['ABC123', 'PASS99'];
        await change(card, 'signing', { pins: [before], newPins: [after, after] }).done;
        cases += 1;
      }
    }
    console.log(`PIN change: ${String(cases)} faults`);
  });
});
