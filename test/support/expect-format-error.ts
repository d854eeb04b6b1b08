import { expect } from 'vitest';
import { FormatError, type FormatErrorCode } from '../../sdk/formats/index.js';

/** Runs `action`, which must throw a `FormatError` with this code. */
export function expectFormatError(action: () => unknown, code: FormatErrorCode): void {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FormatError);
  expect((thrown as FormatError).code).toBe(code);
}

/** The code of the `FormatError` that `promise` must reject with. */
export async function rejectedFormatErrorCode(promise: Promise<unknown>): Promise<FormatErrorCode> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(FormatError);
  return (thrown as FormatError).code;
}

/** Code and reason of the `FormatError` that `promise` must reject with. */
export async function rejectedFormatError(
  promise: Promise<unknown>,
): Promise<{ code: FormatErrorCode; reason: string | undefined }> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(FormatError);
  const { code, reason } = thrown as FormatError;
  return { code, reason };
}
