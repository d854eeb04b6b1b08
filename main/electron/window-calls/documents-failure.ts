import { toClientError, toWireError } from '../../core/errors.js';
import type { DocumentFailure } from '../../ipc/documents.js';
import type { FileEntry } from './documents-files.js';
import { withoutPaths } from './without-paths.js';

/** An error as the window is told it: windows have no paths. */
export function documentFailure(thrown: unknown, entries: readonly FileEntry[] = []): DocumentFailure {
  const { code, details } = toWireError(toClientError(thrown));
  const entry = entries.find(({ path }) => path === details['file']);
  const file = entry && { id: entry.id, name: entry.shown.name };
  return { code, details: withoutPaths(details), ...(file && { file }) };
}
