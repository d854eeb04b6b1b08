import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { displayText } from '../../core/consent/display-text.js';
import { containerKind, HEAD_BYTES, type ContainerKind } from '../../core/documents/preview/document-kind.js';
import { previewDocument } from '../../core/documents/preview/preview-document.js';
import { ClientError, toClientError } from '../../core/errors.js';
import type { AddedFiles, ListedFile, ListedKind, RefusedFile } from '../../ipc/documents.js';
import { openFileSource, type FileSource } from '../../node/file-source.js';

/** What e-Gov calls the file that an application begins with. */
export const KOUSEI_NAME = 'kousei.xml';

/** Files looked at side by side while a list is filled. */
const SIDE_BY_SIDE = 16;
/** Refused files that are named. */
const REFUSED_MOST = 20;
/** Code points of a name and of a folder's path that are shown. */
const NAME_LENGTH = 160;
const FOLDER_LENGTH = 400;

/** A thing the person chose, with what only the app may know of it. */
export interface FileEntry {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  readonly shown: ListedFile;
  readonly isFolder: boolean;
  readonly container: ContainerKind | undefined;
  /** Tells whether it is still what it was when the person saw it. */
  readonly identity: string;
}

/** Name and folder of a path, made safe to display. */
export function shownPath(path: string): { readonly name: string; readonly folder: string } {
  return { name: displayText(basename(path), NAME_LENGTH), folder: displayText(dirname(path), FOLDER_LENGTH) };
}

/** Files that a window may speak of, by ids that nobody can guess. Paths come from the person's choice only. */
export class FileTable {
  readonly #limit: number;
  readonly #entries = new Map<string, FileEntry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  list(): readonly ListedFile[] {
    return [...this.#entries.values()].map(({ shown }) => shown);
  }

  /** @throws ClientError `ERR_PROTOCOL_MALFORMED` for an id that is none of this table */
  get(id: string): FileEntry {
    const entry = this.#entries.get(id);
    if (!entry) throw unknownId();
    return entry;
  }

  /** Looks at each until the list is full. What is listed already is not listed twice. */
  async add(unverifiedPaths: readonly string[]): Promise<AddedFiles> {
    const known = new Set([...this.#entries.values()].map(({ path }) => path));
    const paths = [...new Set(unverifiedPaths)].filter((path) => !known.has(path));
    const refused: RefusedFile[] = [];
    const sizeBefore = this.#entries.size;
    let next = 0;
    while (next < paths.length && this.#entries.size < this.#limit) {
      const room = Math.min(SIDE_BY_SIDE, this.#limit - this.#entries.size);
      const batch = paths.slice(next, next + room);
      next += batch.length;
      for (const looked of await Promise.all(batch.map(lookAt))) {
        if ('reason' in looked) refused.push(looked);
        else if (this.#entries.size < this.#limit && !this.#has(looked.path)) this.#entries.set(looked.id, looked);
      }
    }
    return {
      files: this.list(),
      added: this.#entries.size - sizeBefore,
      refused: refused.slice(0, REFUSED_MOST),
      refusedMore: Math.max(0, refused.length - REFUSED_MOST),
      leftOut: paths.length - next,
    };
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.#entries.delete(id);
  }

  /** The entry as the file is now, which takes the place of what was known. @throws ClientError */
  async renew(id: string): Promise<FileEntry> {
    const { path } = this.get(id);
    const looked = await describe(path, id);
    if (this.#entries.has(id)) this.#entries.set(id, looked);
    return looked;
  }

  #has(path: string): boolean {
    return [...this.#entries.values()].some((entry) => entry.path === path);
  }
}

export function unknownId(): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'an id that names nothing', { details: { reason: 'unknown-id' } });
}

/** Whether the file is another one by now, was written to, or is gone. */
export async function hasChanged({ path, isFolder, identity }: FileEntry): Promise<boolean> {
  const status = await statOf(isFolder ? join(path, KOUSEI_NAME) : path);
  return identityOf(status) !== identity;
}

async function lookAt(path: string): Promise<FileEntry | RefusedFile> {
  const { name } = shownPath(path);
  if (!isAbsolute(path) || path.includes('\0')) return { name, reason: 'not-a-file' };
  try {
    return await describe(path, randomUUID());
  } catch (thrown) {
    const { errno } = toClientError(thrown).details;
    if (errno === 'NOT_A_FILE') return { name, reason: 'not-a-file' };
    return { name, reason: 'unreadable', ...(typeof errno === 'string' && { errno }) };
  }
}

/** @throws ClientError `ERR_INTERNAL_FILE` */
async function describe(path: string, id: string): Promise<FileEntry> {
  const status = await statOf(path);
  // Opening a device can do something; a named pipe waits. Neither is opened.
  if (status && !status.isFile() && !status.isDirectory()) {
    throw new ClientError('ERR_INTERNAL_FILE', 'not a regular file', { details: { errno: 'NOT_A_FILE' } });
  }
  if (status?.isDirectory()) return describeFolder(path, id);
  const source = await openFileSource(path);
  try {
    const container = containerKind(await source.read(0, HEAD_BYTES));
    const kind = await kindOf(container, source);
    const shown = { id, ...shownPath(path), kind, size: source.size };
    return { id, path, shown, isFolder: false, container, identity: identityOf(await statOf(path)) };
  } finally {
    await source.close();
  }
}

async function describeFolder(path: string, id: string): Promise<FileEntry> {
  const kousei = await statOf(join(path, KOUSEI_NAME));
  const kind = kousei?.isFile() === true ? 'application' : 'folder';
  const shown = { id, ...shownPath(path), kind, size: 0 } as const;
  return { id, path, shown, isFolder: true, container: undefined, identity: identityOf(kousei) };
}

async function kindOf(container: ContainerKind, source: FileSource): Promise<ListedKind> {
  switch (container) {
    case 'pdf':
    case 'image':
    case 'archive':
      return container;
    case 'zip':
    case 'ole':
    case 'rtf':
    case 'xml':
    case 'unknown':
      return (await previewDocument(source)).kind;
  }
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined);
}

/** Of the last change of content or metadata: no program can set that time back. */
function identityOf(status: BigIntStats | undefined): string {
  if (!status) return 'absent';
  const { dev, ino, size, mtimeNs, ctimeNs } = status;
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
