import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that a suite starts and this machine lacks. */
export function missingTools(names: readonly string[]): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}
