import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SigningContext, TimeStamper } from '../../../sdk/formats/document.js';
import type { DigestAlgorithm, RandomAccessSource } from '../../../sdk/formats/ports.js';
import type {
  DetachedItem,
  DocumentEngine,
  PreparedDocumentItem,
  SignableItem,
} from '../../core/documents/signable-item.js';
import type { SignatureFormat } from '../../core/documents/signature-formats.js';
import { ClientError, toClientError } from '../../core/errors.js';
import { packageRoot } from '../package-root.js';
import type {
  Answer,
  DocumentCall,
  DocumentFacts,
  DocumentJob,
  DocumentQuestion,
  FileSigningOptions,
  FromThread,
  ToThread,
} from './messages.js';

export type { FileSigningOptions, VisiblePlace } from './messages.js';

export interface FileToSign {
  readonly path: string;
  readonly format: SignatureFormat;
  /** Of the signed document. Must not exist yet. */
  readonly output: string;
  readonly options: FileSigningOptions;
}

/** `DocumentEngine` over a thread of its own, started with the first document and ended by `close`. */
export interface NodeDocumentEngine extends DocumentEngine {
  /** An item whose result is a file. */
  file(file: FileToSign): SignableItem;
  /** Ends the thread. What is still worked on fails with `ERR_INTERNAL`. */
  close(): Promise<void>;
}

export function createDocumentEngine(): NodeDocumentEngine {
  const thread = new DocumentThread();
  return {
    file: ({ path, format, output, options }) =>
      new DocumentItem(thread, { name: path, job: { kind: 'file', format, path, output, options } }),
    detached: ({ unverifiedName, content, format }) => {
      const bytes = content instanceof Uint8Array ? content : undefined;
      const size = content instanceof Uint8Array ? content.length : content.size;
      const job = { kind: 'detached', format, bytes, size } as const;
      const source = content instanceof Uint8Array ? undefined : content;
      return new DocumentItem(thread, { name: unverifiedName, job, source });
    },
    close: () => thread.close(),
  };
}

interface ItemParts {
  readonly name: string;
  readonly job: DocumentJob;
  /** What a detached job asks for. */
  readonly source?: RandomAccessSource | undefined;
}

class DocumentItem implements DetachedItem {
  readonly unverifiedName: string;
  result: Uint8Array | undefined;
  readonly #thread: DocumentThread;
  readonly #parts: ItemParts;

  constructor(thread: DocumentThread, parts: ItemParts) {
    this.#thread = thread;
    this.#parts = parts;
    this.unverifiedName = parts.name;
  }

