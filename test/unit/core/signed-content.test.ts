import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFileSource } from '../../../main/node/file-source.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import type { ByteSource } from '../../../sdk/formats/ports.js';
import { commandSummary, coreClient, freshCard } from '../../support/core-client.js';
import { fromByteSource, itemOf } from '../../support/signable-items.js';

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
    const items = [itemOf('x', fromByteSource(content))];
    const request = { operation: 'sign', requester: { kind: 'self' }, items } as const;
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

describe('a file', () => {
  it('that was rewritten in place, its time of modification put back, is not read again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'madoguchi-signed-'));
    try {
      const path = join(directory, 'file');
      writeFileSync(path, 'content');
      const time = new Date(1_700_000_000_000);
      utimesSync(path, time, time);
      const source = await openFileSource(path);
      await nodeCrypto.digest('SHA-256', source);
      const { mtimeNs } = statSync(path, { bigint: true });
      await new Promise((resolve) => setTimeout(resolve, 20));
      writeFileSync(path, 'CONTENT');
      utimesSync(path, time, time);
      expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
      await expect(nodeCrypto.digest('SHA-384', source)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
      await source.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
