/** The computer's side in a network namespace of its own: the phone reader with the core above it, from `dist/`. */
import { InsertionMemories } from '../../dist/main/core/card/insertion-memory.js';
import { createCardOperations } from '../../dist/main/core/signing/card-operations.js';
import { createTrustAnchors } from '../../dist/main/core/trust/trust-anchors.js';
import { nodeCrypto } from '../../dist/main/node/node-crypto.js';
import { networkAddresses, openPhoneReader } from '../../dist/main/node/phone-reader.js';
import { systemClock } from '../../dist/main/node/system.js';
import { takeOrders } from './phone-orders.mjs';

/** @type {import('../../dist/main/node/phone-reader.js').PhoneReader} */
let reader;
/** @type {object[]} */
const events = [];

/** A person who agrees and enters that PIN, once. */
const personWith = (/** @type {string | undefined} */ pin) => ({
  open: () => ({
    showPreparation: () => undefined,
    chooseReader: async () => '',
    decide: async () => 'agreed',
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
});

takeOrders({
  addresses: () => networkAddresses(),
  async open({ stateDirectory, address }) {
    reader = await openPhoneReader({ stateDirectory, address, onEvent: (event) => events.push(event) });
    return { address: reader.address, port: reader.port, uri: reader.uri };
  },
  startPairing: () => reader.startPairing(),
  events: () => events,
  authenticate({ origin, challengeNonce, pin }) {
    const operations = createCardOperations({
      readers: reader.readers,
      memories: new InsertionMemories(),
      clock: systemClock,
      crypto: nodeCrypto,
      trust: createTrustAnchors([], nodeCrypto),
      interaction: personWith(pin),
      selection: { kind: 'auto' },
      cardWaitMilliseconds: 5000,
      log: { event: () => undefined },
    });
    const requester = { kind: 'origin', origin };
    const request = { operation: 'authenticate', requester, origin, challengeNonce };
    return operations.authenticate(request, new AbortController().signal);
  },
  close: () => reader.readers.close(),
});
