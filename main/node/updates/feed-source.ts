import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { signatureJwkSchema, type SignatureJwk } from '../../../sdk/protocol/index.js';
import { packageRoot } from '../package-root.js';

/** Where a build looks for newer versions, and whose word counts. */
export interface FeedSource {
  /** `https:` address of the feed. */
  readonly address: string;
  readonly keys: readonly SignatureJwk[];
}

const addressSchema = z.strictObject({
  address: z
    .string()
    .max(500)
    .regex(/^https:\/\/[^\s/?#@\\]+\/[^\s\\]*$/)
    .nullable(),
});
const keySetSchema = z.strictObject({ keys: z.array(signatureJwkSchema).max(10) });

/** What is shipped with this build. Undefined where it names no feed, or no key that one could be checked with. */
export function shippedFeedSource(folder = join(packageRoot(), 'resources', 'updates')): FeedSource | undefined {
  const { address } = addressSchema.parse(JSON.parse(readFileSync(join(folder, 'feed.json'), 'utf8')));
  const { keys } = keySetSchema.parse(JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')));
  return address === null || keys.length === 0 ? undefined : { address, keys };
}
