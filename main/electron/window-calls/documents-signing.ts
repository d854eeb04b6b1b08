import type { TimeStamper } from '../../../sdk/formats/document.js';
import type { PreparedItem, SignableItem } from '../../core/documents/signable-item.js';
import type { SignatureFormat } from '../../core/documents/signature-formats.js';
import { ClientError, toClientError } from '../../core/errors.js';
import type { ItemOutcome } from '../../core/signing/operations.js';
import type { SignedFile, SigningState } from '../../ipc/documents.js';
import type { FileToSign } from '../../node/document-engine/document-engine.js';
import type { Client } from '../../node/compose.js';
import { documentFailure } from './documents-failure.js';
import { shownPath, type FileEntry } from './documents-files.js';

/** One file of a batch. */
export interface SigningJob {
  readonly entry: FileEntry;
  readonly job: FileToSign;
}

export interface SigningBatch {
  readonly jobs: readonly SigningJob[];
  readonly format: SignatureFormat;
  /** Its address is shown in the consent. */
  readonly timeStamping?: {
    readonly authority: string;
    readonly stamper: (signal: AbortSignal) => TimeStamper;
  };
}

export interface FileSigningOptions {
  readonly client: Pick<Client, 'operations' | 'documents'>;
  readonly signal: AbortSignal;
  readonly onState: (state: SigningState) => void;
}

/** The one batch that a window can have under way, and what came of it. */
export class FileSigning {
  readonly #options: FileSigningOptions;
  #state: SigningState = { status: 'idle' };
  #wish = new AbortController();
  /** Of signed files, by id. */
  readonly #results = new Map<string, string>();

  constructor(options: FileSigningOptions) {
    this.#options = options;
  }

  get state(): SigningState {
    return this.#state;
  }

  /** Path of the result of a file that was signed in the last batch. */
  resultOf(id: string): string | undefined {
    return this.#results.get(id);
  }

  /** Ids of what was signed. */
  get signed(): readonly string[] {
    return [...this.#results.keys()];
  }

  /**
   * Starts a batch once `plan` has said what it is, and does not wait for its end.
   * @throws ClientError `ERR_PROTOCOL_BUSY` where one is under way; whatever `plan` throws
   */
  async start(count: number, plan: () => Promise<SigningBatch>): Promise<void> {
    if (this.#state.status === 'running') {
      throw new ClientError('ERR_PROTOCOL_BUSY', 'a batch is under way', { retriable: true });
    }
    this.#wish = new AbortController();
    this.#results.clear();
    // Before anything is waited for: a second call finds it taken.
    this.#tell({ status: 'running', stage: 'reading', done: 0, count });
    let batch: SigningBatch;
    try {
      batch = await plan();
    } catch (thrown) {
      this.#tell({ status: 'idle' });
      throw thrown;
    }
    void this.#run(batch);
  }

  cancel(): void {
    this.#wish.abort();
  }

  /** Puts results away. A batch under way stays. */
  end(): void {
    if (this.#state.status === 'running') return;
    this.#results.clear();
    this.#tell({ status: 'idle' });
  }

  async #run(batch: SigningBatch): Promise<void> {
    const { client, signal } = this.#options;
    const { jobs, format, timeStamping } = batch;
    const ended = AbortSignal.any([signal, this.#wish.signal]);
    try {
      const outcomes = await client.operations.sign(
        {
          operation: 'sign',
          requester: { kind: 'self' },
          items: this.#items(jobs),
          ...(timeStamping && {
            timeStamper: timeStamping.stamper(ended),
            timeStampAuthority: timeStamping.authority,
          }),
        },
        ended,
      );
      const files = jobs.map((job, index) => this.#outcome(job, outcomes[index]));
      this.#tell({ status: 'done', format, files });
    } catch (thrown) {
      const entries = jobs.map(({ entry }) => entry);
      this.#tell({ status: 'failed', failure: documentFailure(toClientError(thrown), entries) });
    }
  }

  /** The engine's items, telling how far they are. */
  #items(jobs: readonly SigningJob[]): readonly SignableItem[] {
    const count = jobs.length;
    let read = 0;
    let written = 0;
    const onRead = (): void => {
      read += 1;
      this.#tell({ status: 'running', stage: read < count ? 'reading' : 'asking', done: read % count, count });
    };
    const onWritten = (): void => {
      written += 1;
      this.#tell({ status: 'running', stage: 'writing', done: written, count });
    };
    return jobs.map(({ job }) => toldItem(this.#options.client.documents.file(job), onRead, onWritten));
  }

  #outcome({ entry, job }: SigningJob, outcome: ItemOutcome | undefined): SignedFile {
    const { name, folder } = shownPath(job.output);
    const file = { id: entry.id, name: entry.shown.name, output: name, folder };
    if (outcome?.status === 'signed') {
      this.#results.set(entry.id, job.output);
      return file;
    }
    const { code, message, details } = outcome?.error ?? { code: 'ERR_INTERNAL', message: 'no outcome', details: {} };
    return { ...file, failure: documentFailure(new ClientError(code, message, { details })) };
  }

  #tell(state: SigningState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

function toldItem(item: SignableItem, onRead: () => void, onWritten: () => void): SignableItem {
  return {
    unverifiedName: item.unverifiedName,
    async prepare(signal) {
      const prepared = await item.prepare(signal);
      onRead();
      return toldPrepared(prepared, onWritten);
    },
  };
}

function toldPrepared(prepared: PreparedItem, onWritten: () => void): PreparedItem {
  if (prepared.kind === 'digest') return prepared;
  return {
    ...prepared,
    async complete(signatureValue: Uint8Array) {
      await prepared.complete(signatureValue);
      onWritten();
    },
  };
}
