import { z } from 'zod';
import type { DiagnosisCalls } from './diagnosis.js';
import type { RequestSchemas } from './schemas.js';

export const DIAGNOSIS_SCHEMAS: RequestSchemas<DiagnosisCalls> = {
  'diagnosis.run': z.strictObject({ run: z.int().min(0), governmentSites: z.boolean().optional() }),
  'diagnosis.stop': z.undefined(),
  'diagnosis.act': z.strictObject({ action: z.enum(['register-extension', 'open-clock-settings']) }),
  'diagnosis.saveReport': z.undefined(),
};
