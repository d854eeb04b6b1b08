import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTlsIdentity, pemCertificate } from '../../../native/phone-reader/identity.js';
import {
  LOOPBACK,
  openRawTls,
  openTestReader,
  openWiretap,
  pairedTestPhone,
  TestPhone,
  type TestReader,
} from '../../support/phone-fixture.js';

/** Somebody between phone and computer with certificates of their own, who hands on whatever either says. */
interface Relay {
  readonly port: number;
  /** What the phone said to the relay, decrypted. */
  readonly heard: () => Buffer;
  close(): void;
}

let test: TestReader;
let relay: Relay;
beforeEach(async () => {
  test = await openTestReader();
  relay = await openRelay(test.reader.port);
});
afterEach(async () => {
  relay.close();
  await test.close();
});

async function openRelay(readerPort: number): Promise<Relay> {
  const identity = createTlsIdentity();
  const heard: Buffer[] = [];
  const server: Server = createServer(
    {
      ...{ key: identity.privateKey, cert: pemCertificate(identity) },
      ...{ requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
    },
    (phone) => {
      const reader = openRawTls(readerPort, identity);
      phone.on('error', () => undefined);
      phone.on('data', (chunk: Buffer) => {
        heard.push(Buffer.from(chunk));
        void reader.then((socket) => socket.write(Buffer.from(chunk)));
      });
      phone.on('close', () => void reader.then((socket) => socket.destroy()));
      void reader.then((socket) => {
        socket.pipe(phone);
        socket.on('close', () => phone.destroy());
      });
    },
  );
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => Buffer.concat(heard),
    close: () => server.close(),
  };
}

const through = (uri: string, port: number) => uri.replace(/:\d+\//, `:${port}/`);

describe('a relay with certificates of its own', () => {
  it('learns nothing from a phone that scanned', async () => {
    const { uri } = test.reader.startPairing();
    const pairing = new TestPhone().scan({ uri: through(uri, relay.port) });
    await expect(pairing).rejects.toMatchObject({ name: 'ComputerNotTrustedError', reason: 'certificate' });
    expect(relay.heard()).toHaveLength(0);
    expect(test.reader.pairedPhones()).toEqual([]);
  });

  it('cannot use the proof of a phone whose code was typed', async () => {
    const invitation = test.reader.startPairing();
    const phone = new TestPhone();
    await expect(phone.type({ ...invitation, port: relay.port })).rejects.toMatchObject({ end: 'closed' });
    expect(relay.heard().length).toBeGreaterThan(32);
    expect(await test.events.untilRefused()).toEqual(['wrong-proof']);
    expect(test.reader.pairedPhones()).toEqual([]);

    const connection = await phone.type(invitation);
    await test.events.until('connected');
    await connection.close();
  });

  it('cannot make a proof of its own for the phone', async () => {
    const invitation = test.reader.startPairing();
    await test.reader.readers.close();
    const server = createServer({ ...identityOptions(), requestCert: true, rejectUnauthorized: false }, (phone) => {
      phone.on('error', () => undefined);
      phone.once('data', (hello: Buffer) => {
        const proof = hello.subarray(4, 36);
        phone.write(Buffer.concat([Buffer.from([0, 32]), proof]));
      });
    });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const pairing = new TestPhone().type({ ...invitation, port });
    await expect(pairing).rejects.toMatchObject({ name: 'ComputerNotTrustedError', reason: 'proof' });
    server.close();
  });

  it('is nobody to a paired phone', async () => {
    const phone = await pairedTestPhone(test);
    const connecting = phone.connect({ uri: through(test.reader.uri, relay.port) });
    await expect(connecting).rejects.toMatchObject({ name: 'ComputerNotTrustedError', reason: 'certificate' });
    expect(relay.heard()).toHaveLength(0);
    expect(test.events.kinds.filter((kind) => kind === 'connected')).toHaveLength(1);
  });
});

it('a relay that only carries bytes is no more than a network', async () => {
  const wiretap = await openWiretap(test.reader.port);
  const { uri } = test.reader.startPairing();
  const connection = await new TestPhone().scan({ uri: through(uri, wiretap.port) });
  await test.events.until('connected');
  await connection.close();
  expect(wiretap.toReader().length).toBeGreaterThan(100);
  wiretap.close();
});

function identityOptions() {
  const identity = createTlsIdentity();
  return { key: identity.privateKey, cert: pemCertificate(identity) };
}
