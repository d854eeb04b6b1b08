/** The thread that reads, digests and writes documents, so that dialogs and the card never wait for it. */
import { parentPort } from 'node:worker_threads';
import type { PreparedDocument, SignatureInProgress } from '../../../sdk/formats/document.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { ClientError, toClientError } from '../../core/errors.js';
import type { Answer, DocumentCall, DocumentFacts, DocumentQuestion, FromThread, ToThread } from './messages.js';
import { openJob, type OpenJob } from './open-job.js';

const port = parentPort;
if (!port) throw new Error('not a thread');

interface OpenDocument {
  readonly job: OpenJob;
  readonly prepared: PreparedDocument;
  inProgress?: SignatureInProgress;
}

const documents = new Map<number, OpenDocument>();
/** Of documents that are being prepared. */
const preparing = new Map<number, AbortController>();
const questions = new Map<number, (answer: Answer) => void>();
let lastQuestion = 0;

port.on('message', (message: ToThread) => {
  if ('question' in message) {
    questions.get(message.question)?.(message.answer);
    questions.delete(message.question);
  } else {
    void answerCall(message);
  }
});

async function answerCall(message: { readonly id: number } & DocumentCall): Promise<void> {
  const { id } = message;
  try {
    send({ id, answer: { ok: true, value: await perform(message) } });
  } catch (thrown) {
    const { code, message: text, details } = toClientError(thrown);
    send({ id, answer: { ok: false, error: { code, message: text, details } } });
  }
}

function send(message: FromThread): void {
  port?.postMessage(message);
}

async function perform(call: DocumentCall): Promise<unknown> {
  switch (call.call) {
    case 'prepare':
      return prepare(call);
    case 'cancel':
      preparing.get(call.key)?.abort();
      return undefined;
    case 'use':
      return documentOf(call.key).prepared.use(call.algorithm);
    case 'begin':
      return begin(call);
    case 'complete':
      return complete(call);
    case 'discard': {
      const document = documents.get(call.key);
      documents.delete(call.key);
      return document?.job.close();
    }
  }
}

async function prepare({ key, job }: DocumentCall & { call: 'prepare' }): Promise<DocumentFacts> {
  const wish = new AbortController();
  preparing.set(key, wish);
  try {
    const open = await openJob(job, (size) => askedSource(key, size), wish.signal);
    try {
      const prepared = await open.prepare();
      const preview = await open.preview();
      documents.set(key, { job: open, prepared });
      const { bound, unboundNames } = prepared;
      return { bound, unboundNames, preview };
    } catch (thrown) {
      await open.close();
      throw thrown;
    }
  } finally {
    preparing.delete(key);
  }
}

async function begin({ key, context, timeStamped }: DocumentCall & { call: 'begin' }): Promise<Uint8Array> {
  const document = documentOf(key);
  const inProgress = await document.prepared.begin({
    ...context,
    ...(timeStamped && {
      timeStamper: async (imprint) => (await ask({ ask: 'time-stamp', key, ...imprint })) as Uint8Array,
    }),
  });
  document.inProgress = inProgress;
  return inProgress.toBeSigned;
}

/** The signature of a detached job; undefined where it went into a file. */
async function complete(call: DocumentCall & { call: 'complete' }): Promise<Uint8Array | undefined> {
  const { inProgress, job, prepared } = documentOf(call.key);
  if (!inProgress) throw new RangeError('complete before begin');
  return job.write(await inProgress.complete(call.signatureValue), prepared.bound[0]);
}

function documentOf(key: number): OpenDocument {
  const document = documents.get(key);
  if (!document) throw new RangeError('no such document');
  return document;
}

/** Bytes that only the other side can read. */
function askedSource(key: number, size: number): RandomAccessSource {
  const read = async (offset: number, length: number): Promise<Uint8Array> =>
    (await ask({ ask: 'content', key, offset, length })) as Uint8Array;
  return {
    size,
    read,
    async *chunks() {
      for (let offset = 0; offset < size; offset += PIECE_BYTES) {
        yield await read(offset, Math.min(PIECE_BYTES, size - offset));
      }
    },
  };
}

const PIECE_BYTES = 1024 * 1024;

async function ask(question: DocumentQuestion): Promise<unknown> {
  lastQuestion += 1;
  const number = lastQuestion;
  const answer = await new Promise<Answer>((resolve) => {
    questions.set(number, resolve);
    send({ question: number, ...question });
  });
  if (answer.ok) return answer.value;
  const { code, message, details } = answer.error;
  throw new ClientError(code, message, { details });
}
