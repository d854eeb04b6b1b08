import { z } from 'zod';
import { LIMITS } from '../../sdk/protocol/index.js';
import type { GovernmentSitesCalls } from './government-sites.js';
import type { RequestSchemas } from './schemas.js';

/** As browsers bound what they show of one. */
const ADDRESS_LENGTH = 2_048;

export const GOVERNMENT_SITES_SCHEMAS: RequestSchemas<GovernmentSitesCalls> = {
  'government.read': z.undefined(),
  'government.addWindowsSite': z.strictObject({ address: z.string().max(ADDRESS_LENGTH) }),
  'government.removeWindowsSite': z.strictObject({ origin: z.string().min(1).max(LIMITS.originLength) }),
  'government.resetIdentifiers': z.undefined(),
};
