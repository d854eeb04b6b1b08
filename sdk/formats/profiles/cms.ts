import { prepareCms } from '../cms/prepare-cms.js';

/** Any file, signed as CMS (RFC 5652): beside it, or around it. */
export const cmsProfile = {
  id: 'cms',
  /** RFC 8551 §3.2.1. */
  outputSuffixes: { detached: '.p7s', attached: '.p7m' },
  prepare: prepareCms,
} as const;
