import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestInOnePass } from '../../../main/core/signing/shared-pass.js';
import { fileByteSource, nodeCrypto } from '../../../main/node/node-crypto.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import type { ByteSource } from '../../../sdk/formats/ports.js';
import { commandSummary, coreClient, freshCard } from '../../support/core-client.js';

const never = new AbortController().signal;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads as the given texts, one after the other; in pieces, through one buffer, as the port allows. */
function changingSource(...texts: readonly string[]) {
  const source = {
    reads: 0,
    size: texts[0]?.length ?? 0,
    async *chunks() {
      const content = bytes(texts[Math.min(source.reads, texts.length - 1)] ?? '');
      source.reads += 1;
      const buffer = new Uint8Array(3);
      for (let offset = 0; offset < content.length; offset += buffer.length) {
        const chunk = content.subarray(offset, offset + buffer.length);
        buffer.set(chunk);
        yield await Promise.resolve(buffer.subarray(0, chunk.length));
      }
    },
  };
  return source satisfies ByteSource;
}

describe('a card whose key signs another digest than the one shown', () => {
  let card: VirtualCard;
  beforeAll(async () => {
    card = await freshCard({ profile: 'next-card' });
  });
  beforeEach(() => {
    card.clearLog();
  });

  function sign(content: ByteSource) {
    const { operations, interaction } = coreClient({ card, person: { decide: () => 'agreed', pins: ['ABC123'] } });
    const items = [{ unverifiedName: 'x', content }];
    const request = { operation: 'sign', requester: { kind: 'self' }, format: 'cms', items } as const;
    return { signed: operations.sign(request, never), interaction };
  }

  it('signs content that stayed the same, read twice', async () => {
    const source = changingSource('content');
    expect(await sign(source).signed).toMatchObject([{ status: 'signed' }]);
    expect(source.reads).toBe(2);
  });

  it.each([
    ['stays so', ['content', 'CONTENT']],
    ['is put back after the second reading', ['content', 'CONTENT', 'content']],
  ])('never gets to sign content that changes after it was digested and %s', async (_what, texts) => {
    const { signed, interaction } = sign(changingSource(...texts));
    await expect(signed).rejects.toMatchObject({ code: 'ERR_SIGN_DIGEST' });
    expect(interaction.dialogs[0]).toMatchObject({ decided: false, prompts: [] });
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });
});

describe('two digests in one pass', () => {
  it.each(['', 'a', 'some longer content'])('of "%s" are those of the content', async (text) => {
    const source = changingSource(text);
    expect(await digestInOnePass(nodeCrypto, source, ['SHA-256', 'SHA-384'])).toEqual([
      await nodeCrypto.digest('SHA-256', bytes(text)),
      await nodeCrypto.digest('SHA-384', bytes(text)),
    ]);
    expect(source.reads).toBe(1);
  });

  it('fail as the reading fails', async () => {
    const broken: ByteSource = {
      size: 2,
      async *chunks() {
        yield await Promise.resolve(Uint8Array.of(1));
        throw new Error('gone');
      },
    };
    await expect(digestInOnePass(nodeCrypto, broken, ['SHA-256', 'SHA-384'])).rejects.toThrow('gone');
  });

  it('end, and close the source, where one of them stops early', async () => {
    let closed = false;
    const source: ByteSource = {
      size: 2,
      async *chunks() {
        try {
          for (const byte of [1, 2]) yield await Promise.resolve(Uint8Array.of(byte));
        } finally {
          closed = true;
        }
      },
    };
    const stopping = {
      async digest(...[algorithm, data]: Parameters<typeof nodeCrypto.digest>) {
        if (algorithm === 'SHA-256' || data instanceof Uint8Array) return nodeCrypto.digest(algorithm, data);
        for await (const chunk of data.chunks()) throw new Error(`stopped after ${String(chunk.length)}`);
        return new Uint8Array();
      },
    };
    await expect(digestInOnePass(stopping, source, ['SHA-256', 'SHA-384'])).rejects.toThrow();
    expect(closed).toBe(true);
  });
});

describe('a file', () => {
  it('that was rewritten in place, its time of modification put back, is not read again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'madoguchi-signed-'));
    try {
      const path = join(directory, 'file');
      writeFileSync(path, 'content');
      const time = new Date(1_700_000_000_000);
      utimesSync(path, time, time);
      const source = await fileByteSource(path);
      await nodeCrypto.digest('SHA-256', source);
      const { mtimeNs } = statSync(path, { bigint: true });
      await new Promise((resolve) => setTimeout(resolve, 20));
      writeFileSync(path, 'CONTENT');
      utimesSync(path, time, time);
      expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
      await expect(nodeCrypto.digest('SHA-384', source)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
