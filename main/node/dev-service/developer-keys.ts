import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';

/** Private keys (RFC 7518 §6.2.2, P-256) of the sample service and its surroundings. Worth nothing outside of this PC. */
const privateKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
});
export type DeveloperKey = z.infer<typeof privateKeySchema>;

const keysSchema = z.strictObject({
  /** Signs the registry. */
  registry: privateKeySchema,
  /** Signs the service's requests. */
  service: privateKeySchema,
  /** Opens the verifier's results. */
  verifier: privateKeySchema,
  /** The verifier's secret for pairwise subjects, 256 bits in base64. */
  subjectKey: z.base64(),
});
export type DeveloperKeys = z.infer<typeof keysSchema>;

/** The keys in `file`, made at its first use and kept, so that subjects stay the same. */
export async function openDeveloperKeys(file: string): Promise<DeveloperKeys> {
  const kept = await readKeys(file);
  if (kept) return kept;
  const keys: DeveloperKeys = {
    registry: await createKey('registry'),
    service: await createKey('service'),
    verifier: await createKey('verifier'),
    subjectKey: randomBytes(32).toString('base64'),
  };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

/** What is damaged is made anew: nothing depends on these keys but a developer's own tries. */
async function readKeys(file: string): Promise<DeveloperKeys | undefined> {
  try {
    return keysSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function createKey(kid: string): Promise<DeveloperKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return privateKeySchema.parse({ ...(await exportJWK(privateKey)), kid });
}

/** The half that a registry may hold. */
export function publicHalf({ kty, crv, x, y, kid }: DeveloperKey) {
  return { kty, crv, x, y, kid };
}
