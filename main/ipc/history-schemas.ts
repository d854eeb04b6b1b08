import { z } from 'zod';
import { LIMITS } from '../../sdk/protocol/index.js';
import type { HistoryCalls } from './history.js';
import type { RequestSchemas } from './schemas.js';

/** More than entries can be. */
const MOST_PAGES = 1_000_000;

const id = z.string().regex(/^[0-9a-f]{32}$/);
const day = z.iso.date();
const asker = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('origin'), origin: z.string().min(1).max(LIMITS.originLength) }),
  z.strictObject({ kind: z.literal('self') }),
  z.strictObject({ kind: z.literal('local-program') }),
]);
const pageQuery = z.strictObject({
  asker: asker.optional(),
  day: day.optional(),
  operation: z.enum(['authenticate', 'sign', 'read-certificate', 'read-attributes', 'change-pin']).optional(),
  result: z.enum(['done', 'refused', 'failed']).optional(),
  page: z.int().min(0).max(MOST_PAGES),
});
const place = z.strictObject({ id, day });

export const HISTORY_SCHEMAS: RequestSchemas<HistoryCalls> = {
  'history.entries': pageQuery,
  'history.askers': pageQuery,
  'history.details': place,
  'history.export': z.strictObject({ format: z.enum(['csv', 'json']) }),
  'history.erase': z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('entry'), id }),
    z.strictObject({ kind: z.literal('day'), day }),
    z.strictObject({ kind: z.literal('all') }),
  ]),
  'history.blockSite': place,
  'history.unblockSite': place,
  'history.forgetSite': place,
};
