import { ClientError } from '../../core/errors.js';
import type { Client } from '../../node/compose.js';

type Sites = Client['sites'];

/** What was decided about sites; undefined where the file cannot be used. */
export function readSites(sites: Pick<Sites, 'list'>): ReturnType<Sites['list']> | undefined {
  try {
    return sites.list();
  } catch (thrown) {
    if (thrown instanceof ClientError && thrown.code === 'ERR_INTERNAL_FILE') return undefined;
    throw thrown;
  }
}
