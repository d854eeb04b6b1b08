import { EventEmitter } from 'node:events';
import type {
  NodeCallback,
  PcscBinding,
  PcscReader,
  PcscService,
  ReaderNames,
  StartWatching,
} from '../../../native/pcsc/binding.js';

export const STATE_EMPTY = 0x10;
export const STATE_PRESENT = 0x20;

/** As pcsc-lite words it. */
const UNSUPPORTED_FEATURE = 'SCardControl error: Feature not supported.(0x8010001f)';

type Watcher = Parameters<StartWatching>[0];

/** A PC/SC service behind the interface of pcsclite 1.0.1, which behaves as that does. */
export class FakePcsc {
  /** What the next `SCardListReaders` returns. */
  names: string[] = [];
  /** Error that every call of a kind ends with. */
  readonly failures: { connect?: string; transmit?: string; control?: string; disconnect?: string } = {};
  /** Copies of the commands that reached a card, and of those that reached none. */
  readonly transmitted: Buffer[] = [];
  readonly scrubbed: Buffer[] = [];
  readonly dispositions: number[] = [];
  readonly connected: { share_mode: number; protocol: number }[] = [];
  /** Copies of what reached a reader by `SCardControl`, and what it answers, by control code; refused where undefined. */
  readonly controlled: { controlCode: number; input: Buffer }[] = [];
  readonly controlAnswers = new Map<number, Buffer>();
  response = Buffer.from('9000', 'hex');
  /** Calls that are to be answered later are kept here instead. */
  held: (() => void)[] | undefined;
  servicesMade = 0;
  servicesClosed = 0;
  readersMade = 0;
  readonly #watchers = new Set<Watcher>();
  readonly #watched = new Map<string, EventEmitter>();

  readonly binding: PcscBinding = () => {
    this.servicesMade += 1;
    const service = new FakeService(this);
    // As pcsclite: `start` is looked up in the next tick.
    process.nextTick(() => service.start((error, names) => this.#diff(service, error, names)));
    return service;
  };

  /** A reader comes; whoever watches is told. */
  plug(name: string): void {
    this.names.push(name);
    this.#announce();
  }

  unplug(name: string): void {
    this.names = this.names.filter((other) => other !== name);
    this.#watched.get(name)?.emit('_end');
    this.#announce();
  }

  setStatus(name: string, state: number, atr = ''): void {
    this.#watched.get(name)?.emit('status', { state, atr: Buffer.from(atr, 'hex') });
  }

  /** The service ends. */
  end(message: string): void {
    for (const watcher of this.#watchers) watcher(new Error(message), Buffer.alloc(0));
  }

  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
    setImmediate(() => watcher(undefined, this.#list()));
  }

  unwatch(watcher: Watcher | undefined): void {
    this.servicesClosed += 1;
    if (watcher) this.#watchers.delete(watcher);
  }

  #list(): ReaderNames {
    return Buffer.from(this.names.length === 0 ? '' : `${this.names.join('\0')}\0\0`);
  }

  #announce(): void {
    for (const watcher of this.#watchers) watcher(undefined, this.#list());
  }

  #diff(service: FakeService, error: unknown, bytes: ReaderNames): void {
    if (error) {
      service.emit('error', error);
      return;
    }
    const names = Buffer.from(bytes).toString().slice(0, -1).split('\0').slice(0, -1);
    for (const name of names.filter((other) => !this.#watched.has(other))) {
      const reader = this.#createReader(name);
      this.#watched.set(name, reader);
      reader.on('_end', () => {
        this.#watched.delete(name);
        reader.emit('end');
      });
      service.emit('reader', reader);
    }
    for (const name of [...this.#watched.keys()].filter((other) => !names.includes(other))) {
      this.#watched.get(name)?.emit('_end');
    }
  }

  #createReader(name: string): EventEmitter & PcscReader {
    const readerClass = fakeReaderClass(this);
    return new readerClass(name);
  }
}

class FakeService extends EventEmitter implements PcscService {
  readonly #pcsc: FakePcsc;
  #watcher: Watcher | undefined;

  constructor(pcsc: FakePcsc) {
    super();
    this.#pcsc = pcsc;
  }

  start: StartWatching = (watcher) => {
    this.#watcher = watcher;
    this.#pcsc.watch(watcher);
  };

  close(): void {
    this.#pcsc.unwatch(this.#watcher);
  }
}

function fakeReaderClass(pcsc: FakePcsc): new (name: string) => EventEmitter & PcscReader {
  const answer = (failure: string | undefined, done: (error?: unknown) => void) => {
    const call = () => (failure === undefined ? done() : done(new Error(failure)));
    if (pcsc.held) pcsc.held.push(call);
    else setImmediate(call);
  };

  return class FakeReader extends EventEmitter implements PcscReader {
    readonly SCARD_SHARE_SHARED = 2;
    readonly SCARD_SHARE_EXCLUSIVE = 1;
    readonly SCARD_SHARE_DIRECT = 3;
    readonly SCARD_PROTOCOL_T0 = 1;
    readonly SCARD_PROTOCOL_T1 = 2;
    readonly SCARD_STATE_PRESENT = STATE_PRESENT;
    readonly SCARD_LEAVE_CARD = 0;
    readonly SCARD_RESET_CARD = 1;
    readonly SCARD_UNPOWER_CARD = 2;
    readonly name: string;
    #connected = false;

    constructor(name: string) {
      super();
      this.name = name;
      pcsc.readersMade += 1;
    }

    connect(options: { share_mode: number; protocol: number }, done: NodeCallback<[number]>): void {
      pcsc.connected.push(options);
      // As pcsclite: a second connection looks like a success without a protocol.
      if (this.#connected) {
        (done as () => void)();
        return;
      }
      answer(pcsc.failures.connect, (error) => {
        this.#connected = error === undefined;
        done(error, 2);
      });
    }

    transmit(command: Buffer, _maxResponse: number, _protocol: number, done: NodeCallback<[Buffer]>): void {
      pcsc.transmitted.push(Buffer.from(command));
      answer(pcsc.failures.transmit, (error) => done(error, pcsc.response));
    }

    // eslint-disable-next-line @typescript-eslint/naming-convention -- pcsclite's own name
    readonly _transmit = (command: Buffer): void => {
      pcsc.scrubbed.push(Buffer.from(command));
    };

    control(input: Buffer, controlCode: number, maxOutput: number, done: NodeCallback<[Buffer]>): void {
      pcsc.controlled.push({ controlCode, input: Buffer.from(input) });
      const output = pcsc.controlAnswers.get(controlCode);
      const failure = output ? pcsc.failures.control : (pcsc.failures.control ?? UNSUPPORTED_FEATURE);
      answer(failure, (error) => done(error, Buffer.from(output ?? []).subarray(0, maxOutput)));
    }

    // eslint-disable-next-line @typescript-eslint/naming-convention -- pcsclite's own name
    readonly SCARD_CTL_CODE = (functionCode: number): number => 0x42000000 + functionCode;

    disconnect(disposition: number, done: NodeCallback<[]>): void {
      pcsc.dispositions.push(disposition);
      answer(pcsc.failures.disconnect, (error) => {
        this.#connected = error !== undefined;
        done(error);
      });
    }
  };
}
