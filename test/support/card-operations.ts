import { ClientError } from '../../main/core/errors.js';
import { TEST_CARD_PINS } from '../../native/virtual-card/index.js';
import type { CoreClient } from './core-client.js';
import type { Person } from './fake-interaction.js';
import { itemOf } from './signable-items.js';

const ORIGIN = 'https://service.example';
const never = new AbortController().signal;
const noChoice = () => Promise.reject(new Error('there is one reader'));

/** One of the product's operations on the card, with the person it needs. */
export interface CardOperation {
  readonly name: string;
  readonly person: Person;
  /** PINs the person enters in one run that goes well. */
  readonly pins: number;
  run(client: CoreClient): Promise<unknown>;
}

function withPin(pin: string, newPin?: string): Pick<CardOperation, 'person' | 'pins'> {
  const person: Person = { decide: () => 'agreed', pins: [pin] };
  const change = newPin && { newPins: [newPin, newPin], confirmTrivialPin: () => true };
  return { person: { ...person, ...change }, pins: 1 };
}

const withoutPin: Pick<CardOperation, 'person' | 'pins'> = { person: {}, pins: 0 };

/** All of them. The PIN change is to a PIN that the caller has to change back, or to know. */
export const CARD_OPERATIONS: readonly CardOperation[] = [
  { name: 'card', ...withoutPin, run: ({ inspection }) => inspection.inspect(noChoice, never) },
  { name: 'pin status', ...withoutPin, run: ({ inspection }) => inspection.pinStatus(noChoice, never) },
  {
    name: 'certificate (authentication)',
    ...withoutPin,
    run: ({ inspection }) => inspection.readCertificate('authentication', noChoice, never),
  },
  {
    name: 'certificate (signing)',
    ...withPin(TEST_CARD_PINS.signing),
    run: ({ inspection }) => inspection.readCertificate('signing', noChoice, never),
  },
  {
    name: 'authenticate',
    ...withPin(TEST_CARD_PINS.authentication),
    run: ({ operations }) =>
      operations.authenticate(
        {
          operation: 'authenticate',
          requester: { kind: 'local-program', claimedOrigin: ORIGIN },
          origin: ORIGIN,
          challengeNonce: 'A'.repeat(44),
        },
        never,
      ),
  },
  { name: 'sign (two items)', ...withPin(TEST_CARD_PINS.signing), run: signTwoItems },
  {
    name: 'attributes (PIN)',
    ...withPin(TEST_CARD_PINS.text),
    run: ({ attributes }) => attributes.readAttributes({ attributes: [], pinRole: 'profile' }, never),
  },
  {
    name: 'attributes (for a service)',
    ...withPin(TEST_CARD_PINS.text),
    run: ({ operations }) =>
      operations.readAttributes(
        {
          operation: 'readAttributes',
          requester: { kind: 'local-program', claimedOrigin: ORIGIN },
          required: ['name'],
          optional: [{ ageOver: 20 }],
          unverifiedPurpose: 'x',
        },
        never,
      ),
  },
  {
    name: 'attributes (照合番号B)',
    ...withPin(TEST_CARD_PINS.numberB),
    run: ({ attributes }) => attributes.readAttributes({ attributes: [], pinRole: 'number-b' }, never),
  },
];

/** From one authentication PIN to another. */
export function pinChangeOperation(from: string, to: string): CardOperation {
  return {
    name: 'pin change',
    ...withPin(from, to),
    run: ({ pinChange }) => pinChange.change('authentication', never),
  };
}

async function signTwoItems({ operations }: CoreClient): Promise<void> {
  const items = await operations.sign(
    {
      operation: 'sign',
      requester: { kind: 'self' },

      items: [1, 2].map((byte) => itemOf('x', Uint8Array.of(byte))),
    },
    never,
  );
  const failed = items.find((item) => item.status === 'failed');
  if (failed) throw new ClientError(failed.error.code, failed.error.message);
}
