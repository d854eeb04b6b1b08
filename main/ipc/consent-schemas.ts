import { z } from 'zod';
import type { RequestSchemas } from './schemas.js';
import type { ConsentCalls } from './consent.js';

const question = z.int().min(0);
/** More positions than a request has attributes. */
const WITHHELD_MOST = 100;
const PIN_BYTES_MOST = 16;
const READER_NAME_LENGTH = 1_024;
/** More than a request has items. */
const ITEMS_MOST = 100_000;

const actionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('agree'),
    question,
    withheld: z.array(z.int().min(0)).max(WITHHELD_MOST),
    remember: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('refuse'), question, block: z.boolean() }),
  z.strictObject({ kind: z.literal('confirm'), question }),
  z.strictObject({ kind: z.literal('decline'), question }),
  z.strictObject({ kind: z.literal('choose-reader'), question, readerName: z.string().max(READER_NAME_LENGTH) }),
  z.strictObject({ kind: z.literal('give-up'), question }),
  z.strictObject({ kind: z.literal('cancel'), conversation: z.int().min(0) }),
]);

export const CONSENT_SCHEMAS: RequestSchemas<ConsentCalls> = {
  'consent.start': z.undefined(),
  'consent.act': actionSchema,
  'consent.preview': z.strictObject({ item: z.int().min(0).max(ITEMS_MOST) }),
  'consent.enterPin': z.strictObject({
    question,
    pin: z.instanceof(Uint8Array).refine(({ length }) => length <= PIN_BYTES_MOST, 'too long'),
  }),
};
