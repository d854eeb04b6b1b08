import { z } from 'zod';

/**
 * What government sites say in their own page protocol, the `detail` of `launchApp`, as far as this program acts on it. It is
 * nobody's published contract: members that are not known are left alone, those that are have exactly these forms.
 */

/** Most values one request has signed. */
export const GOVERNMENT_PAGE_DIGESTS = 20;

/** Base64 of a DER `DigestInfo`, the longest of which has 83 octets. */
const digestSchema = z.string().min(1).max(120);

const serviceSchema = z.literal('01');

export const governmentPageRequestSchema = z.discriminatedUnion('mode', [
  /** 利用者証明: logging in. */
  z.object({ mode: z.literal('01'), service_id: serviceSchema, digest: digestSchema }),
  /** 署名, one PIN for all. */
  z.object({
    mode: z.literal('02'),
    service_id: serviceSchema,
    digest: z.union([digestSchema, z.array(digestSchema).min(1).max(GOVERNMENT_PAGE_DIGESTS)]),
  }),
  /** 券面事項入力補助: the four attributes. */
  z.object({ mode: z.literal('04'), service_id: serviceSchema }),
]);
export type GovernmentPageRequest = z.infer<typeof governmentPageRequestSchema>;
