import { prepareCms } from '../cms/prepare-cms.js';

/** Any file, signed as CMS (RFC 5652): beside it, or around it. */
export const cmsProfile = {
  id: 'cms',
  prepare: prepareCms,
} as const;
