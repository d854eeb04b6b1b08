import { FormatError } from '../../sdk/formats/index.js';

/** Code and reason of what `action` throws, as `CODE reason`. Anything but a `FormatError` goes through. */
export function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return described(error);
  }
  return 'not refused';
}

/** The same of a promise. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  return await promise.then(() => 'not refused', described);
}

function described(error: unknown): string {
  if (!(error instanceof FormatError)) throw error;
  return `${error.code} ${error.reason ?? ''}`;
}
