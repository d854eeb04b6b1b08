import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReaderQuirk } from '../../native/pcsc/index.js';
import { ClientError } from '../core/errors.js';
import { packageRoot } from './package-root.js';

const quirkSchema = z
  .strictObject({
    quirk: z.literal('false-pin-pad'),
    name: z.string().min(8).max(128).optional(),
    usbId: z
      .string()
      .regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/)
      .optional(),
    source: z.url().max(512),
  })
  .refine(({ name, usbId }) => name !== undefined || usbId !== undefined, 'neither name nor usbId');

const fileSchema = z.strictObject({
  format: z.literal('madoguchi-reader-quirks'),
  version: z.literal(1),
  quirks: z.array(quirkSchema).max(256),
});

/**
 * Reads a list of quirks; `docs/pin-pad.md` describes it.
 * @throws ClientError ERR_INTERNAL_FILE for anything but a well-formed list
 */
export function loadReaderQuirks(
  path = join(packageRoot(), 'resources', 'reader-quirks.json'),
): readonly ReaderQuirk[] {
  try {
    const { quirks } = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return quirks.map(({ quirk, name, usbId }) => ({ quirk, name, usbId }));
  } catch (cause) {
    throw new ClientError('ERR_INTERNAL_FILE', 'the list of reader quirks cannot be used', {
      details: { reason: `${path}: ${cause instanceof Error ? cause.message : 'unreadable'}` },
      cause,
    });
  }
}
