import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignOperation } from '../../../main/core/signing/operations.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { commandSummary, coreClient, freshCard } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { originRequester } from '../../support/origin-requester.js';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { FakeClock } from '../bridge/fakes.js';
import { itemOf } from '../../support/signable-items.js';

const ORIGIN = 'https://service.example';
const NONCE = 'A'.repeat(44);
const requester = originRequester(ORIGIN);
const authenticateRequest = { operation: 'authenticate', requester, origin: ORIGIN, challengeNonce: NONCE } as const;
/** The person's own command, which is told what is wrong with the card. */
const ownRequest = { ...authenticateRequest, requester: { kind: 'self' } } as const;
const signRequest = (...contents: string[]): SignOperation => ({
  operation: 'sign',
  requester,

  items: contents.map((content, index) => itemOf(`item-${String(index)}.txt`, new TextEncoder().encode(content))),
});
const never = new AbortController().signal;
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  card.clearLog();
});

function client(person: Person, options: { cardWaitMilliseconds?: number } = {}) {
  return coreClient({ card, person, ...options });
}
const willing: Person = { decide: () => 'agreed' };

describe('authenticate', () => {
  it('makes a token that holds for exactly this origin and nonce', async () => {
    const { operations, interaction } = client({ ...willing, pins: ['1234'] });
    const token = await operations.authenticate(authenticateRequest, never);
    const certificate = new X509Certificate(Buffer.from(token.unverifiedCertificate, 'base64'));
    const signed = (origin: string, nonce: string): boolean =>
      verify(
        'RSA-SHA256',
        Buffer.concat([sha256(origin), sha256(nonce)]),
        certificate.publicKey,
        Buffer.from(token.signature, 'base64'),
      );
    expect(token).toMatchObject({ algorithm: 'RS256', format: 'web-eid:1.0' });
    expect(signed(ORIGIN, NONCE)).toBe(true);
    expect(signed(`${ORIGIN}/`, NONCE)).toBe(false);
    expect(interaction.dialogs[0]).toMatchObject({
      consent: { operation: 'authenticate', pinRole: 'authentication', disclosed: ['serial-number'], items: [] },
      outcome: { status: 'done' },
    });
  });

  it('spends few commands: at most 9 and the certificate, and three from VERIFY to the signature', async () => {
    const { operations } = client({ ...willing, pins: ['1234'] });
    const token = await operations.authenticate(authenticateRequest, never);
    const certificateBytes = Buffer.from(token.unverifiedCertificate, 'base64').length;
    const { ins } = commandSummary(card);
    expect(ins.length).toBeLessThanOrEqual(9 + Math.ceil(certificateBytes / 256));
    expect(ins.length - ins.lastIndexOf('20')).toBeLessThanOrEqual(3);
    expect(ins.at(-1)).toBe('2A');
  });

  it('costs no VERIFY where the person refuses', async () => {
    const { operations, interaction } = client({ decide: () => 'refused', pins: ['1234'] });
    await expect(operations.authenticate(authenticateRequest, never)).rejects.toMatchObject({
      code: 'ERR_USER_REFUSED',
    });
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
    expect(interaction.dialogs[0]?.outcome).toMatchObject({ status: 'failed', code: 'ERR_USER_REFUSED' });
  });

  it('zeroes the PIN it was given, after success and after failure', async () => {
    const good = client({ ...willing, pins: ['1234'] });
    await good.operations.authenticate(authenticateRequest, never);
    const bad = client({ ...willing, pins: ['12x4', undefined] });
    await expect(bad.operations.authenticate(authenticateRequest, never)).rejects.toThrow();
    const given = [...good.interaction.dialogs, ...bad.interaction.dialogs].flatMap(({ givenPins }) => givenPins);
    expect(given.map((pin) => [...pin])).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('leaves the card without power, so no other program inherits the PIN', async () => {
    await client({ ...willing, pins: ['1234'] }).operations.authenticate(authenticateRequest, never);
    expect(card.powered).toBe(false);
  });

  it('runs one dialog at a time', async () => {
    let open = 0;
    let most = 0;
    const { operations } = client({
      decide: async (): Promise<'refused'> => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 20));
        open -= 1;
        return 'refused';
      },
    });
    const results = await Promise.allSettled([1, 2, 3].map(() => operations.authenticate(authenticateRequest, never)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(most).toBe(1);
  });
});

describe('PIN tries', () => {
  it('never sends an entry of the wrong form to the card', async () => {
    const { operations, interaction } = client({ ...willing, pins: ['123', '', '１２３４', '12345'] });
    await expect(operations.authenticate(authenticateRequest, never)).rejects.toMatchObject({ code: 'ERR_PIN_FORMAT' });
    expect(commandSummary(card).verifies).toBe(0);
    expect(interaction.dialogs[0]?.prompts.map(({ reason }) => reason)).toEqual([
      undefined,
      'format',
      'format',
      'format',
      'format',
    ]);
  });

  it('sends a wrong PIN once, shows what is left, and takes the person’s next entry', async () => {
    const { operations, interaction } = client({ ...willing, pins: ['9999', '1234'] });
    await operations.authenticate(authenticateRequest, never);
    expect(commandSummary(card).verifies).toBe(2);
    expect(interaction.dialogs[0]?.prompts.map(({ triesLeft, reason }) => [triesLeft, reason])).toEqual([
      [3, undefined],
      [2, 'incorrect'],
    ]);
  });

  it('fails with the tries left where the person gives up after a wrong PIN', async () => {
    const own = await freshCard();
    const { operations } = coreClient({ card: own, person: { ...willing, pins: ['9999', undefined] } });
    await expect(operations.authenticate(authenticateRequest, never)).rejects.toMatchObject({
      code: 'ERR_PIN_INCORRECT',
      details: { triesLeft: 2 },
    });
    expect(commandSummary(own).verifies).toBe(1);
  });

  it('asks before the last try, spends it only on a yes, and then says blocked without asking for a PIN', async () => {
    const own = await freshCard();
    const pins = ['0000', '0000', '0000'];
    const wary = coreClient({ card: own, person: { ...willing, pins } });
    await expect(wary.operations.authenticate(authenticateRequest, never)).rejects.toMatchObject({
      code: 'ERR_PIN_INCORRECT',
      details: { triesLeft: 1 },
    });
    expect(commandSummary(own).verifies).toBe(2);
    const bold = coreClient({ card: own, person: { ...willing, confirmLastTry: () => true, pins } });
    await expect(bold.operations.authenticate(authenticateRequest, never)).rejects.toMatchObject({
      code: 'ERR_PIN_BLOCKED',
    });
    own.clearLog();
    const late = coreClient({ card: own, person: { ...willing, pins } });
    await expect(late.operations.authenticate(ownRequest, never)).rejects.toMatchObject({
      code: 'ERR_PIN_BLOCKED',
    });
    expect(commandSummary(own).verifies).toBe(0);
    expect(late.interaction.dialogs[0]?.prompts).toEqual([]);
  });

  it('asks again, without spending a try, where another program lost one meanwhile', async () => {
    const own = await freshCard();
    const { operations, interaction } = coreClient({
      card: own,
      person: {
        ...willing,
        pins: ['1234', '1234'],
        beforePin({ reason }) {
          if (reason) return;
          own.powerOn();
          own.transmit(Uint8Array.from(Buffer.from('00A4040C0AD392F000260100000001', 'hex')));
          own.transmit(Uint8Array.from(Buffer.from('00A4020C020018', 'hex')));
          own.transmit(Uint8Array.from(Buffer.from('002000800439393939', 'hex')));
          own.powerOff();
        },
      },
    });
    await operations.authenticate(authenticateRequest, never);
    expect(interaction.dialogs[0]?.prompts.map(({ triesLeft, reason }) => [triesLeft, reason])).toEqual([
      [3, undefined],
      [2, 'tries-changed'],
    ]);
    // One by the other program, one by the person.
    expect(commandSummary(own).verifies).toBe(2);
  });
});

describe('sign', () => {
  it('signs every item under one PIN, each signature over its own content', async () => {
    const { operations, interaction } = client({ ...willing, pins: ['abc123'] });
    const items = await operations.sign(signRequest('one', 'two'), never);
    expect(items).toEqual([{ status: 'signed' }, { status: 'signed' }]);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 2 });
    expect(interaction.dialogs[0]?.complete).toMatchObject({
      pinRole: 'signing',
      disclosed: ['four-attributes', 'serial-number'],
      items: [
        { name: 'item-0.txt', size: 3, sha256: sha256('one').toString('hex') },
        { name: 'item-1.txt', size: 3, sha256: sha256('two').toString('hex') },
      ],
    });
  });

  it('reports item by item where the card fails halfway', async () => {
    const { operations } = client({ ...willing, pins: ['ABC123'], beforePin: () => failFromNow('2nd signature') });
    const items = await operations.sign(signRequest('one', 'two', 'three'), never);
    expect(items.map((item) => (item.status === 'failed' ? item.error.code : item.status))).toEqual([
      'signed',
      'ERR_CARD_REMOVED',
      'ERR_CARD_REMOVED',
    ]);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 1 });
  });

  it('hands out nothing where the card’s signature does not match its certificate', async () => {
    const { operations } = client({ ...willing, pins: ['ABC123'], beforePin: () => failFromNow('forged signature') });
    await expect(operations.sign(signRequest('one'), never)).rejects.toMatchObject({ code: 'ERR_SIGN_MISMATCH' });
  });

  /** The person's part ends here; what follows are the commands of the exclusive connection. */
  function failFromNow(what: '2nd signature' | 'forged signature'): void {
    // SELECT, query, VERIFY, then the certificate's READ BINARYs, then the signatures.
    const certificateReads = Math.ceil(signingCertificateLength / 256);
    const firstSignature = 3 + certificateReads;
    if (what === '2nd signature') card.insertFault({ at: firstSignature + 1, fault: 'remove' });
    else
      card.insertFault({
        at: firstSignature,
        fault: { respond: Buffer.concat([Buffer.alloc(256, 1), Buffer.from('9000', 'hex')]) },
      });
  }

  let signingCertificateLength = 0;
  beforeAll(async () => {
    const reader = client({ ...willing, pins: ['ABC123'] });
    const der = await reader.inspection.readCertificate(
      'signing',
      () => Promise.reject(new Error('one reader')),
      never,
    );
    signingCertificateLength = der.length;
    expect(
      createPublicKey(new X509Certificate(der).publicKey.export({ type: 'spki', format: 'pem' })).asymmetricKeyType,
    ).toBe('rsa');
  });
});

