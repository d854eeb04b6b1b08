import { z } from 'zod';
import { LIMITS } from '../../sdk/protocol/index.js';
import type { RequestSchemas } from './schemas.js';
import type { ServicesCalls } from './services.js';

const SEARCH_LENGTH = 200;
/** As browsers bound what they show of one. */
const ADDRESS_LENGTH = 2_048;
const MOST_PAGES = 10_000;

const originSchema = z.strictObject({ origin: z.string().min(1).max(LIMITS.originLength) });

export const SERVICES_SCHEMAS: RequestSchemas<ServicesCalls> = {
  'services.find': z.strictObject({ text: z.string().max(SEARCH_LENGTH), page: z.int().min(0).max(MOST_PAGES) }),
  'services.registries': z.undefined(),
  'services.sites': z.undefined(),
  'services.judgeAddress': z.strictObject({ address: z.string().max(ADDRESS_LENGTH) }),
  'services.block': originSchema,
  'services.unblock': originSchema,
  'services.forget': originSchema,
  'services.resetSites': z.undefined(),
};
