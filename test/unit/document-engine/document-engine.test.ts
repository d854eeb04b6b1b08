import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PreparedDocumentItem, SignableItem } from '../../../main/core/documents/signable-item.js';
import {
  createDocumentEngine,
  type FileToSign,
  type NodeDocumentEngine,
} from '../../../main/node/document-engine/document-engine.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { verifyCms } from '../../../sdk/formats/cms/verify-cms.js';
import { FormatError } from '../../../sdk/formats/index.js';
import { memorySource } from '../../../sdk/formats/memory-source.js';
import { signingContext } from '../../support/sign-pdf.js';
import { pdfHolder } from '../../support/sign-pdf.js';
import { signWith } from '../../support/test-pki.js';

const never = new AbortController().signal;
const GIBIBYTE = 1024 ** 3;

let directory: string;
let engine: NodeDocumentEngine;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-engine-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  engine = createDocumentEngine();
});
afterEach(() => engine.close());

const at = (name: string): string => join(directory, name);
const file = (name: string, output: string, format: FileToSign['format'] = 'cms'): SignableItem =>
  engine.file({ path: at(name), format, output: at(output), options: {} });

async function prepare(item: SignableItem, signal = never): Promise<PreparedDocumentItem> {
  const prepared = await item.prepare(signal);
  if (prepared.kind !== 'document') throw new Error('no document');
  return prepared;
}

async function finish(prepared: PreparedDocumentItem): Promise<void> {
  const toBeSigned = await prepared.begin(signingContext());
  await prepared.complete(signWith(pdfHolder.key, toBeSigned));
}

const leftovers = (): string[] => readdirSync(directory).filter((name) => name.startsWith('.'));

describe('the document thread', () => {
  it('signs a file, and leaves nothing but the result', async () => {
    writeFileSync(at('a'), 'content');
    const prepared = await prepare(file('a', 'a.p7s'));
    expect(leftovers()).toHaveLength(1);
    await finish(prepared);
    await prepared.discard();
    const report = await verifyCms({
      source: memorySource(new Uint8Array(readFileSync(at('a.p7s')))),
      content: memorySource(new Uint8Array(readFileSync(at('a')))),
      crypto: nodeCrypto,
      at: new Date(),
    });
    expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'intact' });
    expect(leftovers()).toEqual([]);
  });

  it('reads what only the program can read, piece by piece', async () => {
    const content = new Uint8Array(3_000_000).fill(7);
    const item = engine.detached({ unverifiedName: 'x', content: memorySource(content), format: 'cades' });
    const prepared = await prepare(item);
    expect(prepared.bound[0]).toEqual({
      unverifiedName: '',
      size: 3_000_000,
      sha256: await nodeCrypto.digest('SHA-256', content),
    });
    await finish(prepared);
    expect(item.result?.[0]).toBe(0x30);
    await prepared.discard();
  });

  it('stops reading at once when nobody wants it any more', async () => {
    writeFileSync(at('huge'), '');
    truncateSync(at('huge'), 64 * GIBIBYTE);
    const wish = new AbortController();
    const preparing = file('huge', 'huge.p7s').prepare(wish.signal);
    setTimeout(() => wish.abort(), 150);
    const start = performance.now();
    await expect(preparing).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(performance.now() - start).toBeLessThan(2_000);
    rmSync(at('huge'));
    expect(leftovers()).toEqual([]);
  });

  it('passes on what is wrong with a document, by code and reason', async () => {
    writeFileSync(at('no.pdf'), 'no PDF');
    await expect(file('no.pdf', 'x.pdf', 'pades').prepare(never)).rejects.toMatchObject({
      code: 'ERR_SIGN_FORMAT',
      details: { reason: 'pdf-header' },
    });
    await expect(file('absent', 'x').prepare(never)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    expect(leftovers()).toEqual([]);
  });

  it('passes a time stamp’s failure on as it came', async () => {
    writeFileSync(at('stamped'), 'content');
    const prepared = await prepare(file('stamped', 'stamped.p7s'));
    const timeStamper = (): Promise<never> =>
      Promise.reject(new FormatError('ERR_SIGN_FORMAT', 'no stamp', { reason: 'time-stamp-rejected' }));
    const toBeSigned = await prepared.begin(signingContext(pdfHolder, { timeStamper }));
    await expect(prepared.complete(signWith(pdfHolder.key, toBeSigned))).rejects.toMatchObject({
      details: { reason: 'time-stamp-rejected' },
    });
    await prepared.discard();
    expect(readdirSync(directory)).not.toContain('stamped.p7s');
  });

  it('writes nothing where the document changed after it was digested', async () => {
    for (const [name, change] of [
      [
        'rewritten',
        (path: string) => {
          writeFileSync(path, 'CONTENT');
        },
      ],
      [
        'replaced',
        (path: string) => {
          rmSync(path);
          writeFileSync(path, 'CONTENT');
        },
      ],
      [
        'linked elsewhere',
        (path: string) => {
          rmSync(path);
          symlinkSync(at('a'), path);
        },
      ],
    ] as const) {
      writeFileSync(at(name), 'content');
      const item = engine.file({
        path: at(name),
        format: 'cms',
        output: at(`${name}.p7m`),
        options: { attached: true },
      });
      const prepared = await prepare(item);
      await new Promise((resolve) => setTimeout(resolve, 20));
      change(at(name));
      await expect(finish(prepared)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
      await prepared.discard();
      expect(readdirSync(directory)).not.toContain(`${name}.p7m`);
    }
    expect(leftovers()).toEqual([]);
  });

  it('ends what is under way when it is ended, and begins anew for the next document', async () => {
    writeFileSync(at('b'), 'content');
    const prepared = await prepare(file('b', 'b.p7s'));
    const lost = prepared.begin(signingContext());
    await engine.close();
    await expect(lost).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    const again = await prepare(file('b', 'b2.p7s'));
    await finish(again);
    await again.discard();
    expect(readdirSync(directory)).toContain('b2.p7s');
    for (const name of leftovers()) rmSync(at(name));
  });

  it('never replaces what came into the result’s place meanwhile', async () => {
    writeFileSync(at('c'), 'content');
    const prepared = await prepare(file('c', 'c.p7s'));
    writeFileSync(at('c.p7s'), 'mine');
    await expect(finish(prepared)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    await prepared.discard();
    expect(readFileSync(at('c.p7s'), 'utf8')).toBe('mine');
    expect(leftovers()).toEqual([]);
  });
});
