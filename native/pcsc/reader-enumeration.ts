import { parseScardError } from './scard-codes.js';
import type { PcscBinding, PcscService, ReaderNames, StartWatching } from './binding.js';

/** Creates a service object. Blocks until the PC/SC service answers. @throws ScardError */
export function createService(binding: PcscBinding): PcscService {
  try {
    return binding();
  } catch (thrown) {
    throw parseScardError(thrown);
  }
}

/** Puts `wrapper` around the `start` that pcsclite calls in the tick after creation. */
export function wrapStart(service: PcscService, wrapper: (start: StartWatching) => StartWatching): void {
  service.start = wrapper(service.start.bind(service));
}

/**
 * Lists the readers once, in a context of its own, without making reader objects. Rejects with `ScardError`.
 * @returns names, and the service object, closed; pcsclite's threads may still refer to it
 */
export function enumerateReaders(binding: PcscBinding): Promise<{ names: ReaderNames; spentService: PcscService }> {
  return new Promise((resolve, reject) => {
    const service = createService(binding);
    let answered = false;
    wrapStart(service, (start) => () => {
      start((error, names) => {
        if (answered) return;
        answered = true;
        setImmediate(() => {
          service.close();
          if (error) reject(parseScardError(error));
          else resolve({ names, spentService: service });
        });
      });
    });
  });
}

/** The names in a list of `SCardListReaders`. */
export function parseReaderNames(names: ReaderNames): string[] {
  return Buffer.from(names)
    .toString()
    .split('\0')
    .filter((name) => name !== '');
}
