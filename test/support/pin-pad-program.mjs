/**
 * A program with a connection to one reader that lets it ask for a PIN and for a new one, which nothing of Madoguchi does.
 * Prints both answers as JSON. Argument: the reader's name.
 */
import { loadPcscBinding } from '../../dist/native/pcsc/index.js';
import { OpenConnections } from '../../dist/native/pcsc/open-connections.js';
import { GET_FEATURE_REQUEST, parseFeatureList } from '../../dist/native/pcsc/pin-pad/features.js';
import { enterPinOnReader } from '../../dist/native/pcsc/pin-pad/pin-entry.js';
import { encodePinModify, encodePinVerify } from '../../dist/native/pcsc/pin-pad/structures.js';

const [readerName = ''] = process.argv.slice(2);
const entry = { digits: 4, timeoutSeconds: 30, display: true };

/** @type {import('../../native/pcsc/binding.js').PcscReader} */
const reader = await new Promise((resolve) => {
  loadPcscBinding()().on('reader', (found) => {
    if (found.name === readerName) resolve(found);
  });
});
const connections = new OpenConnections();
const connection = await connections.connect(reader, 'exclusive');
/** @type {import('../../native/pcsc/pin-pad/pin-entry.js').SendControl} */
const send = (controlCode, input) => connections.control(connection, controlCode, input);
const features = parseFeatureList(await send(reader.SCARD_CTL_CODE(GET_FEATURE_REQUEST), new Uint8Array(0)));
if (!features) throw new Error('no feature list');
const verified = await enterPinOnReader(send, features, {
  feature: 'VERIFY_PIN_DIRECT',
  structure: encodePinVerify({ ...entry, commandHeader: Uint8Array.of(0x00, 0x20, 0x00, 0x80) }),
});
const changed = await enterPinOnReader(send, features, {
  feature: 'MODIFY_PIN_DIRECT',
  structure: encodePinModify({ ...entry, commandHeader: Uint8Array.of(0x00, 0x24, 0x01, 0x80) }),
});
process.stdout.write(`${JSON.stringify({ verified, changed })}\n`, () => process.exit());
