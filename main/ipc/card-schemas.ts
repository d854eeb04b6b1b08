import { z } from 'zod';
import type { CardCalls } from './card.js';
import type { RequestSchemas } from './schemas.js';

/** Names of PC/SC readers are shorter. */
const READER_LENGTH = 256;

const readerSchema = z.string().min(1).max(READER_LENGTH).optional();
const kindSchema = z.enum(['authentication', 'signing', 'authentication-ca', 'signing-ca']);

export const CARD_SCHEMAS: RequestSchemas<CardCalls> = {
  'card.look': z.strictObject({ reader: readerSchema }),
  'card.watch': z.undefined(),
  'card.unwatch': z.undefined(),
  'card.describeCertificate': z.strictObject({ kind: kindSchema, reader: readerSchema }),
  'card.exportCertificate': z.strictObject({
    kind: kindSchema,
    reader: readerSchema,
    encoding: z.enum(['der', 'pem']),
  }),
  'card.readAttributes': z.strictObject({ pinRole: z.enum(['profile', 'number-b']) }),
  'card.changePin': z.strictObject({ pinRole: z.enum(['authentication', 'signing', 'profile']) }),
  'card.stop': z.undefined(),
};
