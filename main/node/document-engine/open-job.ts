import { FormatError, MAX_SIGNED_DATA_BYTES } from '../../../sdk/formats/index.js';
import type { BoundPart, PreparedDocument, SignedOutput } from '../../../sdk/formats/document.js';
import { memorySource } from '../../../sdk/formats/memory-source.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { egovKouseiProfile } from '../../../sdk/formats/profiles/egov-kousei.js';
import type { DocumentPreview } from '../../core/documents/document-preview.js';
import { previewDocument } from '../../core/documents/preview/preview-document.js';
import { nodeInflateRaw, openApplication } from '../application-folder.js';
import { openFileSource } from '../file-source.js';
import { nodeCrypto } from '../node-crypto.js';
import { nodeInflate } from '../node-inflate.js';
import type { DocumentJob } from './messages.js';
import { beginOutputFile, outputBytes } from './output-file.js';
import { prepareFor, type FileFormat } from './prepare-for.js';

/** A document that is being worked on, with the files it needs. */
export interface OpenJob {
  prepare(): Promise<PreparedDocument>;
  preview(): Promise<DocumentPreview>;
  /**
   * The result; undefined where it went into a file.
   * @param bound the document as it was digested, which it must still be where it is written out again
   */
  write(output: SignedOutput, bound: BoundPart | undefined): Promise<Uint8Array | undefined>;
  /** Closes its files and leaves nothing unfinished. */
  close(): Promise<void>;
}

/**
 * @param askSource the content of a detached job that brings none
 * @param signal ends the reading of a file with `ERR_USER_CANCELLED`
 * @throws ClientError `ERR_INTERNAL_FILE`; FormatError
 */
export async function openJob(
  job: DocumentJob,
  askSource: (size: number) => RandomAccessSource,
  signal: AbortSignal,
): Promise<OpenJob> {
  if (job.kind === 'file') return openFileJob(job, signal);
  const source = job.bytes ? memorySource(job.bytes) : askSource(job.size);
  return {
    prepare: () => prepareFor(job.format, source, {}),
    preview: () => preview(source),
    write: (output) => outputBytes(output, MAX_SIGNED_DATA_BYTES),
    close: () => Promise.resolve(),
  };
}

type FileJob = DocumentJob & { readonly kind: 'file' };

/** What is read, and what its signed form becomes. */
interface Input {
  readonly source: RandomAccessSource;
  prepare(): Promise<PreparedDocument>;
  finish(output: SignedOutput): Promise<SignedOutput>;
  close(): Promise<void>;
}

async function openFileJob(job: FileJob, signal: AbortSignal): Promise<OpenJob> {
  const output = await beginOutputFile(job.output);
  try {
    const input = await openInput(job, signal);
    return {
      prepare: () => input.prepare(),
      preview: () => preview(input.source),
      async write(signed, bound) {
        await output.write(await input.finish(signed), bound);
        return undefined;
      },
      async close() {
        await input.close();
        await output.discard();
      },
    };
  } catch (thrown) {
    await output.discard();
    throw thrown;
  }
}

async function openInput({ format, path, options }: FileJob, signal: AbortSignal): Promise<Input> {
  if (format === 'egov-kousei') return openApplicationInput(path);
  const file = await openFileSource(path, signal);
  const held = holdInMemory(format, file.size);
  try {
    // Read once, what is digested, shown and signed cannot differ, whoever writes to the file meanwhile.
    const source = held ? memorySource(await file.read(0, file.size)) : file;
    return {
      source,
      prepare: () => prepareFor(format, source, options),
      async finish(output) {
        // A signature beside a file that is another one by now would help nobody.
        await file.read(0, 0);
        return output;
      },
      async close() {
        held?.release();
        await file.close();
      },
    };
  } catch (thrown) {
    held?.release();
    await file.close();
    throw thrown;
  }
}

/** Octets of documents that may be in memory at a time, all formats together. */
const MAX_HELD_BYTES = 1024 * 1024 * 1024;
/** The same of documents that could also be read piece by piece. */
const MAX_SNAPSHOT_BYTES = 128 * 1024 * 1024;
/** Larger ones are read piece by piece in any case. */
const MAX_SNAPSHOT_FILE_BYTES = 8 * 1024 * 1024;
/** These are signed in one piece. */
const WHOLE_FORMATS: readonly FileFormat[] = ['jws', 'xades', 'xmldsig', 'etax-xtx'];

let heldBytes = 0;

/** @throws FormatError `ERR_SIGN_FORMAT` (`batch-too-large`) where the documents of a batch do not fit together */
function holdInMemory(format: FileFormat, size: number): { release(): void } | undefined {
  const isWhole = WHOLE_FORMATS.includes(format);
  if (isWhole && heldBytes + size > MAX_HELD_BYTES) {
    throw new FormatError('ERR_SIGN_FORMAT', 'too much at a time', { reason: 'batch-too-large' });
  }
  const isSmall = size <= MAX_SNAPSHOT_FILE_BYTES && heldBytes + size <= MAX_SNAPSHOT_BYTES;
  if (!isWhole && !isSmall) return undefined;
  heldBytes += size;
  let isHeld = true;
  return {
    release() {
      if (isHeld) heldBytes -= size;
      isHeld = false;
    },
  };
}

/** Octets of a signed `kousei.xml`, which is held whole to be put back into its archive. */
const MAX_KOUSEI_BYTES = 64 * 1024 * 1024;

async function openApplicationInput(path: string): Promise<Input> {
  const application = await openApplication(path);
  return {
    source: application.kousei,
    prepare: () => egovKouseiProfile.prepare(application.kousei, application.files, nodeCrypto),
    finish: async (output) => application.packed(await outputBytes(output, MAX_KOUSEI_BYTES)),
    close: () => application.close(),
  };
}

function preview(source: RandomAccessSource): Promise<DocumentPreview> {
  return previewDocument(source, { inflate: nodeInflate, inflateRaw: nodeInflateRaw });
}
