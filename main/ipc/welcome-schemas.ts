import { z } from 'zod';
import { WINDOW_LANGUAGES } from './app.js';
import type { RequestSchemas } from './schemas.js';
import type { WelcomeCalls } from './welcome.js';

export const WELCOME_SCHEMAS: RequestSchemas<WelcomeCalls> = {
  'welcome.trySigning': z.strictObject({ language: z.enum(WINDOW_LANGUAGES) }),
  'welcome.stop': z.undefined(),
  'welcome.finish': z.undefined(),
};
