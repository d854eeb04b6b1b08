import { createHash } from 'node:crypto';
import type {
  DetachedItem,
  DocumentEngine,
  PreparedItem,
  SignableItem,
} from '../../../main/core/documents/signable-item.js';
import type { ArrivingContent, UploadStore } from '../../../main/core/ports.js';
import type { ItemOutcome } from '../../../main/core/signing/operations.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { memorySource } from '../../support/piecewise-source.js';

const CERTIFICATE = Uint8Array.from([0x30, 0x01]);

/** What the bridge asked to have signed. */
export class FakeDetachedItem implements DetachedItem {
  readonly unverifiedName: string;
  readonly content: Uint8Array | RandomAccessSource;
  readonly format: 'cms' | 'cades';
  result: Uint8Array | undefined;

  constructor({ unverifiedName, content, format }: Parameters<DocumentEngine['detached']>[0]) {
    this.unverifiedName = unverifiedName;
    this.content = content;
    this.format = format;
  }

  /** All of the content. */
  bytes(): Promise<Uint8Array> {
    const { content } = this;
    return content instanceof Uint8Array ? Promise.resolve(content) : content.read(0, content.size);
  }

  async prepare(): Promise<PreparedItem> {
    const bytes = await this.bytes();
    const sha256 = new Uint8Array(createHash('sha256').update(bytes).digest());
    return {
      kind: 'document',
      format: this.format,
      bound: [{ unverifiedName: '', size: bytes.length, sha256 }],
      unboundNames: [],
      use: () => Promise.resolve(),
      begin: () => Promise.resolve(sha256),
      complete: (signatureValue) => {
        this.result = signatureValue;
        return Promise.resolve();
      },
      discard: () => Promise.resolve(),
    };
  }
}

export function fakeDocuments(): DocumentEngine {
  return { detached: (document) => new FakeDetachedItem(document) };
}

/** The items of a request, which have to be documents. */
export function detachedItems(items: readonly SignableItem[]): FakeDetachedItem[] {
  return items.map((item) => {
    if (item instanceof FakeDetachedItem) return item;
    throw new Error('not a document');
  });
}

/** What a card does to items: each of them gets `signatureValue`. */
export async function signEach(items: readonly SignableItem[], signatureValue: Uint8Array): Promise<ItemOutcome[]> {
  for (const item of items) {
    const prepared = await item.prepare(new AbortController().signal);
    await prepared.complete(signatureValue, CERTIFICATE);
    await prepared.discard();
  }
  return items.map(() => ({ status: 'signed' }));
}

/** Uploads in memory; how many there are is in `kept`. */
export class MemoryUploads implements UploadStore {
  kept = 0;

  create(): Promise<ArrivingContent> {
    this.kept++;
    const chunks: Uint8Array[] = [];
    let isThere = true;
    const discard = (): Promise<void> => {
      if (isThere) this.kept--;
      isThere = false;
      return Promise.resolve();
    };
    return Promise.resolve({
      write: (chunk: Uint8Array) => Promise.resolve(void chunks.push(Uint8Array.from(chunk))),
      finish: () => {
        const bytes = Buffer.concat(chunks);
        const sha256 = new Uint8Array(createHash('sha256').update(bytes).digest());
        return Promise.resolve({ source: memorySource(bytes), sha256, discard });
      },
      discard,
    });
  }
}
