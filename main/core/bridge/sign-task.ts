import { decodeBase64, encodeBase64 } from '../../../sdk/formats/bytes.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import {
  LIMITS,
  type SignedItem,
  type SignFormat,
  type SignItem,
  type SignRequest,
} from '../../../sdk/protocol/index.js';
import type { DocumentEngine, SignableItem } from '../documents/signable-item.js';
import { ClientError, toPublicError } from '../errors.js';
import type { ItemOutcome } from '../signing/operations.js';
import { DigestItem, type RawDigestValue } from './digest-item.js';
import type { UploadTable } from './uploads.js';

export interface SignTaskEnvironment {
  readonly documents: DocumentEngine;
  readonly uploads: Pick<UploadTable, 'take'>;
}

/** What the person is to sign, and what becomes of it. */
export interface SignTask {
  /** In the order of the request. */
  readonly items: readonly SignableItem[];
  /** The answers a page may see, once the outcomes are there. */
  results(outcomes: readonly ItemOutcome[]): SignedItem[];
  /** Removes what was uploaded for it. */
  release(): Promise<void>;
}

/**
 * The items of `request`, made of everything it brings, names or has uploaded. What the request does wrong leaves its
 * uploads as they were; whatever else fails removes them.
 * @param origin serialised: whose uploads they have to be
 * @throws ClientError `ERR_PROTOCOL_BODY_TOO_LARGE`, `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_UPLOAD_UNKNOWN`
 */
export function createSignTask(
  { documents, uploads }: SignTaskEnvironment,
  { format, items }: SignRequest,
  origin: string,
): SignTask {
  checkInlineSize(items);
  const things = items.map(readItem);
  const taken = uploads.take(
    origin,
    items.flatMap((item) => ('upload' in item ? [item.upload] : [])),
  );
  const release = async (): Promise<void> => {
    await Promise.all(taken.map((content) => content.discard()));
  };
  const unused = taken.values();
  const ask = (thing: Thing, index: number): AskedItem => {
    const { name: unverifiedName = '' } = items[index] ?? {};
    if (thing instanceof Uint8Array) return askedDocument(documents, { unverifiedName, content: thing, format });
    if (thing !== 'upload') return askedDigest(new DigestItem(unverifiedName, thing));
    return askedDocument(documents, { unverifiedName, content: unused.next().value?.source, format });
  };
  try {
    const asked = things.map(ask);
    return {
      items: asked.map(({ item }) => item),
      results: (outcomes) => asked.map((one, index) => publicItem(one, outcomes[index])),
      release,
    };
  } catch (thrown) {
    // No session has them, so nobody else would.
    void release();
    throw thrown;
  }
}

function checkInlineSize(items: readonly SignItem[]): void {
  const characters = items.reduce((sum, item) => sum + ('content' in item ? item.content.length : 0), 0);
  if (characters > LIMITS.bodyBytes) {
    throw new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', 'the items are larger than a request may be');
  }
}

/** What an item brings along: content, a digest, or the mention of an upload. */
type Thing = Uint8Array | RawDigestValue | 'upload';

function readItem(item: SignItem, index: number): Thing {
  if ('upload' in item) return 'upload';
  if ('content' in item) return decode(item.content, `items.${index}.content`);
  const { algorithm, value } = item.digest;
  return { algorithm, value: decode(value, `items.${index}.digest.value`) };
}

function decode(base64: string, path: string): Uint8Array {
  try {
    return decodeBase64(base64);
  } catch (cause) {
    const details = { path, rule: 'canonical_base64' };
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'the request does not follow the contract', { details, cause });
  }
}

interface AskedItem {
  readonly item: SignableItem;
  /** Undefined until it is signed. */
  signed(): Pick<Extract<SignedItem, { status: 'signed' }>, 'signature' | 'certificate'> | undefined;
}

function askedDigest(item: DigestItem): AskedItem {
  return {
    item,
    signed: () =>
      item.result && {
        signature: encodeBase64(item.result.signatureValue),
        certificate: encodeBase64(item.result.certificate),
      },
  };
}

interface DocumentToSign {
  readonly unverifiedName: string;
  readonly content: Uint8Array | RandomAccessSource | undefined;
  readonly format: SignFormat;
}

function askedDocument(documents: DocumentEngine, { unverifiedName, content, format }: DocumentToSign): AskedItem {
  // The contract's schema lets neither through.
  if (content === undefined || format === 'raw-digest')
    throw new ClientError('ERR_INTERNAL', 'an item without content');
  const item = documents.detached({ unverifiedName, content, format });
  return { item, signed: () => item.result && { signature: encodeBase64(item.result) } };
}

function publicItem(asked: AskedItem, outcome: ItemOutcome | undefined): SignedItem {
  const { unverifiedName: name } = asked.item;
  if (outcome?.status === 'failed') {
    const { code, message, retriable, details } = outcome.error;
    return { status: 'failed', name, error: toPublicError(new ClientError(code, message, { retriable, details })) };
  }
  const signature = outcome && asked.signed();
  if (!signature) throw new ClientError('ERR_INTERNAL', 'an item without an outcome, or signed without a signature');
  return { status: 'signed', name, ...signature };
}
