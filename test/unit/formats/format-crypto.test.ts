/** One suite for every implementation of `FormatCrypto`, and the byte source over files. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFileSource } from '../../../main/node/file-source.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { ecdsaSignatureFromDer, type ByteSource, type DigestAlgorithm } from '../../../sdk/formats/index.js';
import { webCrypto } from '../../../sdk/verifier/index.js';
import { signWith, testKey } from '../../support/test-pki.js';

const DIGESTS = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const;
const data = Buffer.from('data');

function nodeDigest(algorithm: DigestAlgorithm, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(algorithm.replace('-', '')).update(bytes).digest());
}

/** A source that fills the same buffer again and again, as the port allows. */
function reusingSource(bytes: Uint8Array, size = bytes.length): ByteSource {
  const buffer = new Uint8Array(3);
  return {
    size,
    async *chunks() {
      for (let offset = 0; offset < bytes.length; offset += buffer.length) {
        const chunk = bytes.subarray(offset, offset + buffer.length);
        buffer.set(chunk);
        yield await Promise.resolve(buffer.subarray(0, chunk.length));
      }
    },
  };
}

describe.each([
  ['nodeCrypto', nodeCrypto],
  ['webCrypto', webCrypto()],
])('%s', (_, crypto) => {
  it.each(DIGESTS)('digests by %s: nothing, octets, a view of a pool, pieces in one buffer', async (algorithm) => {
    for (const text of ['', 'abc', 'a longer text than the buffer']) {
      const pooled = Buffer.from(text);
      expect(await crypto.digest(algorithm, pooled)).toEqual(nodeDigest(algorithm, pooled));
      const source = reusingSource(pooled);
      expect(await crypto.digest(algorithm, source)).toEqual(nodeDigest(algorithm, pooled));
      expect(await crypto.digest(algorithm, source)).toEqual(nodeDigest(algorithm, pooled));
    }
  });

  it.each(DIGESTS)('digests by %s as the pieces come, and forks', async (algorithm) => {
    const running = crypto.startDigest(algorithm);
    const buffer = Buffer.from('first');
    running.update(buffer);
    // What was handed over is the caller's again.
    buffer.fill(0);
    const fork = running.fork();
    running.update(Buffer.from(' second'));
    expect(await fork.digest()).toEqual(nodeDigest(algorithm, Buffer.from('first')));
    expect(await running.digest()).toEqual(nodeDigest(algorithm, Buffer.from('first second')));
  });

  it('refuses a digest algorithm it does not know', async () => {
    await expect(crypto.digest('MD5' as DigestAlgorithm, data)).rejects.toThrow();
  });

  it.each([
    ['RS256', 'rsa', 'rsa2048', 'sha256'],
    ['RS384', 'rsa', 'rsa2048', 'sha384'],
    ['RS512', 'rsa', 'rsa2048', 'sha512'],
    ['ES256', 'p256', 'P-256', 'sha256'],
    ['ES384', 'p384', 'P-384', 'sha384'],
  ] as const)('verifies %s, and only that', async (algorithm, name, type, digest) => {
    const key = testKey(name, type);
    const signature = signWith(key, data, digest);
    expect(await crypto.verifySignature(algorithm, key.spki, data, signature)).toBe(true);
    expect(await crypto.verifySignature(algorithm, key.spki, Buffer.from('date'), signature)).toBe(false);
    expect(await crypto.verifySignature(algorithm, key.spki, data, signature.subarray(1))).toBe(false);
    expect(await crypto.verifySignature(algorithm, key.spki, data, new Uint8Array())).toBe(false);
    const others = (['RS256', 'RS384', 'RS512', 'ES256', 'ES384'] as const).filter((other) => other !== algorithm);
    for (const other of others) expect(await crypto.verifySignature(other, key.spki, data, signature)).toBe(false);
  });

  it('answers false for a key of another kind, another curve, or none', async () => {
    const [p256, p384] = [testKey('p256', 'P-256'), testKey('p384', 'P-384')];
    const bySha256 = signWith(p384, data, 'sha256');
    expect(await crypto.verifySignature('ES256', p384.spki, data, bySha256)).toBe(false);
    expect(await crypto.verifySignature('RS256', p256.spki, data, signWith(p256, data))).toBe(false);
    for (const spki of [new Uint8Array(), p256.spki.subarray(1), data]) {
      expect(await crypto.verifySignature('ES256', spki, data, signWith(p256, data))).toBe(false);
    }
  });

  it('takes ECDSA values in DER, not in fixed length', async () => {
    const key = testKey('p256', 'P-256');
    const fixed = ecdsaSignatureFromDer(signWith(key, data), 'P-256');
    expect(await crypto.verifySignature('ES256', key.spki, data, fixed)).toBe(false);
  });
});

