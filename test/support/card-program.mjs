/**
 * A program that uses readers and does not clean up, for the tests to watch.
 *
 * `list`: prints the reader names as JSON, then has nothing more to do. `verify READER LC_AND_PIN`: verifies the
 * authentication PIN on an exclusive connection, prints a line, and stays.
 */
import { pcscCardReaders } from '../../dist/native/pcsc/index.js';

const [task, readerName = '', lengthAndPin = ''] = process.argv.slice(2);
const readers = pcscCardReaders();

if (task === 'list') {
  process.stdout.write(`${JSON.stringify((await readers.list()).map(({ name }) => name))}\n`);
} else {
  const connection = await readers.connect(readerName, { shareMode: 'exclusive' });
  for (const command of ['00a4040c0ad392f000260100000001', '00a4020c020018', `00200080${lengthAndPin}`]) {
    await connection.transmit(Buffer.from(command, 'hex'));
  }
  process.stdout.write('verified\n');
  setInterval(() => undefined, 60_000);
}
