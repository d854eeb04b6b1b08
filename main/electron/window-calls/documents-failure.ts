import { toClientError, toWireError, type ErrorDetails } from '../../core/errors.js';
import type { DocumentFailure } from '../../ipc/documents.js';
import type { FileEntry } from './documents-files.js';

/** Names of reasons, PINs and system errors; a path never looks like one. */
const SHORT_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** An error as the window is told it: windows have no paths. */
export function documentFailure(thrown: unknown, entries: readonly FileEntry[] = []): DocumentFailure {
  const { code, details } = toWireError(toClientError(thrown));
  const entry = entries.find(({ path }) => path === details['file']);
  const file = entry && { id: entry.id, name: entry.shown.name };
  return { code, details: withoutPaths(details), ...(file && { file }) };
}

export function withoutPaths(details: ErrorDetails): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(details).filter(
      ([name, value]) => name !== 'file' && (typeof value !== 'string' || SHORT_NAME.test(value)),
    ),
  );
}
