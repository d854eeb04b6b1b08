import { connect as connectTls, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTlsIdentity, pemCertificate } from '../../../native/phone-reader/identity.js';
import { encodeHello } from '../../../native/phone-reader/hello.js';
import { openUsbPhoneReader } from '../../../native/phone-reader/index.js';
import { encodeVpcdFrame } from '../../../native/virtual-card/vpcd-frames.js';
import { Openssl, opensslMissing } from '../../support/openssl.js';
import {
  LOOPBACK,
  openRawTcp,
  openRawTls,
  openTestReader,
  pairedTestPhone,
  RecordedEvents,
  TEST_LIMITS,
  TestPhone,
  untilClosed,
  type TestReader,
} from '../../support/phone-fixture.js';

const ADMISSION_MILLISECONDS = 250;
const PAIRED_HELLO = encodeVpcdFrame(encodeHello({ kind: 'paired' }));

let test: TestReader;
beforeEach(async () => {
  test = await openTestReader();
});
afterEach(() => test.close());

/** As `openTestReader`, with little patience; closed by the test. */
const impatient = () => openTestReader({ limits: { admissionMilliseconds: ADMISSION_MILLISECONDS } });

describe('who is not let in', () => {
  it('is a phone that is not paired, however it begins', async () => {
    test.reader.startPairing();
    const socket = await openRawTls(test.reader.port, createTlsIdentity());
    socket.write(PAIRED_HELLO);
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['unknown-phone']);
  });

  it('is a stranger after another phone was paired', async () => {
    await pairedTestPhone(test);
    const stranger = await new TestPhone().connect(test.reader);
    await stranger.closed;
    expect(await test.events.untilRefused()).toEqual(['unknown-phone']);
  });

  it('is one without certificate', async () => {
    const socket = await openRawTls(test.reader.port);
    socket.write(PAIRED_HELLO);
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['no-certificate']);
  });

  it('is one who has the certificate of a paired phone and not its key', async () => {
    const phone = await pairedTestPhone(test);
    const other = createTlsIdentity();
    const stolen = { privateKey: other.privateKey, certificate: phone.identity.certificate };
    await expect(openRawTls(test.reader.port, stolen)).rejects.toThrow();
    expect(test.events.kinds.filter((kind) => kind === 'connected')).toHaveLength(1);
  });

  it('is one who speaks no TLS', async () => {
    const quick = await impatient();
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', Buffer.alloc(2000, 0xff), Buffer.from([0, 1, 4])]) {
      const socket = await openRawTcp(quick.reader.port);
      socket.write(bytes);
      const answer = await untilClosed(socket);
      // At most a TLS alert: content type 21.
      expect(answer.length === 0 || (answer[0] === 21 && answer.length === 7)).toBe(true);
    }
    expect(await quick.events.untilRefused(3)).toEqual(['tls', 'tls', 'deadline']);
    await quick.close();
  });

  it('is a program for the loopback reader: it is never asked anything', async () => {
    const quick = await impatient();
    const socket = await openRawTcp(quick.reader.port);
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await quick.events.untilRefused()).toEqual(['deadline']);

    const eager = await openRawTcp(quick.reader.port);
    eager.write(encodeVpcdFrame(Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01)));
    await untilClosed(eager);
    await quick.events.untilRefused(2);
    expect(quick.events.kinds).toEqual(['refused', 'refused']);
    await quick.close();
  });

  it('is one who speaks an older TLS', async () => {
    const { identity } = await pairedTestPhone(test);
    const socket = connectTls({
      ...{ host: LOOPBACK, port: test.reader.port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
      ...{ key: identity.privateKey, cert: pemCertificate(identity) },
    });
    await expect(once(socket, 'secureConnect')).rejects.toThrow();
    expect(await test.events.untilRefused()).toEqual(['tls']);
  });

  it('is one who says something else first', async () => {
    const { identity } = await pairedTestPhone(test);
    for (const payload of [[], [1], [2, 1], [1, 3], [1, 1, 1]]) {
      const socket = await openRawTls(test.reader.port, identity);
      socket.write(encodeVpcdFrame(Uint8Array.from(payload)));
      expect(await untilClosed(socket)).toHaveLength(0);
    }
    expect(await test.events.untilRefused(5)).toEqual(Array(5).fill('protocol'));
  });

  it('is one who announces more than there can be, before any of it came', async () => {
    const { identity } = await pairedTestPhone(test);
    const socket = await openRawTls(test.reader.port, identity);
    socket.write(Buffer.from([0x01, 0x06]));
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['protocol']);
  });

  it('learns nothing while waiting: the reader does not speak first', async () => {
    const quick = await impatient();
    const socket = await openRawTls(quick.reader.port, createTlsIdentity());
    expect(await untilClosed(socket)).toHaveLength(0);
    await quick.close();
  });

  const missing = opensslMissing();
  it.each(['rsa:2048', 'ec:secp384r1', 'ed25519'])('is a phone with a key of another kind: %s', async (kind) => {
    if (missing !== undefined) throw new Error(missing);
    const openssl = new Openssl();
    const identity = otherIdentity(openssl, kind);
    openssl.close();
    const invitation = test.reader.startPairing();
    const phone = Object.assign(new TestPhone(), { identity });
    await expect(phone.scan(invitation)).rejects.toMatchObject({ end: 'closed' });
    expect(await test.events.untilRefused()).toEqual(['certificate-key']);
  });
});

