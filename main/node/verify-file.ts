import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { verifyCms } from '../../sdk/formats/cms/verify-cms.js';
import { decodePemCms, type Certificate } from '../../sdk/formats/index.js';
import { verifyJws } from '../../sdk/formats/jose/verify-jws.js';
import { memorySource } from '../../sdk/formats/memory-source.js';
import { verifyPdf } from '../../sdk/formats/pdf-verify/verify-pdf.js';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import type { DocumentFormat, DocumentReport, VerifyDocumentOptions } from '../../sdk/formats/signature-report.js';
import { verifyXmlWithProfiles } from '../../sdk/formats/profiles/verify-xml-profiles.js';
import { toClientError } from '../core/errors.js';
import { fileFinder, openApplication } from './application-folder.js';
import { detectDocumentFormat } from './detect-document-format.js';
import { openFileSource, type FileSource } from './file-source.js';
import { nodeCrypto } from './node-crypto.js';
import { nodeInflate } from './node-inflate.js';
import { httpRevocationCheck } from './revocation-client.js';
import { signerRequirements } from './signer-requirements.js';

export interface VerifyFileOptions {
  /** The file a detached signature is over. Left out: for `FILE.p7s` or `FILE.jws` it is `FILE`, where there is one. */
  readonly content?: string;
  readonly trustAnchors?: readonly Certificate[];
  readonly timeStampAnchors?: readonly Certificate[];
  /** Whether the addresses in the certificates are asked. */
  readonly revocation: boolean;
}

/**
 * Checks a signed file of any kind.
 * @throws ClientError where there is no signature to report on, or a file cannot be read
 */
export async function verifyFile(path: string, options: VerifyFileOptions): Promise<DocumentReport> {
  const files = new OpenFiles();
  try {
    const signed = await openSigned(path, options, files);
    const { trustAnchors, timeStampAnchors, revocation } = options;
    const now = new Date();
    return await VERIFIERS[signed.format]({
      ...signed.sources,
      crypto: nodeCrypto,
      at: now,
      now,
      ...(trustAnchors && { trustAnchors }),
      ...(timeStampAnchors && { timeStampAnchors }),
      requirements: signerRequirements,
      ...(revocation && { revocation: httpRevocationCheck() }),
    });
  } catch (thrown) {
    throw toClientError(thrown);
  } finally {
    await files.close();
  }
}

interface Signed {
  readonly format: DocumentFormat;
  readonly sources: Pick<VerifyDocumentOptions, 'source' | 'content' | 'resolve'>;
}

/** A file with its neighbours; or an application of e-Gov, in its folder or archive. */
async function openSigned(path: string, options: VerifyFileOptions, files: OpenFiles): Promise<Signed> {
  if (await isApplication(path, files)) {
    const application = files.keep(await openApplication(path));
    const { kousei: source, files: entries } = application;
    return { format: 'xml', sources: { source, resolve: (unverifiedName) => entries.open(unverifiedName) } };
  }
  const source = await files.open(path);
  const content = await openContent(path, options, files);
  const resolve = (unverifiedName: string): Promise<RandomAccessSource | undefined> =>
    files.openNeighbour(path, unverifiedName);
  return { format: await detectDocumentFormat(source), sources: { source, ...(content && { content }), resolve } };
}

async function isApplication(path: string, files: OpenFiles): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() === true) return true;
  const head = await (await files.open(path)).read(0, 4);
  // "PK" 3 4, a local file header (APPNOTE.TXT §4.3.7).
  return [0x50, 0x4b, 0x03, 0x04].every((octet, index) => head[index] === octet);
}

const VERIFIERS: Readonly<Record<DocumentFormat, (options: VerifyDocumentOptions) => Promise<DocumentReport>>> = {
  cms: async (options) => verifyCms({ ...options, source: await withoutPem(options.source) }),
  xml: verifyXmlWithProfiles,
  pdf: (options) => verifyPdf({ ...options, inflate: nodeInflate }),
  jws: verifyJws,
};

/** Octets of a PEM file, which is read whole. */
const MAX_PEM_BYTES = 16 * 1024 * 1024;

/** `-----BEGIN CMS-----` and `PKCS7` (RFC 7468 §§8 and 9), as the DER inside; anything else as it is. */
async function withoutPem(source: RandomAccessSource): Promise<RandomAccessSource> {
  const [first] = await source.read(0, 1);
  if (first === 0x30 || source.size > MAX_PEM_BYTES) return source;
  const text = new TextDecoder('latin1').decode(await source.read(0, source.size));
  return memorySource(decodePemCms(text));
}

async function openContent(
  path: string,
  { content }: VerifyFileOptions,
  files: OpenFiles,
): Promise<RandomAccessSource | undefined> {
  const found = content ?? (await contentBeside(path));
  return found === undefined ? undefined : files.open(found);
}

/** The file that a detached signature is over going by its own name, where there is one. */
export async function contentBeside(path: string): Promise<string | undefined> {
  const signed = /^(.+)\.(?:p7s|jws)$/i.exec(path)?.[1];
  if (signed === undefined) return undefined;
  return access(signed).then(
    () => signed,
    () => undefined,
  );
}

/** Every file a check needs, until it is over. */
class OpenFiles {
  readonly #sources = new Map<string, FileSource>();
  readonly #others: { close(): Promise<void> }[] = [];
  /** Of the folder of the file that is checked. */
  #findNeighbour: ReturnType<typeof fileFinder> | undefined;

  async open(path: string): Promise<FileSource> {
    const source = this.#sources.get(path) ?? (await openFileSource(path));
    this.#sources.set(path, source);
    return source;
  }

  /** A file beside another one, by its bare name, found as for signing; undefined where there is none. */
  async openNeighbour(path: string, unverifiedName: string): Promise<RandomAccessSource | undefined> {
    this.#findNeighbour ??= fileFinder(dirname(path));
    try {
      const name = await this.#findNeighbour(unverifiedName);
      return name === undefined ? undefined : await this.open(join(dirname(path), name));
    } catch {
      return undefined;
    }
  }

  /** Closes this with the rest. */
  keep<Resource extends { close(): Promise<void> }>(resource: Resource): Resource {
    this.#others.push(resource);
    return resource;
  }

  async close(): Promise<void> {
    for (const other of this.#others) await other.close();
    for (const source of this.#sources.values()) await source.close();
  }
}
