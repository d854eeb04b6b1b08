import { generateKeyPair } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { openVirtualCard } from '../../native/virtual-card/index.js';

/** RSA keys of 2048 bits that are new in each run of the tests and are shared by its files, since making them takes long. */
export interface RunKeys {
  /** State directory of a card that nobody used yet; to be copied. */
  readonly cardDirectory: string;
  /** PKCS#8, PEM. */
  readonly rsa: readonly string[];
}

declare module 'vitest' {
  export interface ProvidedContext {
    runKeys: RunKeys;
  }
}

/** As many as the file that asks for most of them; whoever wants more makes them. */
const RSA_KEYS = 12;

/** Once for all projects of a run. */
export default async function setup(project: TestProject): Promise<() => void> {
  const cardDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-run-keys-'));
  const newKey = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const keys = await Promise.all(Array.from({ length: RSA_KEYS }, newKey));
  await openVirtualCard({ stateDirectory: cardDirectory });
  const rsa = keys.map(({ privateKey }) => privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  project.provide('runKeys', { cardDirectory, rsa });
  return () => {
    rmSync(cardDirectory, { recursive: true, force: true });
  };
}
