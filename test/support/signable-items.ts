import { previewText } from '../../main/core/consent/preview.js';
import { nodeCrypto } from '../../main/node/node-crypto.js';
import type { DetachedItem, DocumentEngine, PreparedItem } from '../../main/core/documents/signable-item.js';
import { prepareCms } from '../../sdk/formats/cms/prepare-cms.js';
import type { SignatureInProgress } from '../../sdk/formats/document.js';
import type { ByteSource, RandomAccessSource } from '../../sdk/formats/ports.js';
import { memorySource } from './piecewise-source.js';

/** The real signatures of the product's document engine, without its thread. */
export const threadlessEngine: DocumentEngine = {
  detached: ({ unverifiedName, content, format }) =>
    new ThreadlessItem(unverifiedName, content instanceof Uint8Array ? memorySource(content) : content, format),
};

/** One thing to sign as detached CMS. */
export function itemOf(unverifiedName: string, content: Uint8Array | RandomAccessSource): DetachedItem {
  return threadlessEngine.detached({ unverifiedName, content, format: 'cms' });
}

class ThreadlessItem implements DetachedItem {
  readonly unverifiedName: string;
  result: Uint8Array | undefined;
  readonly #source: RandomAccessSource;
  readonly #format: 'cms' | 'cades';

  constructor(unverifiedName: string, source: RandomAccessSource, format: 'cms' | 'cades') {
    this.unverifiedName = unverifiedName;
    this.#source = source;
    this.#format = format;
  }

  async prepare(): Promise<PreparedItem> {
    const prepared = await prepareCms(this.#source, { content: 'detached' }, nodeCrypto);
    let inProgress: SignatureInProgress | undefined;
    return {
      kind: 'document',
      format: this.#format,
      bound: prepared.bound,
      unboundNames: prepared.unboundNames,
      use: (algorithm) => prepared.use(algorithm),
      async begin(context) {
        inProgress = await prepared.begin(context);
        return inProgress.toBeSigned;
      },
      complete: async (signatureValue) => {
        const output = (await inProgress?.complete(signatureValue)) ?? [];
        this.result = new Uint8Array(Buffer.concat(output.filter((piece) => piece instanceof Uint8Array)));
      },
      discard: () => Promise.resolve(),
    };
  }
}

/** A source that can only be read in order, as one of any part. */
export function fromByteSource(source: ByteSource): RandomAccessSource {
  return { ...source, read: () => Promise.reject(new Error('not to be read in part')) };
}

/** What reading a text came to. @param sha256 hexadecimal */
export function preparedText(text: string, sha256 = '0'.repeat(64)): PreparedItem {
  const content = new TextEncoder().encode(text);
  const shown = previewText(content);
  const unused = (): never => {
    throw new Error('only to be shown');
  };
  return {
    kind: 'document',
    format: 'cms',
    bound: [{ unverifiedName: '', size: content.length, sha256: new Uint8Array(Buffer.from(sha256, 'hex')) }],
    unboundNames: [],
    ...(shown && { preview: { kind: 'text', text: shown, warnings: [] } }),
    use: unused,
    begin: unused,
    complete: unused,
    discard: unused,
  };
}
