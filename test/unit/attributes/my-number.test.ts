import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE_KINDS } from '../../../main/core/inspection/certificate-details.js';
import type { FormatCrypto } from '../../../main/core/ports.js';
import { CHANGEABLE_PINS } from '../../../main/core/pin-change/pin-change.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { TEST_CARD_PINS, TEST_HOLDER, type VirtualCard } from '../../../native/virtual-card/index.js';
import { ATTRIBUTE_NAMES } from '../../../sdk/protocol/index.js';
import { coreClient, freshCard, type CoreClient } from '../../support/core-client.js';
import { readCurrentFile, selectAid, selectEf, send, succeed, TEXT_AID } from '../../support/virtual-card.js';
import { attributeFile } from './card-files.js';
import { myNumberFilesIn, watch, type Witness } from './my-number-witness.js';
import { itemOf } from '../../support/signable-items.js';

const never = new AbortController().signal;
const VISUAL_AID = 'd3921000310001010402';
const onlyReader = () => Promise.reject(new Error('one reader'));

/** EF 0001 as it lies on the card, and the bytes from which the number could be found. */
const MY_NUMBER_FILE = Buffer.concat([
  Buffer.from('ff100c', 'hex'),
  Buffer.from(TEST_HOLDER.myNumber),
  Buffer.from('ffff', 'hex'),
]);
const MY_NUMBER_DIGEST = createHash('sha256').update(MY_NUMBER_FILE).digest();

/** Every secret by role, so that a dialog of any operation gets the right one. */
const PINS = {
  authentication: TEST_CARD_PINS.authentication,
  signing: TEST_CARD_PINS.signing,
  profile: TEST_CARD_PINS.text,
  'number-b': TEST_CARD_PINS.numberB,
} as const;
type Role = keyof typeof PINS;

function clientOf(card: VirtualCard, roles: readonly Role[], crypto: FormatCrypto = nodeCrypto): CoreClient {
  return coreClient({ card, person: { decide: () => 'agreed', pins: roles.map((role) => PINS[role]) }, crypto });
}

let digestFile: Buffer;
let signature: Buffer;
beforeAll(async () => {
  const card = await freshCard();
  card.powerOn();
  succeed(card, selectAid(TEXT_AID), selectEf('0011'), '00200080 04 31323334', selectEf('0003'));
  digestFile = Buffer.from(readCurrentFile(card));
  signature = digestFile.subarray(-256);
});

describe('the files of the My Number', () => {
  it('are noticed by the witness where somebody does touch them', async () => {
    const card = await freshCard();
    const witness = watch(card);
    card.powerOn();
    const expectTouched = (count: number, ...commands: string[]): void => {
      for (const command of commands) send(card, command);
      expect(witness.touched).toHaveLength(count);
    };
    expectTouched(0, selectAid(TEXT_AID), selectEf('0002'), '00b0000000', '00b0820000', '00200091');
    expectTouched(1, selectEf('0001'));
    expectTouched(2, '00b0000000');
    expectTouched(3, '00b0810000');
    expectTouched(4, '00200094');
    expectTouched(4, selectAid('d392f000260100000001'), selectEf('0001'), '00b0810000', '00b0000000');
    expectTouched(5, selectAid(VISUAL_AID), selectEf('0005'));
    expectTouched(6, '00b0850000');
    expect(myNumberFilesIn(card.log)).toHaveLength(4);
  });

  it('are touched by no operation of the core', async () => {
    const card = await freshCard();
    const witness = watch(card);
    const { inspection } = clientOf(card, []);
    await inspection.inspect(onlyReader, never);
    await inspection.pinStatus(onlyReader, never);
    for (const kind of CERTIFICATE_KINDS) {
      await clientOf(card, ['signing']).inspection.describeCertificate(kind, onlyReader, never);
      await clientOf(card, ['signing']).inspection.readCertificate(kind, onlyReader, never);
    }
    const requester = { kind: 'self' } as const;
    await clientOf(card, ['authentication']).operations.authenticate(
      { operation: 'authenticate', requester, origin: 'https://service.example', challengeNonce: 'A'.repeat(44) },
      never,
    );
    const items = [itemOf('a', Uint8Array.of(1))];
    await clientOf(card, ['signing']).operations.sign({ operation: 'sign', requester, items }, never);
    for (const pinRole of ['profile', 'number-b'] as const) {
      await clientOf(card, [pinRole]).attributes.readAttributes({ attributes: [], pinRole }, never);
    }
    await clientOf(card, ['profile']).operations.readAttributes(
      { operation: 'readAttributes', requester, required: [...ATTRIBUTE_NAMES], optional: [], unverifiedPurpose: 'x' },
      never,
    );
    for (const pin of CHANGEABLE_PINS) {
      // The person gives no new one: what comes before it has been done by then.
      await clientOf(card, [pin])
        .pinChange.change(pin, never)
        .catch(() => undefined);
    }
    expect(witness.copies.length).toBeGreaterThan(100);
    expect(witness.digestReads).toBe(6);
    expect(witness.touched).toEqual([]);
    expect(myNumberFilesIn(card.log)).toEqual([]);
  });
});

