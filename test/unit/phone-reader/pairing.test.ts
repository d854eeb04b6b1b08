import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeHello } from '../../../native/phone-reader/hello.js';
import { certificateDigest } from '../../../native/phone-reader/identity.js';
import type { PairingInvitation, TlsIdentity } from '../../../native/phone-reader/index.js';
import { decodePairingCode, encodePairingCode } from '../../../native/phone-reader/pairing-code.js';
import { channelBinding, pairingProof, type Prover } from '../../../native/phone-reader/pairing-proof.js';
import { encodeVpcdFrame } from '../../../native/virtual-card/vpcd-frames.js';
import { openRawTls, openTestReader, pairedTestPhone, TestPhone, untilClosed } from '../../support/phone-fixture.js';
import type { TestReader } from '../../support/phone-fixture.js';

let test: TestReader;
beforeEach(async () => {
  test = await openTestReader();
});
afterEach(() => test.close());

const wrongCode = encodePairingCode(new Uint8Array(16).fill(1));
const fingerprintOf = ({ certificate }: TlsIdentity) => Buffer.from(certificateDigest(certificate)).toString('hex');

describe('a phone is paired', () => {
  it('by what it scans, and is known from then on', async () => {
    const phone = new TestPhone('Pixel');
    const connection = await phone.scan(test.reader.startPairing());
    await test.events.until('connected');
    expect(test.events.kinds).toEqual(['pairing-ended', 'paired', 'connected']);
    expect(test.events.all[0]).toEqual({ kind: 'pairing-ended', end: 'paired' });
    expect(test.reader.pairedPhones()).toEqual([
      expect.objectContaining({ name: 'Pixel', fingerprint: fingerprintOf(phone.identity) }),
    ]);
    await connection.close();
    await test.events.until('disconnected');

    const again = await phone.connect(test.reader);
    await test.events.until('connected', 2);
    await again.close();
  });

  it('by what a person types, and learns the certificate by that', async () => {
    const phone = new TestPhone();
    const typed = await phone.type(test.reader.startPairing());
    await test.events.until('connected');
    const scanned = test.reader.uri.match(/c=([\w-]+)/)?.[1];
    expect(Buffer.from(typed.certificateDigest).toString('base64url')).toBe(scanned);
    await typed.close();
  });

  it('and stays so when the reader is opened again', async () => {
    const phone = await pairedTestPhone(test);
    await test.reader.readers.close();
    const later = await openTestReader({ directory: test.directory });
    const connection = await phone.connect(later.reader);
    await later.events.until('connected');
    expect(later.reader.uri.split('c=')[1]).toBe(test.reader.uri.split('c=')[1]);
    await connection.close();
    await later.close();
  });

  it('anew under another name, with the same key', async () => {
    const phone = await pairedTestPhone(test, 'Old');
    const renamed = Object.assign(new TestPhone('New'), { identity: phone.identity });
    const connection = await renamed.scan(test.reader.startPairing());
    expect(test.reader.pairedPhones().map(({ name }) => name)).toEqual(['New']);
    await connection.close();
  });

  it('without the secret staying behind in a file', async () => {
    const invitation = test.reader.startPairing();
    const secret = Buffer.from(decodePairingCode(invitation.code) ?? []);
    const connection = await new TestPhone().scan(invitation);
    await connection.close();
    const files = readdirSync(test.directory).map((file) => readFileSync(join(test.directory, file)));
    expect(files).toHaveLength(2);
    for (const form of [secret, secret.toString('hex'), secret.toString('base64'), invitation.code]) {
      expect(files.filter((content) => content.includes(form))).toEqual([]);
    }
  });
});

describe('a secret is good', () => {
  it('for two minutes, and says until when', () => {
    const { expiresAt } = test.reader.startPairing();
    expect(Math.abs(expiresAt.getTime() - Date.now() - 120_000)).toBeLessThan(2000);
  });

  it('once', async () => {
    const invitation = test.reader.startPairing();
    const first = await new TestPhone().scan(invitation);
    await first.close();
    await test.events.until('disconnected');
    await expect(new TestPhone('Second').scan(invitation)).rejects.toMatchObject({ end: 'closed' });
    expect(await test.events.untilRefused()).toEqual(['not-pairing']);
    expect(test.reader.pairedPhones()).toHaveLength(1);
  });

  it('not after its time', async () => {
    const short = await openTestReader({ limits: { pairingMilliseconds: 40 } });
    const invitation = short.reader.startPairing();
    await short.events.until('pairing-ended');
    expect(short.events.all).toEqual([{ kind: 'pairing-ended', end: 'expired' }]);
    await expect(new TestPhone().scan(invitation)).rejects.toMatchObject({ end: 'closed' });
    expect(await short.events.untilRefused()).toEqual(['not-pairing']);
    expect(short.reader.pairedPhones()).toEqual([]);
    await short.close();
  });

  it('not when another one took its place, or pairing was stopped', async () => {
    const first = test.reader.startPairing();
    const second = test.reader.startPairing();
    expect(second.code).not.toBe(first.code);
    await expect(new TestPhone().scan(first)).rejects.toMatchObject({ end: 'closed' });
    test.reader.stopPairing();
    await expect(new TestPhone().scan(second)).rejects.toMatchObject({ end: 'closed' });
    expect(await test.events.untilRefused(2)).toEqual(['wrong-proof', 'not-pairing']);
  });

  it('for nobody before pairing was started', async () => {
    const { address, port } = test.reader;
    await expect(new TestPhone().type({ code: wrongCode, address, port })).rejects.toMatchObject({ end: 'closed' });
    expect(await test.events.untilRefused()).toEqual(['not-pairing']);
  });
});