describe('the card and the asker going away', () => {
  it.each([
    ['before anything', 0, 'ERR_CARD_REMOVED'],
    ['while the certificate is read', 3, 'ERR_CARD_REMOVED'],
  ])('card pulled %s', async (_when, at, code) => {
    const own = client({ ...willing, pins: ['1234'] });
    card.insertFault({ at, fault: 'remove' });
    await expect(own.operations.authenticate(ownRequest, never)).rejects.toMatchObject({ code });
    expect(commandSummary(card).verifies).toBe(0);
    card.clearLog();
    own.readers.insertCard();
    const next = client({ ...willing, pins: ['1234'] });
    await next.operations.authenticate(authenticateRequest, never);
  });

  it('card pulled between VERIFY and signature: an error, no second VERIFY, and the next operation works', async () => {
    const own = client({
      ...willing,
      pins: ['1234', '1234'],
      beforePin: () => {
        card.insertFault({ at: 3, fault: 'remove' });
      },
    });
    await expect(own.operations.authenticate(authenticateRequest, never)).rejects.toMatchObject({
      code: 'ERR_CARD_REMOVED',
    });
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 0 });
    expect(own.interaction.dialogs[0]?.prompts).toHaveLength(1);
    await client({ ...willing, pins: ['1234'] }).operations.authenticate(authenticateRequest, never);
  });

  it.each(['decide', 'beforePin'] as const)('the asker gone at %s: no VERIFY, dialog closed', async (stage) => {
    const gone = new AbortController();
    const leave = (): 'agreed' => {
      gone.abort();
      return 'agreed';
    };
    const person = stage === 'decide' ? { decide: leave } : { ...willing, beforePin: () => void leave() };
    const own = client({ ...person, pins: ['1234'] });
    await expect(own.operations.authenticate(authenticateRequest, gone.signal)).rejects.toMatchObject({
      code: 'ERR_USER_CANCELLED',
    });
    expect(commandSummary(card).verifies).toBe(0);
    expect(own.interaction.dialogs[0]?.outcome).toMatchObject({ status: 'failed', code: 'ERR_USER_CANCELLED' });
  });

  it('a page’s dialog that nobody answers ends by itself', async () => {
    const late = new FakeClock();
    let asked: () => void = () => undefined;
    const decided = new Promise<void>((resolve) => (asked = resolve));
    const { operations, interaction } = coreClient({
      card,
      clock: {
        now: () => new Date(),
        monotonic: () => late.monotonic(),
        sleep: (milliseconds, signal) => late.sleep(milliseconds, signal),
      },
      person: {
        decide: async (): Promise<'agreed'> => {
          asked();
          await late.sleep((LIMITS.dialogSeconds + 1) * 1_000);
          return 'agreed';
        },
        pins: ['1234'],
      },
    });
    const outcome = operations.authenticate(authenticateRequest, never).catch((error: unknown) => error);
    await decided;
    await late.advance((LIMITS.dialogSeconds + 2) * 1_000);
    expect(await outcome).toMatchObject({ code: 'ERR_USER_TIMEOUT' });
    expect(interaction.dialogs[0]?.outcome).toMatchObject({ code: 'ERR_USER_TIMEOUT' });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('waits for a card where it may, and says what it waits for', async () => {
    const own = client({ ...willing, pins: ['1234'] }, { cardWaitMilliseconds: 5_000 });
    own.readers.removeCard();
    setTimeout(() => {
      own.readers.insertCard();
    }, 50);
    await own.operations.authenticate(authenticateRequest, never);
    expect(own.interaction.dialogs[0]?.preparations.map(({ status }) => status)).toEqual(['waiting-for-card', 'ready']);
  });

  it('says that no card is there where it may not wait', async () => {
    const own = client({ ...willing, pins: ['1234'] });
    own.readers.removeCard();
    await expect(own.operations.authenticate(ownRequest, never)).rejects.toMatchObject({
      code: 'ERR_CARD_ABSENT',
    });
  });

  it('goes on with the same card taken out and put back before the PIN', async () => {
    const own = client({
      ...willing,
      pins: ['1234', '1234'],
      beforePin: () => {
        reinsert();
      },
    });
    let done = false;
    const reinsert = (): void => {
      if (done) return;
      done = true;
      own.readers.removeCard();
      own.readers.insertCard();
    };
    await own.operations.authenticate(authenticateRequest, never);
    expect(commandSummary(card).verifies).toBe(1);
    expect(own.interaction.dialogs[0]?.prompts).toHaveLength(2);
  });
});

describe('an earlier program’s verified PIN', () => {
  it('is neither taken for a correct PIN nor shown as tries: the card is powered off and asked again', async () => {
    const own = client({ ...willing, pins: ['1234'] });
    card.insertFault({ at: 1, fault: { statusWord: 0x9000 } });
    await own.operations.authenticate(authenticateRequest, never);
    expect(own.interaction.dialogs[0]?.prompts[0]?.triesLeft).toBe(3);
    expect(commandSummary(card).verifies).toBe(1);
  });
});

describe('inspection', () => {
  it('tells tries and dates without any PIN', async () => {
    const { inspection } = client({});
    const report = await inspection.inspect(() => Promise.reject(new Error('one reader')), never);
    expect(report).toMatchObject({
      testCard: true,
      pins: {
        authentication: { status: 'tries-left', triesLeft: 3 },
        signing: { status: 'tries-left', triesLeft: 5 },
      },
    });
    expect(commandSummary(card).verifies).toBe(0);
  });
});
