import type { z } from 'zod';
import { APP_SCHEMAS } from './app-schemas.js';
import type { CallName } from './calls.js';
import { CONSENT_SCHEMAS } from './consent-schemas.js';
import { CARD_SCHEMAS } from './card-schemas.js';
import { DOCUMENTS_SCHEMAS } from './documents-schemas.js';
import { GOVERNMENT_SITES_SCHEMAS } from './government-sites-schemas.js';
import { HISTORY_SCHEMAS } from './history-schemas.js';
import { SERVICES_SCHEMAS } from './services-schemas.js';
import { DIAGNOSIS_SCHEMAS } from './diagnosis-schemas.js';
import { SETTINGS_SCHEMAS } from './settings-schemas.js';
import { WELCOME_SCHEMAS } from './welcome-schemas.js';

/** The schema of every call's request. Only the app has it; what the app answers is its own. */
export const REQUEST_SCHEMAS: Readonly<Record<CallName, z.ZodType>> = {
  ...APP_SCHEMAS,
  ...CONSENT_SCHEMAS,
  ...CARD_SCHEMAS,
  ...DOCUMENTS_SCHEMAS,
  ...HISTORY_SCHEMAS,
  ...SERVICES_SCHEMAS,
  ...DIAGNOSIS_SCHEMAS,
  ...SETTINGS_SCHEMAS,
  ...GOVERNMENT_SITES_SCHEMAS,
  ...WELCOME_SCHEMAS,
};
