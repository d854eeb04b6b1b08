import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTlsIdentity } from '../../../native/phone-reader/identity.js';
import { PhoneStore } from '../../../native/phone-reader/index.js';

let root: string;
let directory: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'madoguchi-phone-store-'));
  directory = join(root, 'phone-reader');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const phone = (digit: string, name = 'Phone') => ({
  fingerprint: digit.repeat(64),
  name,
  pairedAt: '2026-01-02T03:04:05.000Z',
});
const modeOf = (path: string) => statSync(path).mode & 0o777;
const damaged = expect.objectContaining({ name: 'PhoneReaderError', problem: 'state' }) as unknown;
const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (thrown) {
    return thrown;
  }
};

describe('the certificate of this computer', () => {
  it('is made on first use and kept', () => {
    const first = new PhoneStore(directory).identity();
    expect(new PhoneStore(directory).identity()).toEqual(first);
    expect(new PhoneStore(join(root, 'other')).identity().certificate).not.toEqual(first.certificate);
  });

  it('is of ECDSA P-256, signed by itself, and names nobody', () => {
    const { certificate } = createTlsIdentity();
    const parsed = new X509Certificate(certificate);
    expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.subject).toBe('CN=card-reader');
  });

  it('is for its owner only, and so are the phones', () => {
    const store = new PhoneStore(directory);
    store.identity();
    store.add(phone('a'));
    expect(modeOf(directory)).toBe(0o700);
    const files = readdirSync(directory);
    expect(files.sort()).toEqual(['identity.json', 'paired-phones.json']);
    for (const file of files) expect(modeOf(join(directory, file))).toBe(0o600);
  });

  it('is not used any more when others can read its key', () => {
    const store = new PhoneStore(directory);
    store.identity();
    chmodSync(join(directory, 'identity.json'), 0o640);
    expect(thrownBy(() => store.identity())).toEqual(damaged);
  });

  it.each([
    ['no JSON', '{'],
    ['another version', '{"version":2}'],
    ['nothing', '{"version":1}'],
    ['another type', '{"version":1,"privateKey":1,"certificate":2}'],
  ])('is not replaced when its file is damaged: %s', (_name, text) => {
    const store = new PhoneStore(directory);
    store.identity();
    writeFileSync(join(directory, 'identity.json'), text);
    expect(thrownBy(() => store.identity())).toEqual(damaged);
    expect(readFileSync(join(directory, 'identity.json'), 'utf8')).toBe(text);
  });

  it('is refused where the key is another one', () => {
    const store = new PhoneStore(directory);
    const { certificate } = store.identity();
    const { privateKey } = createTlsIdentity();
    const text = JSON.stringify({ version: 1, privateKey, certificate: Buffer.from(certificate).toString('base64') });
    writeFileSync(join(directory, 'identity.json'), text);
    expect(thrownBy(() => store.identity())).toEqual(damaged);
  });
});

describe('paired phones', () => {
  it('are kept, renewed and forgotten', () => {
    const store = new PhoneStore(directory);
    expect(store.list()).toEqual([]);
    store.add(phone('a'));
    store.add(phone('b'));
    store.add(phone('a', 'New name'));
    expect(new PhoneStore(directory).list()).toEqual([phone('b'), phone('a', 'New name')]);
    expect(store.find('b'.repeat(64))).toEqual(phone('b'));
    expect(store.find('c'.repeat(64))).toBeUndefined();
    expect(store.forget('a'.repeat(64))).toBe(true);
    expect(store.forget('a'.repeat(64))).toBe(false);
    expect(new PhoneStore(directory).list()).toEqual([phone('b')]);
  });

  it('are sixteen at most; the oldest makes room', () => {
    const store = new PhoneStore(directory);
    const digits = Array.from('0123456789abcdef');
    for (const digit of digits) store.add(phone(digit));
    store.add({ ...phone('0'), fingerprint: '01'.repeat(32) });
    expect(store.list()).toHaveLength(16);
    expect(store.find('0'.repeat(64))).toBeUndefined();
  });

  it.each([
    ['not a list', { phones: {} }],
    ['no fingerprint', { phones: [{ name: 'x', pairedAt: '2026-01-01' }] }],
    ['a short fingerprint', { phones: [{ ...phone('a'), fingerprint: 'aa' }] }],
    ['a date that is none', { phones: [{ ...phone('a'), pairedAt: 'x' }] }],
    ['too many', { phones: Array.from({ length: 17 }, () => phone('a')) }],
  ])('are trusted no more when the file is damaged: %s', (_name, content) => {
    const store = new PhoneStore(directory);
    store.add(phone('a'));
    writeFileSync(join(directory, 'paired-phones.json'), JSON.stringify({ version: 1, ...content }));
    expect(thrownBy(() => store.find('a'.repeat(64)))).toEqual(damaged);
  });
});
