import type { EncryptTo, OpenSessionRequestInput } from '../protocol/index.js';
import {
  contentsOf,
  encodeBody,
  encodeContent,
  encodeDigest,
  largeOnes,
  needsLoopback,
  type Content,
} from './content.js';
import type {
  EncryptionOptions,
  InTheClear,
  OperationOptions,
  ReadAttributesOptions,
  SignDigestsOptions,
  SignDocumentsOptions,
  SignOptions,
} from './options.js';
import type { UploadProgress, Uploads } from './uploads.js';

/** What every call may have, in whatever of its forms. */
export interface AnyForm extends OperationOptions {
  readonly signedRequest?: string | undefined;
  readonly challengeNonce?: string | undefined;
  readonly encryptTo?: EncryptTo | undefined;
  readonly onUploadProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** A call that is not signed, encrypted or not. */
export type PlainForm<Options> = Options extends unknown ? Omit<Options, keyof InTheClear> & AnyForm : never;

/** A request, and the text it travels as. */
export interface Body {
  readonly request: OpenSessionRequestInput;
  /** JSON. */
  readonly body: string;
}

/** A request before it is known by which route it goes. */
export interface Draft {
  readonly loopbackOnly: boolean;
  /** @param uploads where contents may be sent ahead; undefined where they have to go along */
  complete(uploads: Uploads | undefined): Promise<Body>;
}

/** A request that nothing is left to do about. @throws MadoguchiError `ERR_PROTOCOL_BODY_TOO_LARGE` */
export function readyDraft(request: OpenSessionRequestInput): Draft {
  const ready = bodyOf(request);
  return { loopbackOnly: false, complete: () => Promise.resolve(ready) };
}

export function attributesDraft(call: PlainForm<ReadAttributesOptions>): Draft {
  const { required = [], optional = [], purpose } = call;
  return readyDraft({
    operation: 'readAttributes',
    required: [...required],
    optional: [...optional],
    purpose,
    ...encryptionOf(call),
  });
}

/** @throws MadoguchiError `ERR_PROTOCOL_BODY_TOO_LARGE` */
export function signDraft(call: PlainForm<SignOptions>): Draft {
  return call.format === 'raw-digest' ? digestsDraft(call) : documentsDraft(call);
}

function digestsDraft({ format, items, ...call }: PlainForm<SignDigestsOptions>): Draft {
  const digests = items.map(({ name, digest: { algorithm, value } }) => ({
    name,
    digest: { algorithm, value: encodeDigest(value) },
  }));
  const draft = readyDraft({ operation: 'sign', format, items: digests, ...encryptionOf(call) });
  return { ...draft, loopbackOnly: needsLoopback(items.map(() => NOTHING)) };
}

const NOTHING = new Uint8Array();

function documentsDraft({ format, items, ...call }: PlainForm<SignDocumentsOptions>): Draft {
  const contents = contentsOf(items.map(({ content }) => content));
  return {
    loopbackOnly: needsLoopback(contents),
    async complete(uploads) {
      const ids = (await uploads?.send(largeOnes(contents))) ?? new Map<Content, string>();
      const carried = await Promise.all(
        contents.map(async (content) => {
          const upload = ids.get(content);
          return upload === undefined ? { content: await encodeContent(content) } : { upload };
        }),
      );
      const named = items.map(({ name }, index) => ({ name, ...(carried[index] ?? { content: '' }) }));
      return bodyOf({ operation: 'sign', ...(format && { format }), items: named, ...encryptionOf(call) });
    },
  };
}

function bodyOf(request: OpenSessionRequestInput): Body {
  return { request, body: encodeBody(request) };
}

/** Without `encryptTo` the nonce would be of no use. */
function encryptionOf({ encryptTo, challengeNonce }: AnyForm): Partial<EncryptionOptions> {
  return encryptTo === undefined ? {} : { encryptTo, ...(challengeNonce === undefined ? {} : { challengeNonce }) };
}
