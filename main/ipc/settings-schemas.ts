import { z } from 'zod';
import type { RequestSchemas } from './schemas.js';
import { CHANGEABLE_SETTINGS, type SettingsCalls } from './settings.js';

/** Longest name of a choice; whether it is one is for the settings to say. */
const CHOICE_LENGTH = 40;

const nameSchema = z.enum(CHANGEABLE_SETTINGS);
const valueSchema = z.union([z.boolean(), z.int(), z.string().max(CHOICE_LENGTH)]);

export const SETTINGS_SCHEMAS: RequestSchemas<SettingsCalls> = {
  'settings.read': z.undefined(),
  'settings.change': z.strictObject({ name: nameSchema, value: valueSchema }),
  'settings.reset': z.strictObject({ name: nameSchema.optional() }),
  'settings.browsers': z.undefined(),
  'settings.connectBrowsers': z.strictObject({ connect: z.boolean() }),
  'settings.phones': z.undefined(),
  'settings.forgetPhone': z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{64}$/) }),
  'settings.updates': z.undefined(),
  'settings.checkUpdates': z.undefined(),
  'settings.downloadUpdate': z.strictObject({ version: z.string().max(20), agreedToMajor: z.boolean() }),
};