  async prepare(signal: AbortSignal): Promise<PreparedDocumentItem> {
    const { job, source } = this.#parts;
    if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled before the document was read');
    const document = this.#thread.open(source);
    const onAbort = (): void => void document.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const facts = await document.prepare(job);
      return {
        kind: 'document',
        format: job.format,
        ...facts,
        ...(job.kind === 'file' && { destination: job.output }),
        use: (algorithm) => document.use(algorithm),
        begin: (context) => document.begin(context),
        complete: async (signatureValue) => {
          this.result = await document.complete(signatureValue);
        },
        discard: () => document.discard(),
      };
    } catch (thrown) {
      await document.discard();
      throw job.kind === 'file' ? naming(job.path, toClientError(thrown)) : thrown;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** The error, saying which of many files it is about. */
function naming(file: string, error: ClientError): ClientError {
  const { code, message, details } = error;
  return new ClientError(code, message, { details: { ...details, file }, cause: error });
}

/** One document in the thread. */
class ThreadDocument {
  readonly key: number;
  readonly source: RandomAccessSource | undefined;
  timeStamper: TimeStamper | undefined;
  readonly #thread: DocumentThread;

  constructor(thread: DocumentThread, key: number, source: RandomAccessSource | undefined) {
    this.#thread = thread;
    this.key = key;
    this.source = source;
  }

  async prepare(job: DocumentJob): Promise<DocumentFacts> {
    return (await this.#thread.call({ call: 'prepare', key: this.key, job })) as DocumentFacts;
  }

  async cancel(): Promise<void> {
    // A thread that is gone has nothing to cancel.
    await this.#thread.call({ call: 'cancel', key: this.key }).catch(() => undefined);
  }

  async use(algorithm: DigestAlgorithm): Promise<void> {
    await this.#thread.call({ call: 'use', key: this.key, algorithm });
  }

  async begin({ timeStamper, ...context }: SigningContext): Promise<Uint8Array> {
    this.timeStamper = timeStamper;
    const timeStamped = timeStamper !== undefined;
    return (await this.#thread.call({ call: 'begin', key: this.key, context, timeStamped })) as Uint8Array;
  }

  async complete(signatureValue: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await this.#thread.call({ call: 'complete', key: this.key, signatureValue });
    return value as Uint8Array | undefined;
  }

  async discard(): Promise<void> {
    // A thread that is gone has discarded everything.
    await this.#thread.call({ call: 'discard', key: this.key }).catch(() => undefined);
    this.#thread.forget(this.key);
  }
}

class DocumentThread {
  #worker: Worker | undefined;
  #lastNumber = 0;
  readonly #documents = new Map<number, ThreadDocument>();
  readonly #calls = new Map<number, (answer: Answer) => void>();

  open(source: RandomAccessSource | undefined): ThreadDocument {
    const document = new ThreadDocument(this, this.#nextNumber(), source);
    this.#documents.set(document.key, document);
    return document;
  }

  forget(key: number): void {
    this.#documents.delete(key);
  }

  async call(call: DocumentCall): Promise<unknown> {
    const worker = this.#start();
    const id = this.#nextNumber();
    const answer = await new Promise<Answer>((resolve) => {
      this.#calls.set(id, resolve);
      // A thread keeps the program running only while it has something to do.
      worker.ref();
      worker.postMessage({ id, ...call } satisfies ToThread);
    });
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#worker?.unref();
    if (answer.ok) return answer.value;
    const { code, message, details } = answer.error;
    throw new ClientError(code, message, { details });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(compiledThread());
    worker.on('message', (message: FromThread) => {
      if ('question' in message) void this.#answerQuestion(worker, message);
      else this.#calls.get(message.id)?.(message.answer);
    });
    // What it throws of its own accord is a defect of ours; it ends with it.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const end of this.#calls.values()) end(ENDED);
      this.#calls.clear();
    });
    this.#worker = worker;
    return worker;
  }

  async #answerQuestion(worker: Worker, message: { readonly question: number } & DocumentQuestion): Promise<void> {
    const { question } = message;
    let answer: Answer;
    try {
      answer = { ok: true, value: await this.#askedValue(message) };
    } catch (thrown) {
      const { code, message: text, details } = toClientError(thrown);
      answer = { ok: false, error: { code, message: text, details } };
    }
    worker.postMessage({ question, answer } satisfies ToThread);
  }

  async #askedValue(asked: DocumentQuestion): Promise<Uint8Array> {
    const document = this.#documents.get(asked.key);
    if (asked.ask === 'content' && document?.source) return document.source.read(asked.offset, asked.length);
    if (asked.ask === 'time-stamp' && document?.timeStamper) return document.timeStamper(asked);
    throw new RangeError('the thread asked for what is not there');
  }
}

const ENDED: Answer = {
  ok: false,
  error: { code: 'ERR_INTERNAL', message: 'the document thread ended', details: {} },
};

/** Threads run what was built, from source too. */
function compiledThread(): string {
  const path = join(packageRoot(), 'dist', 'main', 'node', 'document-engine', 'document-thread.js');
  if (!existsSync(path)) throw new ClientError('ERR_INTERNAL', 'the document thread is not built: npm run build');
  return path;
}
