import { z } from 'zod';
import type { AppCalls, MainWindowCalls } from './app.js';
import type { RequestSchemas } from './schemas.js';

/** Characters: a diagnosis report or a fingerprint, not a document. */
const TEXT_LENGTH = 100_000;

export const APP_SCHEMAS: RequestSchemas<AppCalls & MainWindowCalls> = {
  'app.describe': z.undefined(),
  'app.copyText': z.strictObject({ text: z.string().max(TEXT_LENGTH) }),
};
