import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { governmentSitesResultSchema } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../core/errors.js';
import type { MarkerVersions } from '../../core/government-sites/government-sites.js';
import { packageRoot } from '../package-root.js';

const { extensionVersion, appVersion } = governmentSitesResultSchema.shape;

const fileSchema = z.strictObject({
  format: z.literal('madoguchi-government-sites'),
  version: z.literal(1),
  extensionVersion,
  appVersion,
});

/**
 * The versions that government sites look for in a page, which come with this program as data.
 * @throws ClientError ERR_INTERNAL_FILE
 */
export function loadMarkerVersions(path = join(packageRoot(), 'resources', 'government-sites.json')): MarkerVersions {
  try {
    const file = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { extensionVersion: file.extensionVersion, appVersion: file.appVersion };
  } catch (cause) {
    const details = { reason: `${path} cannot be used` };
    throw new ClientError('ERR_INTERNAL_FILE', 'what government sites look for is not known', { details, cause });
  }
}
