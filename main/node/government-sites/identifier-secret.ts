import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { IdentifierSecret } from '../../core/government-sites/identifiers.js';
import { OwnFile } from './own-file.js';

const SECRET_BYTES = 32;

/**
 * This installation's secret in `site-identifiers.key` of the state directory, which its owner alone can read. While the file
 * cannot be used no site gets an identifier; a reset begins anew.
 */
export function openIdentifierSecret(stateDirectory: string): IdentifierSecret {
  const path = join(stateDirectory, 'site-identifiers.key');
  const file = new OwnFile({ path, largest: SECRET_BYTES, secret: true });
  const read = (): Buffer | undefined => {
    const secret = file.read();
    if (secret && secret.length !== SECRET_BYTES) throw file.failure('is damaged');
    return secret;
  };
  const create = (write: (content: Uint8Array) => void): Buffer => {
    const secret = randomBytes(SECRET_BYTES);
    write(secret);
    return secret;
  };
  return {
    read: () => inPromise(() => read() ?? file.change((write) => read() ?? create(write))),
    reset: () =>
      inPromise(() => {
        file.change(create).fill(0);
      }),
  };
}

/** As a promise that rejects with whatever `work` throws. */
function inPromise<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => resolve(work()));
}
