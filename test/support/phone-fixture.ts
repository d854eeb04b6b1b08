import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  createTlsIdentity,
  openPhoneReader,
  type PairingInvitation,
  type PhoneReader,
  type PhoneReaderEvent,
  type PhoneReaderLimits,
  type RefusalReason,
  type TlsIdentity,
} from '../../native/phone-reader/index.js';
import { pemCertificate } from '../../native/phone-reader/identity.js';
import { connectPairedPhone, pairPhone, type PhoneConnection } from '../../native/phone-reader/phone-client.js';
import { parseReaderUri } from '../../native/phone-reader/pairing-uri.js';

export const LOOPBACK = '127.0.0.1';

/** Everything a reader reported, to be waited for. */
export class RecordedEvents {
  readonly #waiting = new Set<() => void>();
  readonly all: PhoneReaderEvent[] = [];

  readonly record = (event: PhoneReaderEvent): void => {
    this.all.push(event);
    for (const wake of this.#waiting) wake();
  };

  /** Resolves when `count` events of this kind were reported since the beginning. */
  async until(kind: PhoneReaderEvent['kind'], count = 1): Promise<void> {
    while (this.all.filter((event) => event.kind === kind).length < count) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  get kinds(): string[] {
    return this.all.map(({ kind }) => kind);
  }

  /** Why connections were refused so far. */
  get refusals(): RefusalReason[] {
    return this.all.flatMap((event) => (event.kind === 'refused' ? [event.reason] : []));
  }

  /** Why connections were refused, once so many were: whoever is refused may see it before it is reported. */
  async untilRefused(count = 1): Promise<RefusalReason[]> {
    await this.until('refused', count);
    return this.refusals;
  }
}

export interface TestReader {
  readonly directory: string;
  readonly reader: PhoneReader;
  readonly events: RecordedEvents;
  /** Closes the reader and removes its files. */
  readonly close: () => Promise<void>;
}

/** Deadlines that do not make tests wait, and a quick look for cards. */
export const TEST_LIMITS: Partial<PhoneReaderLimits> = { pollMilliseconds: 10 };

export interface TestReaderOptions {
  readonly limits?: Partial<PhoneReaderLimits>;
  /** Of a reader before it; kept when this one closes. */
  readonly directory?: string;
}

/** A reader on a free port of 127.0.0.1. */
export async function openTestReader({ limits, directory }: TestReaderOptions = {}): Promise<TestReader> {
  const ownDirectory = directory ?? mkdtempSync(join(tmpdir(), 'madoguchi-phone-'));
  const events = new RecordedEvents();
  const reader = await openPhoneReader({
    directory: ownDirectory,
    address: LOOPBACK,
    port: 0,
    onEvent: events.record,
    limits: { ...TEST_LIMITS, ...limits },
  });
  return {
    directory: ownDirectory,
    reader,
    events,
    close: async () => {
      await reader.readers.close();
      if (directory === undefined) rmSync(ownDirectory, { recursive: true, force: true });
    },
  };
}

/** A phone of the test: its key, and what it does in the way a person with a camera does it. */
export class TestPhone {
  readonly identity: TlsIdentity = createTlsIdentity();
  readonly name: string;

  constructor(name = 'Test phone') {
    this.name = name;
  }

  /** Scans the QR code. */
  scan({ uri }: Pick<PairingInvitation, 'uri'>): Promise<PhoneConnection> {
    const scanned = parseReaderUri(uri);
    if (scanned?.code === undefined) throw new Error('no pairing URI');
    return pairPhone({ ...scanned, code: scanned.code, identity: this.identity, name: this.name });
  }

  /** Types code, address and port. */
  type({ code, address, port }: Omit<PairingInvitation, 'uri' | 'expiresAt'>): Promise<PhoneConnection> {
    return pairPhone({ code, address, port, identity: this.identity, name: this.name });
  }

  /** Connects as a paired phone. */
  connect({ uri }: Pick<PhoneReader, 'uri'>): Promise<PhoneConnection> {
    const location = parseReaderUri(uri);
    if (!location) throw new Error('no URI of a reader');
    return connectPairedPhone({ ...location, identity: this.identity });
  }
}

/** A phone that is paired with the reader, and gone again. */
export async function pairedTestPhone({ reader, events }: TestReader, name?: string): Promise<TestPhone> {
  const phone = new TestPhone(name);
  const gone = events.kinds.filter((kind) => kind === 'disconnected').length + 1;
  const connection = await phone.scan(reader.startPairing());
  await connection.close();
  await events.until('disconnected', gone);
  return phone;
}

/** Whoever speaks TLS to the reader without following the protocol. */
export async function openRawTls(port: number, identity?: TlsIdentity): Promise<TLSSocket> {
  const socket = connectTls({
    ...{ host: LOOPBACK, port, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
    ...(identity && { key: identity.privateKey, cert: pemCertificate(identity) }),
  });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

export async function openRawTcp(port: number, host = LOOPBACK): Promise<Socket> {
  const socket = connect({ host, port });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** Everything that comes until the other side closes. */
export async function untilClosed(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(Buffer.from(chunk));
  });
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(chunks);
}

export interface Wiretap {
  readonly port: number;
  /** All bytes so far, in each direction. */
  readonly toReader: () => Buffer;
  readonly toPhone: () => Buffer;
  close(): void;
}

/** Carries TCP to the reader unchanged and keeps a copy: what somebody on the same network sees. */
export async function openWiretap(readerPort: number): Promise<Wiretap> {
  const seen = { toReader: [] as Buffer[], toPhone: [] as Buffer[] };
  const server = createServer({ noDelay: true }, (phone) => {
    const reader = connect({ host: LOOPBACK, port: readerPort, noDelay: true });
    carry(phone, reader, seen.toReader);
    carry(reader, phone, seen.toPhone);
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    toReader: () => Buffer.concat(seen.toReader),
    toPhone: () => Buffer.concat(seen.toPhone),
    close: () => server.close(),
  };
}

/** Copies what comes before it is handed on: whoever gets it may zero it. */
function carry(from: Socket, to: Socket, seen: Buffer[]): void {
  from.on('data', (chunk: Buffer) => {
    seen.push(Buffer.from(chunk));
    to.write(Buffer.from(chunk));
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
}