describe('the digest of the My Number in EF 0003', () => {
  it('is there, and is what these tests look for', () => {
    expect(digestFile.includes(MY_NUMBER_DIGEST)).toBe(true);
    expect(signature).toHaveLength(256);
  });

  /** Everything an operation left for others to see: its result or error, its dialogs. */
  function shown(client: CoreClient, outcome: unknown): string {
    return inspect([outcome, client.interaction.dialogs], { depth: Infinity, showHidden: true, maxArrayLength: null });
  }

  function expectNothingOfIt(text: string): void {
    for (const secret of [MY_NUMBER_DIGEST, signature, MY_NUMBER_FILE]) {
      const forms = [
        secret.toString('hex'),
        secret.toString('base64'),
        secret.toString('base64url'),
        bytesInText(secret),
      ];
      for (const form of forms) expect(text.toLowerCase()).not.toContain(form.toLowerCase());
      // A part would do to find the number.
      expect(text.toLowerCase()).not.toContain(secret.toString('hex').slice(0, 16));
    }
    expect(text).not.toContain(TEST_HOLDER.myNumber);
  }

  /** How `inspect` writes the bytes of a typed array. */
  function bytesInText(bytes: Uint8Array): string {
    return [...bytes.subarray(0, 6)].join(', ');
  }

  const FIRST_AFTER_PIN = 3;
  const faults = {
    'nothing goes wrong': undefined,
    'the attributes differ': {
      at: FIRST_AFTER_PIN,
      fault: { respond: Buffer.concat([attributeFile().file, Buffer.from('9000', 'hex')]) },
    },
    'EF 0003 ends early': { at: FIRST_AFTER_PIN + 2, fault: { statusWord: 0x6f00 } },
    'the signature is altered': {
      at: FIRST_AFTER_PIN + 2,
      fault: { respond: Buffer.concat([Buffer.alloc(80), Buffer.from('9000', 'hex')]) },
    },
    'the card goes in the middle': { at: FIRST_AFTER_PIN + 2, fault: 'remove' },
  } as const;

  it.each(Object.entries(faults))('leaves no trace when %s', async (_what, fault) => {
    const card = await freshCard();
    const witness: Witness = watch(card);
    const given: Uint8Array[] = [];
    const crypto: FormatCrypto = {
      digest: (algorithm, data) => {
        if (data instanceof Uint8Array) given.push(data);
        return nodeCrypto.digest(algorithm, data);
      },
      verifySignature: (...args) => {
        given.push(args[2], args[3]);
        return nodeCrypto.verifySignature(...args);
      },
    };
    const client = coreClient({
      card,
      crypto,
      person: {
        decide: () => 'agreed',
        pins: [TEST_CARD_PINS.text],
        beforePin: () => {
          if (fault) card.insertFault(fault);
        },
      },
    });
    const outcome = await client.attributes
      .readAttributes({ attributes: [], pinRole: 'profile' }, never)
      .catch((thrown: unknown) => thrown);
    expectNothingOfIt(shown(client, outcome));
    expectNothingOfIt(JSON.stringify(outcome));

    // The bytes themselves: the reader handed them over, and nobody has them any more.
    const held = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes(MY_NUMBER_DIGEST.subarray(0, 16));
    expect(witness.copies.some(held)).toBe(true);
    expect(witness.responses.some(held)).toBe(false);
    expect(given.some(held)).toBe(false);
    const signatureLeft = given.some((bytes) => Buffer.from(bytes).includes(signature.subarray(0, 16)));
    expect(signatureLeft).toBe(false);
  });
});
