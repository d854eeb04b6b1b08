import { z } from 'zod';
import { ERROR_CODES, LIMITS } from '../../../sdk/protocol/index.js';
import { EXPIRY_STEPS, type Notice } from '../../core/notices/notice.js';

const ROLES = ['authentication', 'signing'] as const;
const PIN_ROLES = [...ROLES, 'profile', 'number-b'] as const;
const OPERATIONS = ['authenticate', 'sign', 'read-certificate', 'read-attributes', 'change-pin'] as const;

const moment = z.iso.datetime();
/** The Unicode form of an origin has no more characters than its ASCII form. */
const origin = z.string().min(1).max(LIMITS.originLength);
const code = z.enum(ERROR_CODES);

const requesterSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('origin'),
    origin,
    unicodeOrigin: origin.exactOptional(),
    confirmed: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('local-program'), unverifiedOrigin: origin.exactOptional() }),
  z.strictObject({ kind: z.literal('self') }),
]);

/**
 * A notice that another process of this person has made. Every process of the person can make one: it says what happened, and
 * proves nothing.
 */
export const noticeSchema: z.ZodType<Notice> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('key-used'),
    requester: requesterSchema,
    operation: z.enum(OPERATIONS),
    pinRole: z.enum(PIN_ROLES),
    at: moment,
    items: z.int().min(0).max(1_000_000),
    outcome: z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('done') }),
      z.strictObject({ status: z.literal('failed'), code }),
    ]),
    testCard: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('certificate-expiring'),
    role: z.enum(ROLES),
    step: z.literal(EXPIRY_STEPS),
    days: z.int().min(0).max(90),
    notAfter: moment,
  }),
  z.strictObject({ kind: z.literal('card-left'), minutes: z.int().min(0).max(1_440) }),
  z.strictObject({ kind: z.literal('history-unwritten'), code }),
]);
