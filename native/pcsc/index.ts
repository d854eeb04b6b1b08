/** Card readers through the PC/SC service of this PC, held by a process of their own. */
export { spawnCardProcess, type CardProcessChannel } from './card-process-channel.js';
export type { Deadlines } from './card-process-client.js';
export { loadPcscBinding } from './binding.js';
export { CardServer, type CardServerHost } from './card-server.js';
export type { ReaderQuirk } from './pin-pad/quirks.js';
export { pcscCardReaders, type PcscCardReadersOptions } from './pcsc-card-readers.js';
