import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ChannelEndedError } from './frame-channel.js';
import { PhoneReaderError, Refusal, type RefusalReason } from './phone-reader-error.js';

export interface GateOptions {
  /** One IP address of this computer. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whether this address may knock at all. */
  readonly isNear: (remoteAddress: string) => boolean;
  /** Whether a phone is in; nobody else is let in then. */
  readonly isOccupied: () => boolean;
  readonly admissionMilliseconds: number;
  /** How many may be at the door at once. */
  readonly mostPending: number;
  /** Lets the connection in; what it throws refuses it. */
  readonly admit: (socket: Socket) => Promise<void>;
  readonly refused: (reason: RefusalReason, remoteAddress: string) => void;
}

/**
 * The listening socket and the door behind it. Whoever is not let in by `admit` in time is cut off, however busy they
 * keep the line.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #server: Server;
  readonly #pending = new Set<Socket>();

  private constructor(options: GateOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#receive(socket);
    });
  }

  /** @throws PhoneReaderError */
  static async open(options: GateOptions): Promise<Gate> {
    const gate = new Gate(options);
    gate.#server.listen({ host: options.address, port: options.port, exclusive: true });
    try {
      await once(gate.#server, 'listening');
    } catch (cause) {
      const notOurs = cause instanceof Error && 'code' in cause && cause.code === 'EADDRNOTAVAIL';
      throw notOurs
        ? new PhoneReaderError('address', `${options.address} is not an address of this computer`, { cause })
        : new PhoneReaderError('port', `port ${options.port} cannot be used`, { cause });
    }
    return gate;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts off who is at the door. Whoever was let in stays. */
  close(): void {
    this.#server.close();
    for (const socket of this.#pending) socket.destroy();
  }

  #receive(socket: Socket): void {
    const { isNear, isOccupied, mostPending, refused } = this.#options;
    socket.on('error', () => undefined);
    const remoteAddress = socket.remoteAddress ?? '';
    let open = true;
    const refuse = (reason: RefusalReason) => {
      socket.destroy();
      if (open) refused(reason, remoteAddress);
      open = false;
    };
    if (!isNear(remoteAddress)) refuse('network');
    else if (isOccupied() || this.#pending.size >= mostPending) refuse('busy');
    else this.#admit(socket, refuse);
  }

  #admit(socket: Socket, refuse: (reason: RefusalReason) => void): void {
    const { admit, admissionMilliseconds } = this.#options;
    this.#pending.add(socket);
    const deadline = setTimeout(() => {
      refuse('deadline');
    }, admissionMilliseconds);
    admit(socket)
      .catch((thrown: unknown) => {
        refuse(refusalReason(thrown));
      })
      .finally(() => {
        clearTimeout(deadline);
        this.#pending.delete(socket);
      });
  }
}

function refusalReason(thrown: unknown): RefusalReason {
  if (thrown instanceof Refusal) return thrown.reason;
  if (thrown instanceof ChannelEndedError) return 'protocol';
  return thrown instanceof PhoneReaderError ? 'state' : 'failure';
}