describe('who does not know the secret', () => {
  const guess = (invitation: PairingInvitation) => new TestPhone().type({ ...invitation, code: wrongCode });

  it('is refused, and spoils nothing for who knows it', async () => {
    const invitation = test.reader.startPairing();
    await expect(guess(invitation)).rejects.toMatchObject({ end: 'closed' });
    await expect(guess(invitation)).rejects.toMatchObject({ end: 'closed' });
    const connection = await new TestPhone('Right').scan(invitation);
    await connection.close();
    expect(await test.events.untilRefused(2)).toEqual(['wrong-proof', 'wrong-proof']);
    expect(test.reader.pairedPhones().map(({ name }) => name)).toEqual(['Right']);
  });

  it('has three attempts, also when they are made at once; then the right secret is of no use', async () => {
    const invitation = test.reader.startPairing();
    const guesses = await Promise.allSettled([1, 2, 3].map(() => guess(invitation)));
    expect(guesses.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(test.events.all).toContainEqual({ kind: 'pairing-ended', end: 'attempts' });
    await expect(new TestPhone().scan(invitation)).rejects.toMatchObject({ end: 'closed' });
    expect(await test.events.untilRefused(4)).toEqual(['wrong-proof', 'wrong-proof', 'wrong-proof', 'not-pairing']);
    expect(test.reader.pairedPhones()).toEqual([]);
  });

  it('gets no proof of the computer to search offline', async () => {
    test.reader.startPairing();
    const socket = await openRawTls(test.reader.port, new TestPhone().identity);
    socket.write(encodeVpcdFrame(encodeHello({ kind: 'pairing', proof: new Uint8Array(32), name: 'x' })));
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['wrong-proof']);
  });
});

describe('a proof', () => {
  /** What a phone that knows the secret sends on `socket`. */
  function proofOn(socket: TLSSocket, identity: TlsIdentity, { code }: PairingInvitation, prover: Prover = 'phone') {
    const computer = new Uint8Array(socket.getPeerX509Certificate()?.raw ?? []);
    const binding = channelBinding(socket, { computer, phone: identity.certificate });
    const proof = pairingProof(prover, decodePairingCode(code) ?? new Uint8Array(), binding);
    return encodeVpcdFrame(encodeHello({ kind: 'pairing', proof, name: 'x' }));
  }

  it('made by hand as the tests below make it is right', async () => {
    const { identity } = new TestPhone();
    const invitation = test.reader.startPairing();
    const socket = await openRawTls(test.reader.port, identity);
    socket.write(proofOn(socket, identity, invitation));
    await test.events.until('connected');
    socket.destroy();
  });

  it('of another connection is worth nothing, also from the same phone', async () => {
    const { identity } = new TestPhone();
    const invitation = test.reader.startPairing();
    const first = await openRawTls(test.reader.port, identity);
    const replayed = proofOn(first, identity, invitation);
    first.destroy();
    const second = await openRawTls(test.reader.port, identity);
    second.write(replayed);
    expect(await untilClosed(second)).toHaveLength(0);
    expect(await test.events.untilRefused(2)).toContain('wrong-proof');
    expect(test.reader.pairedPhones()).toEqual([]);
  });

  it('is bound to the certificate it was made with', async () => {
    const invitation = test.reader.startPairing();
    const socket = await openRawTls(test.reader.port, new TestPhone().identity);
    socket.write(proofOn(socket, new TestPhone().identity, invitation));
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['wrong-proof']);
  });

  it('of the computer’s kind is none of the phone’s', async () => {
    const { identity } = new TestPhone();
    const invitation = test.reader.startPairing();
    const socket = await openRawTls(test.reader.port, identity);
    socket.write(proofOn(socket, identity, invitation, 'computer'));
    expect(await untilClosed(socket)).toHaveLength(0);
    expect(await test.events.untilRefused()).toEqual(['wrong-proof']);
  });
});

describe('forgetting a phone', () => {
  it('ends its connection, and it does not come back', async () => {
    const phone = await pairedTestPhone(test);
    const other = await pairedTestPhone(test, 'Other');
    const connection = await phone.connect(test.reader);
    await test.events.until('connected', 3);
    expect(test.reader.forgetPhone(fingerprintOf(phone.identity))).toBe(true);
    await connection.closed;
    const again = await phone.connect(test.reader);
    await again.closed;
    expect(await test.events.untilRefused()).toEqual(['unknown-phone']);
    expect(test.reader.pairedPhones().map(({ name }) => name)).toEqual(['Other']);
    const others = await other.connect(test.reader);
    await test.events.until('connected', 4);
    await others.close();
  });

  it('that is not connected leaves the connected one alone', async () => {
    const phone = await pairedTestPhone(test);
    const other = await pairedTestPhone(test);
    await phone.connect(test.reader);
    await test.events.until('connected', 3);
    expect(test.reader.forgetPhone(fingerprintOf(other.identity))).toBe(true);
    expect(test.reader.forgetPhone(fingerprintOf(other.identity))).toBe(false);
    expect(test.events.kinds.filter((kind) => kind === 'disconnected')).toHaveLength(2);
  });
});
