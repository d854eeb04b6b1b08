// A process with the card of argv[3] open, by the module argv[2]. For every line "TIME COUNT" it enters, from that time
// on (milliseconds since 1970), COUNT wrong 照合番号B as fast as it can, and prints the status words.
import { createInterface } from 'node:readline';

const [, , modulePath, stateDirectory] = process.argv;
const { openVirtualCard } = await import(modulePath);
const card = await openVirtualCard({ stateDirectory });
const transmit = (command) => Buffer.from(card.transmit(Buffer.from(command, 'hex'))).toString('hex');
card.powerOn();
transmit('00a4040c0ad3921000310001010408');
transmit('00a4020c020015');
console.log('ready');

for await (const line of createInterface({ input: process.stdin })) {
  const [time, count] = line.split(' ').map(Number);
  while (Date.now() < time);
  console.log(Array.from({ length: count }, () => transmit(`002000800e${'39'.repeat(14)}`)).join(' '));
}
