import type { ErrorDetails } from '../../core/errors.js';

/** Names of reasons, PINs and system errors; a path never looks like one. */
const SHORT_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Details of an error as a window is told them: windows have no paths, in failures neither. */
export function withoutPaths(details: ErrorDetails): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(details).filter(
      ([name, value]) => name !== 'file' && (typeof value !== 'string' || SHORT_NAME.test(value)),
    ),
  );
}