describe('webCrypto', () => {
  it('does not digest a source of another length than it says', async () => {
    await expect(webCrypto().digest('SHA-256', reusingSource(data, 5))).rejects.toThrow(RangeError);
    await expect(webCrypto().digest('SHA-256', reusingSource(data, 3))).rejects.toThrow(RangeError);
  });
});

describe('openFileSource', () => {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-file-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  function write(name: string, content: Uint8Array | string): string {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  }

  async function read(source: ByteSource): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.chunks()) chunks.push(new Uint8Array(chunk));
    return Buffer.concat(chunks);
  }

  const MEBIBYTE = 1024 * 1024;

  it.each([0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 5 * MEBIBYTE + 7])(
    'reads %i octets in order, twice',
    async (size) => {
      const content = new Uint8Array(size).map((_, index) => (index * 31 + (index >> 16)) & 0xff);
      const source = await openFileSource(write('sized', content));
      expect(source.size).toBe(size);
      for (let time = 0; time < 2; time += 1) expect(Buffer.compare(await read(source), content)).toBe(0);
      expect(await nodeCrypto.digest('SHA-256', source)).toEqual(nodeDigest('SHA-256', content));
    },
  );

  it.each([
    ['absent', join(directory, 'absent')],
    ['a directory', directory],
    ['a NUL', 'a\0b'],
  ])('does not read %s', async (_, path) => {
    await expect(openFileSource(path)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it.skipIf(process.platform === 'win32')('does not wait at a named pipe', async () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(openFileSource(path)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it('fails when the file grew, was replaced, or is gone', async () => {
    const grown = await openFileSource(write('grown', 'content'));
    appendFileSync(join(directory, 'grown'), 'more');
    await expect(read(grown)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    const replaced = await openFileSource(write('replaced', 'content'));
    renameSync(write('replacement', 'CONTENT'), join(directory, 'replaced'));
    await expect(read(replaced)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    const gone = await openFileSource(write('gone', 'content'));
    rmSync(join(directory, 'gone'));
    await expect(read(gone)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it('fails when the file changes while it is read', async () => {
    const path = write('changing', new Uint8Array(4 * MEBIBYTE));
    const source = await openFileSource(path);
    const reading = async (): Promise<void> => {
      let first = true;
      for await (const chunk of source.chunks()) {
        expect(chunk.length).toBeGreaterThan(0);
        if (first) appendFileSync(path, 'x');
        first = false;
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it('may be left early', async () => {
    const source = await openFileSource(write('early', new Uint8Array(4 * MEBIBYTE)));
    for await (const chunk of source.chunks()) {
      expect(chunk.length).toBe(MEBIBYTE);
      break;
    }
  });

  it('may be read by several at a time', async () => {
    const content = new Uint8Array(3 * MEBIBYTE).map((_, index) => index % 251);
    const source = await openFileSource(write('shared', content));
    const digests = await Promise.all(DIGESTS.map((algorithm) => nodeCrypto.digest(algorithm, source)));
    expect(digests).toEqual(DIGESTS.map((algorithm) => nodeDigest(algorithm, content)));
  });
});
