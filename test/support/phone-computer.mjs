/** The computer's side in a network namespace of its own: the whole program with a phone as its reader, from `dist/`. */
import { createClient } from '../../dist/main/node/compose.js';
import { networkAddresses } from '../../dist/main/node/phone-reader.js';
import { takeOrders } from './phone-orders.mjs';

/** @type {import('../../dist/main/node/compose.js').Client} */
let client;
/** @type {object[]} */
const events = [];

/** What the person enters when asked, once. @type {string | undefined} */
let pin;

/** A person who agrees. */
const interaction = {
  open: () => ({
    showPreparation: () => undefined,
    chooseReader: async () => '',
    confirmSeparateStep: async () => false,
    decide: async () => ({ answer: 'agreed' }),
    acknowledge: async () => ({ answer: 'refused' }),
    confirmLastTry: async () => false,
    async enterPin() {
      const entered = pin === undefined ? undefined : new TextEncoder().encode(pin);
      pin = undefined;
      return entered;
    },
    enterNewPin: async () => undefined,
    confirmTrivialPin: async () => false,
    showProgress: () => undefined,
    close: () => undefined,
  }),
};

takeOrders({
  addresses: () => networkAddresses(),
  /** @returns the invitation for the phone to be paired */
  async open({ stateDirectory, address }) {
    /** @type {object | undefined} */
    let invitation;
    client = await createClient({
      interaction,
      reader: {
        ...{ kind: 'phone', address, pair: true },
        onInvitation: (shown) => (invitation = shown),
        onEvent: (event) => events.push(event),
      },
      ...{ developerMode: false, releaseBuild: true, stateDirectory, cardWaitMilliseconds: 5000 },
      log: { event: () => undefined },
    });
    return invitation;
  },
  events: () => events,
  authenticate({ origin, challengeNonce, enteredPin }) {
    pin = enteredPin;
    const requester = { kind: 'local-program', claimedOrigin: origin };
    const request = { operation: 'authenticate', requester, origin, challengeNonce };
    return client.operations.authenticate(request, new AbortController().signal);
  },
  close: () => client.close(),
});
