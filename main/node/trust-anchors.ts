import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ClientError } from '../core/errors.js';
import type { TrustAnchor } from '../core/trust/trust-anchors.js';
import { packageRoot } from './package-root.js';

const ORGANIZATIONAL_UNITS = {
  authentication: 'OU=JPKI for user authentication',
  signing: 'OU=JPKI for digital signature',
} as const;

const authorityFields = {
  role: z.enum(['authentication', 'signing']),
  generation: z.int().min(1).max(99),
  subject: z.string().startsWith('C=JP, O=JPKI, ').max(255),
  serialNumber: z.string().regex(/^(?:[0-9a-f]{2}){1,20}$/),
};

const authoritySchema = z.discriminatedUnion('obtained', [
  z.strictObject({
    ...authorityFields,
    obtained: z.literal(true),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    subjectKeyIdentifier: z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/),
  }),
  z.strictObject({
    ...authorityFields,
    obtained: z.literal(false),
    notBefore: z.iso.date(),
    notAfter: z.iso.date(),
  }),
]);

type Authority = z.infer<typeof authoritySchema>;

const fileSchema = z
  .strictObject({
    format: z.literal('madoguchi-trust-anchors'),
    version: z.literal(1),
    authorities: z.array(authoritySchema).min(1).max(64),
  })
  .superRefine(({ authorities }, context) => {
    authorities.forEach((authority, index) => {
      const complaint = defect(authority, authorities.slice(0, index));
      if (complaint !== undefined) {
        context.addIssue({ code: 'custom', path: ['authorities', index], message: complaint });
      }
    });
  });

function defect(authority: Authority, before: readonly Authority[]): string | undefined {
  if (Date.parse(authority.notBefore) >= Date.parse(authority.notAfter)) return 'ends before it begins';
  if (!authority.subject.includes(ORGANIZATIONAL_UNITS[authority.role])) return 'subject and role differ';
  if (before.some(({ role, generation }) => role === authority.role && generation === authority.generation)) {
    return 'the generation is there twice';
  }
  const isTwin = (other: Authority): boolean =>
    authority.obtained && other.obtained && other.sha256 === authority.sha256;
  return before.some(isTwin) ? 'the fingerprint is there twice' : undefined;
}

/**
 * Reads a file of trust anchors; `resources/trust-anchors/README.md` describes it.
 * @throws ClientError ERR_INTERNAL_FILE, naming file and member, for anything but a well-formed list
 */
export function loadTrustAnchors(
  path = join(packageRoot(), 'resources', 'trust-anchors', 'jpki.json'),
): readonly TrustAnchor[] {
  const parsed = fileSchema.safeParse(readJson(path));
  if (parsed.success) return parsed.data.authorities;
  const [issue] = parsed.error.issues;
  throw unusable(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, parsed.error);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(`${path}: ${error instanceof Error ? error.message : 'unreadable'}`, error);
  }
}

function unusable(reason: string, cause: unknown): ClientError {
  return new ClientError('ERR_INTERNAL_FILE', 'the list of trust anchors cannot be used', {
    details: { reason },
    cause,
  });
}
