import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBridge } from '../../../main/core/bridge/bridge.js';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import { startBridgeListener, type BridgeListener } from '../../../main/node/bridge-listener/index.js';
import { createDocumentEngine, type NodeDocumentEngine } from '../../../main/node/document-engine/document-engine.js';
import { openUploadStore } from '../../../main/node/uploads.js';
import { TEST_CARD_PINS, type VirtualCard } from '../../../native/virtual-card/index.js';
import { createClient, type MadoguchiClient } from '../../../sdk/browser/index.js';
import { encodePemCertificate, parseCertificate, requireJpkiKeyUsage } from '../../../sdk/formats/index.js';
import { commandSummary, coreClient, freshCard, type CoreClient } from '../../support/core-client.js';
import { Openssl, opensslMissing } from '../../support/openssl.js';
import { ASK_AT_WILL, bridgeOptions, only, ORIGIN } from '../../unit/bridge/fakes.js';

/** From the page's own call to a signature that openssl checks: SDK, HTTP, files, document thread, card. */
let state: string;
let card: VirtualCard;
let core: CoreClient;
let documents: NodeDocumentEngine;
let listener: BridgeListener;
let page: MadoguchiClient;
let openssl: Openssl;
let pins: string[] = [];

const pageFetch: typeof fetch = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('Origin', ORIGIN);
  return fetch(input, { ...init, headers });
};

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-signed-uploads-'));
  openssl = new Openssl();
  card = await freshCard();
  documents = createDocumentEngine();
  const bridge = createBridge(
    bridgeOptions({
      operations: {
        authenticate: (...call) => core.operations.authenticate(...call),
        sign: (...call) => core.operations.sign(...call),
        readAttributes: (...call) => core.operations.readAttributes(...call),
      },
      documents,
      uploads: openUploadStore(state),
      askLimits: ASK_AT_WILL,
      policy: () => ({ ...DEFAULT_POLICY, unlistedSigning: 'allow', rawDigestOrigins: [ORIGIN], signItems: 60 }),
    }),
  );
  listener = await startBridgeListener({ bridge, ports: [0], log: { event: () => undefined } });
  page = createClient({ ports: [listener.port], fetch: pageFetch });
  const { inspection } = coreClient({ card, person: {} });
  const authority = await inspection.readCertificate('signing-ca', choose, new AbortController().signal);
  openssl.write('ca.pem', encodePemCertificate(authority));
});

beforeEach(() => {
  pins = [TEST_CARD_PINS.signing];
  card.clearLog();
  core = coreClient({ card, person: { decide: () => 'agreed', pins } });
});

afterAll(async () => {
  await listener.close();
  await documents.close();
  openssl.close();
  rmSync(state, { recursive: true, force: true });
});

const choose = () => Promise.reject(new Error('there is one reader'));
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

function verifyCms(signature: string, content: Uint8Array, ...options: readonly string[]): boolean {
  const detached = openssl.write('content', content);
  const cms = openssl.write('signature.der', bytesOf(signature));
  const trust = ['-CAfile', openssl.path('ca.pem'), '-purpose', 'any'];
  const input = ['-in', cms, '-inform', 'DER', '-content', detached, '-binary', '-out', openssl.path('output')];
  return openssl.run('cms', '-verify', ...options, ...trust, ...input).ok;
}

describe.skipIf(opensslMissing() !== undefined)('what a page uploads', () => {
  const large = randomBytes(5 * 1024 * 1024 + 3);

  it.each([
    ['cms', []],
    ['cades', ['-cades']],
  ] as const)('is signed as %s, beside what goes along, under one PIN', async (format, options) => {
    const small = new TextEncoder().encode('小さな書類');
    const items = [
      { name: '大.bin', content: new Blob([large]) },
      { name: '小.txt', content: small },
    ];
    const { items: signed } = await page.sign({ items, format });
    expect(signed.map(({ status }) => status)).toEqual(['signed', 'signed']);
    const [first, second] = signed.map((item) => (item.status === 'signed' ? item.signature : ''));
    expect(verifyCms(first ?? '', large, ...options)).toBe(true);
    expect(verifyCms(second ?? '', small, ...options)).toBe(true);
    expect(verifyCms(first ?? '', small, ...options)).toBe(false);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 2 });
    expect(readdirSync(join(state, 'uploads'))).toEqual([]);
  });

  it('is shown by its own digest and size before anybody agrees', async () => {
    await page.sign({ items: [{ name: '大.bin', content: new Blob([large]) }] });
    const dialog = only(core.interaction.dialogs);
    const [item] = (dialog.complete ?? dialog.consent).items;
    expect(item).toMatchObject({ sha256: createHash('sha256').update(large).digest('hex'), size: large.length });
  });
});

describe.skipIf(opensslMissing() !== undefined)('a digest', () => {
  it.each([
    ['SHA-256', 'sha256'],
    ['SHA-384', 'sha384'],
    ['SHA-512', 'sha512'],
  ] as const)('%s becomes a bare signature by the signing key', async (algorithm, name) => {
    const content = randomBytes(1_000);
    const value = createHash(name).update(content).digest();
    const { items } = await page.sign({ format: 'raw-digest', items: [{ name: 'a', digest: { algorithm, value } }] });
    const [item] = items;
    if (item?.status !== 'signed') throw new Error(JSON.stringify(item));
    const certificate = parseCertificate(bytesOf(item.certificate ?? ''));
    requireJpkiKeyUsage(certificate, 'signing');
    const signature = openssl.write('signature', bytesOf(item.signature));
    const document = openssl.write('content', content);
    const key = openssl.write('key.der', certificate.subjectPublicKeyInfo);
    const dgst = (file: string): boolean =>
      openssl.run('dgst', `-${name}`, '-keyform', 'DER', '-verify', key, '-signature', signature, file).ok;
    expect(dgst(document)).toBe(true);
    expect(dgst(openssl.write('other', 'other'))).toBe(false);
    expect(only(core.interaction.dialogs).prompts.map(({ role }) => role)).toEqual(['signing']);
  });

  it('is never signed by the authentication key, whose certificate it does not verify under', async () => {
    const value = randomBytes(32);
    const digest = { algorithm: 'SHA-256', value } as const;
    const { items } = await page.sign({ format: 'raw-digest', items: [{ name: 'a', digest }] });
    const [item] = items;
    const { signal } = new AbortController();
    const certificate = parseCertificate(await core.inspection.readCertificate('authentication', choose, signal));
    const key = openssl.write('auth.der', certificate.subjectPublicKeyInfo);
    const signature = openssl.write('signature', bytesOf(item?.status === 'signed' ? item.signature : ''));
    const options = ['-pubin', '-keyform', 'DER', '-inkey', key, '-sigfile', signature, '-pkeyopt', 'digest:sha256'];
    expect(openssl.run('pkeyutl', '-verify', ...options, '-in', openssl.write('digest', value)).ok).toBe(false);
  });
});
