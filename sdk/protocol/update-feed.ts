import { z } from 'zod';

/** `typ` of an update feed's JWS header. */
export const UPDATE_FEED_TYPE = 'madoguchi-updates+jwt';

/** Protected header of an update feed. `alg` follows from the trusted key; no other member is accepted. */
export const updateFeedHeaderSchema = z.strictObject({
  alg: z.enum(['ES256', 'ES384', 'EdDSA', 'PS256']),
  typ: z.literal(UPDATE_FEED_TYPE),
  kid: z.string().min(1).max(128),
});

/** Three numbers, each up to 65535, without leading zeros. */
export const releaseVersionSchema = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,4})(?:\.(?:0|[1-9][0-9]{0,4})){2}$/)
  .refine((text) => text.split('.').every((part) => Number(part) <= 65_535));

const httpsAddress = z
  .string()
  .max(500)
  .regex(/^https:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?\/[\x21-\x5b\x5d-\x7e]*$/);

/** `preview` comes before `stable`. */
export const UPDATE_CHANNELS = ['stable', 'preview'] as const;
export type UpdateChannel = (typeof UPDATE_CHANNELS)[number];

/** Octets of the largest package there may be: 1 GiB. */
export const LARGEST_PACKAGE = 1024 * 1024 * 1024;

/** One file that installs one release on one kind of computer. */
export const releasePackageSchema = z.strictObject({
  platform: z.enum(['win32', 'darwin', 'linux']),
  /** `universal`: every architecture of the platform. */
  architecture: z.enum(['x64', 'arm64', 'universal']),
  kind: z.enum(['msi', 'dmg', 'pkg', 'deb', 'rpm', 'tar.gz']),
  /** `https:`; answers with the file itself, not with a redirect. */
  url: httpsAddress,
  /** Octets. */
  size: z.int().min(1).max(LARGEST_PACKAGE),
  /** Of the file, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ReleasePackage = z.infer<typeof releasePackageSchema>;

/** A version that can be had. */
export const releaseSchema = z.strictObject({
  version: releaseVersionSchema,
  channel: z.enum(UPDATE_CHANNELS),
  /** Percent of the installations that are told of it by themselves, 0 to 100. */
  rollout: z.int().min(0).max(100).default(100),
  /** Where people read what is new. */
  notes: httpsAddress.optional(),
  packages: z.array(releasePackageSchema).max(40),
});
export type Release = z.infer<typeof releaseSchema>;

/** Payload of an update feed: compact JWS with `typ` `madoguchi-updates+jwt`. */
export const updateFeedClaimsSchema = z.strictObject({
  /** Rises with each edition; a lower one than was once accepted is refused. */
  edition: z.int().min(1),
  /** Seconds since 1970-01-01T00:00:00Z. */
  iat: z.int(),
  exp: z.int(),
  /** Versions below it have known defects: no stage of a roll-out keeps their successor from them. */
  minimumVersion: releaseVersionSchema.optional(),
  releases: z.array(releaseSchema).max(20),
});
export type UpdateFeedClaims = z.infer<typeof updateFeedClaimsSchema>;
