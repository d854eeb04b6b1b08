/** The phone's side in a network namespace of its own, with the virtual card in its field, from `dist/`. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createTlsIdentity } from '../../dist/native/phone-reader/index.js';
import { connectPairedPhone, pairPhone } from '../../dist/native/phone-reader/phone-client.js';
import { parseReaderUri } from '../../dist/native/phone-reader/pairing-uri.js';
import { openVirtualCard } from '../../dist/native/virtual-card/index.js';
import { takeOrders } from './phone-orders.mjs';

const identity = createTlsIdentity();
/** @type {import('../../dist/native/phone-reader/phone-client.js').PhoneConnection} */
let connection;
/** @type {import('../../dist/native/virtual-card/index.js').VirtualCard} */
let card;

takeOrders({
  async pair({ uri }) {
    connection = await pairPhone({ ...parseReaderUri(uri), identity, name: 'Namespace phone' });
  },
  async connect({ uri }) {
    connection = await connectPairedPhone({ ...parseReaderUri(uri), identity });
  },
  async insert({ stateDirectory }) {
    card ??= await openVirtualCard({ stateDirectory });
    connection.insertCard(card);
  },
  remove: () => connection.removeCard(),
  /** What the card was told, and whether it has power. */
  card: () => ({ powered: card.powered, log: card.log.map(({ ins, lc }) => ({ ins, lc })) }),
  close: () => connection.close(),
  /** What becomes of a TCP connection: an error's code, or how many bytes came before it was closed. */
  async knock({ host, port, localAddress }) {
    const socket = connect({ host, port, localAddress, timeout: 3000 });
    let bytes = 0;
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('timeout', () => socket.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
    try {
      await once(socket, 'connect');
      const ended = once(socket, 'close');
      socket.on('error', () => undefined);
      await ended;
      return { bytes };
    } catch (error) {
      return { code: /** @type {NodeJS.ErrnoException} */ (error).code };
    }
  },
});
