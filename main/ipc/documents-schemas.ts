import { z } from 'zod';
import { CERTIFICATES_MOST, DROPPED_MOST, LIST_LIMITS, type DocumentsCalls } from './documents.js';
import type { RequestSchemas } from './schemas.js';

/** UTF-16 code units of a path; Windows has the longest. */
const PATH_LENGTH = 32_767;
const ADDRESS_LENGTH = 2_000;
/** Points: far more than any page has. */
const POINTS_MOST = 100_000;

const id = z.uuid();
const list = z.enum(['signing', 'checking']);
const ids = z.array(id).max(LIST_LIMITS.signing);
const certificateIds = z.array(id).max(CERTIFICATES_MOST);
const points = z.number().min(-POINTS_MOST).max(POINTS_MOST);
const length = z.number().positive().max(POINTS_MOST);
const one = z.strictObject({ id });

const visible = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('corner'),
    page: z.enum(['first', 'last']),
    corner: z.enum(['lower-left', 'lower-right', 'upper-left', 'upper-right']),
  }),
  z.strictObject({
    kind: z.literal('place'),
    page: z.int().min(1).max(POINTS_MOST),
    x: points,
    y: points,
    width: length,
    height: length,
  }),
]);

const signingChoice = z.strictObject({
  files: ids,
  format: z.enum(['touki-pdf', 'egov-kousei', 'etax-xtx', 'pades', 'cms', 'cades', 'xades', 'xmldsig', 'jws']),
  attached: z.boolean(),
  visible: z.exactOptional(visible),
  timeStamp: z.exactOptional(z.strictObject({ address: z.string().max(ADDRESS_LENGTH), trust: certificateIds })),
  folder: z.exactOptional(id),
});

export const DOCUMENTS_SCHEMAS: RequestSchemas<DocumentsCalls> = {
  'documents.describe': z.undefined(),
  'documents.addDropped': z.strictObject({ list, paths: z.array(z.string().max(PATH_LENGTH)).max(DROPPED_MOST) }),
  'documents.choose': z.strictObject({ list, kind: z.enum(['files', 'folder']) }),
  'documents.remove': z.strictObject({ list, ids }),
  'documents.look': z.strictObject({ list, id }),
  'documents.chooseResultFolder': z.undefined(),
  'documents.chooseCertificates': z.undefined(),
  'documents.plan': signingChoice,
  'documents.sign': signingChoice,
  'documents.cancelSigning': z.undefined(),
  'documents.endSigning': z.strictObject({ keepRest: z.boolean() }),
  'documents.showResult': one,
  'documents.check': z.strictObject({
    id,
    trust: certificateIds,
    timeStampTrust: certificateIds,
    revocation: z.boolean(),
  }),
  'documents.chooseContent': one,
};
