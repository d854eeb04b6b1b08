import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PairingInvitation, PhoneReaderEvent } from '../../main/node/phone-reader.js';
import type { AuthenticationToken } from '../../sdk/protocol/index.js';
import { COMPUTER, namespacesMissing, openNamespaces, PHONE, type Namespaces } from '../support/phone-namespaces.js';
import { CardFactory } from '../support/virtual-card.js';

const ORIGIN = 'https://service.example';
const NONCE = 'B'.repeat(44);
const missing = namespacesMissing();

describe('computer and phone in network namespaces of their own', () => {
  let namespaces: Namespaces;
  let stateDirectory: string;
  let factory: CardFactory;
  let invitation: PairingInvitation;

  beforeAll(async () => {
    if (missing !== undefined) return;
    factory = await CardFactory.create();
    stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-phone-namespaces-'));
    namespaces = openNamespaces();
    const address = COMPUTER.address;
    invitation = (await namespaces.computer.order('open', { stateDirectory, address })) as PairingInvitation;
  });
  afterAll(async () => {
    if (missing !== undefined) return;
    await namespaces.close();
    factory.remove();
    rmSync(stateDirectory, { recursive: true });
  });
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });

  const authenticate = async (pin: string) =>
    (await namespaces.computer.order('authenticate', {
      ...{ origin: ORIGIN, challengeNonce: NONCE, enteredPin: pin },
    })) as AuthenticationToken;
  const events = async () => (await namespaces.computer.order('events')) as PhoneReaderEvent[];
  const cardLog = async () =>
    (await namespaces.phone.order('card')) as { powered: boolean; log: { ins: number; lc: number }[] };
  const verifies = async () => (await cardLog()).log.filter(({ ins, lc }) => ins === 0x20 && lc > 0).length;

  test('the reader listens on the chosen address and no other', async () => {
    expect(await namespaces.computer.order('addresses')).toEqual(
      expect.arrayContaining(Object.values(COMPUTER).map((address) => expect.objectContaining({ address }) as unknown)),
    );
    const { port } = invitation;
    const refused = { code: 'ECONNREFUSED' };
    expect(await namespaces.phone.order('knock', { host: COMPUTER.otherAddress, port })).toEqual(refused);
  });

  test('who comes to that address from another network is cut off unheard', async () => {
    const { port } = invitation;
    const knock = { host: COMPUTER.address, port, localAddress: PHONE.otherAddress };
    expect(await namespaces.phone.order('knock', knock)).toEqual({ bytes: 0 });
    expect(await events()).toEqual([{ kind: 'refused', reason: 'network', remoteAddress: PHONE.otherAddress }]);
  });

  test('a phone is paired, and a whole authentication passes', async () => {
    const { uri, port } = invitation;
    expect(uri).toContain(`//${COMPUTER.address}:${port}/`);
    await namespaces.phone.order('pair', { uri });
    await namespaces.phone.order('insert', { stateDirectory: factory.newDirectory() });
    const token = await authenticate('1234');
    const certificate = new X509Certificate(Buffer.from(token.unverifiedCertificate, 'base64'));
    const [origin, nonce] = [ORIGIN, NONCE].map((text) => createHash('sha256').update(text).digest());
    const signed = Buffer.concat([origin ?? Buffer.of(), nonce ?? Buffer.of()]);
    expect(verify('RSA-SHA256', signed, certificate.publicKey, Buffer.from(token.signature, 'base64'))).toBe(true);
    expect(await cardLog()).toMatchObject({ powered: false });
    expect(await verifies()).toBe(1);
  });

  test('the paired phone comes back without a secret; a wrong PIN costs one try', async () => {
    await namespaces.phone.order('close');
    await namespaces.phone.order('connect', { uri: invitation.uri.replace(/&s=.*/, '') });
    await namespaces.phone.order('insert');
    await expect(authenticate('4321')).rejects.toMatchObject({ code: 'ERR_PIN_INCORRECT' });
    expect(await verifies()).toBe(2);
    expect((await authenticate('1234')).signature).toMatch(/^[\w+/]+=*$/);
    expect(await verifies()).toBe(3);
  });

  test('the card taken off the phone is missed at the computer', async () => {
    await namespaces.phone.order('remove');
    await expect(authenticate('1234')).rejects.toMatchObject({ code: 'ERR_CARD_ABSENT' });
    expect(await verifies()).toBe(3);
  });

  test('off is off', async () => {
    await namespaces.computer.order('close');
    const knock = { host: COMPUTER.address, port: invitation.port };
    expect(await namespaces.phone.order('knock', knock)).toEqual({ code: 'ECONNREFUSED' });
  });
});