describe('who takes their time', () => {
  /** Sends byte by byte, each well before any patience with silence ends, for longer than anybody may take. */
  async function drip(socket: Socket, bytes: Uint8Array): Promise<number> {
    const start = performance.now();
    const closed = untilClosed(socket);
    for (const byte of bytes) {
      if (socket.destroyed) break;
      socket.write(Uint8Array.of(byte));
      await sleep(ADMISSION_MILLISECONDS / 5);
    }
    expect(await closed).toHaveLength(0);
    return performance.now() - start;
  }
  const PATIENCE = 3 * ADMISSION_MILLISECONDS;

  it.each([
    ['nothing', new Uint8Array()],
    [
      'a handshake',
      Uint8Array.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, ...new Uint8Array(30)]),
    ],
  ])('is cut off in time: %s', async (_name, bytes) => {
    const quick = await impatient();
    expect(await drip(await openRawTcp(quick.reader.port), bytes)).toBeLessThan(PATIENCE);
    expect(await quick.events.untilRefused()).toEqual(['deadline']);
    await quick.close();
  });

  it('is cut off in time also after the handshake', async () => {
    const quick = await impatient();
    const { identity } = await pairedTestPhone(quick);
    const hello = encodeHello({ kind: 'pairing', proof: new Uint8Array(32), name: 'x' });
    const socket = await openRawTls(quick.reader.port, identity);
    expect(await drip(socket, encodeVpcdFrame(hello))).toBeLessThan(PATIENCE);
    expect(await quick.events.untilRefused()).toEqual(['deadline']);
    await quick.close();
  });

  it('keeps nobody else out, up to a number', async () => {
    const quick = await openTestReader({ limits: { admissionMilliseconds: 2000, mostPending: 3 } });
    const phone = await pairedTestPhone(quick);
    const idle = [await openRawTcp(quick.reader.port), await openRawTcp(quick.reader.port)];
    const connection = await phone.connect(quick.reader);
    await quick.events.until('connected', 2);
    await connection.close();
    await quick.events.until('disconnected', 2);

    idle.push(await openRawTcp(quick.reader.port), await openRawTcp(quick.reader.port));
    await quick.events.until('refused');
    expect(await quick.events.untilRefused()).toEqual(['busy']);
    for (const socket of idle) socket.destroy();
    await quick.close();
  });
});

describe('a second phone', () => {
  it('is refused while the first is there, and welcome afterwards', async () => {
    const [first, second] = [await pairedTestPhone(test, 'First'), await pairedTestPhone(test, 'Second')];
    const connection = await first.connect(test.reader);
    await test.events.until('connected', 3);
    await expect(second.connect(test.reader)).rejects.toThrow();
    expect(await test.events.untilRefused()).toEqual(['busy']);
    await connection.close();
    await test.events.until('disconnected', 3);
    await second.connect(test.reader);
    await test.events.until('connected', 4);
  });

  it('that was at the door already is refused too', async () => {
    const [first, second] = [await pairedTestPhone(test), await pairedTestPhone(test)];
    const waiting = await openRawTls(test.reader.port, second.identity);
    await first.connect(test.reader);
    await test.events.until('connected', 3);
    waiting.write(PAIRED_HELLO);
    expect(await untilClosed(waiting)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['busy']);
    expect(test.events.kinds.filter((kind) => kind === 'disconnected')).toHaveLength(2);
  });

  it('cannot be paired meanwhile', async () => {
    const first = await pairedTestPhone(test);
    await first.connect(test.reader);
    await test.events.until('connected', 2);
    await expect(new TestPhone().scan(test.reader.startPairing())).rejects.toThrow();
    expect(test.reader.pairedPhones()).toHaveLength(1);
  });
});

it('no connection takes up the TLS session of an earlier one', async () => {
  const { identity } = await pairedTestPhone(test);
  const open = (session?: Buffer): TLSSocket =>
    connectTls({
      ...{ host: LOOPBACK, port: test.reader.port, rejectUnauthorized: false },
      ...{ key: identity.privateKey, cert: pemCertificate(identity), session },
    });
  const first = open();
  const [session] = (await once(first, 'session')) as [Buffer];
  first.destroy();
  const second = open(session);
  await once(second, 'secureConnect');
  expect(second.isSessionReused()).toBe(false);
  second.destroy();
});

describe('the loopback reader', () => {
  it('ends web pages and other programs that speak first', async () => {
    const events = new RecordedEvents();
    const { readers, port } = await openUsbPhoneReader({ port: 0, onEvent: events.record, limits: TEST_LIMITS });
    for (const bytes of ['POST / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00', '\x00\x02\x90\x00\x00\x02\x90\x00']) {
      const socket = await openRawTcp(port);
      socket.write(bytes, 'latin1');
      await untilClosed(socket);
    }
    expect(events.kinds).not.toContain('card');
    await readers.close();
  });
});

/** Key and certificate made by openssl. */
function otherIdentity(openssl: Openssl, kind: string) {
  const curve = kind.startsWith('ec:') ? kind.slice(3) : undefined;
  openssl.must(
    ...[
      'req',
      '-x509',
      '-nodes',
      '-newkey',
      curve === undefined ? kind : 'ec',
      '-subj',
      '/CN=x',
      '-days',
      '2',
      '-outform',
      'DER',
    ],
    ...(curve === undefined ? [] : ['-pkeyopt', `ec_paramgen_curve:${curve}`]),
    ...['-keyout', openssl.path('key'), '-out', openssl.path('certificate')],
  );
  return {
    privateKey: Buffer.from(openssl.read('key')).toString(),
    certificate: openssl.read('certificate'),
  };
}
