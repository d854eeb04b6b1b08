import { prepareCms } from '../cms/prepare-cms.js';

/**
 * Any file, signed as CAdES of level B-B, or B-T with a time stamp (EN 319 122-1 §6). What `cms` writes has all that the
 * baseline asks for, so that the two differ in their name only.
 */
export const cadesProfile = {
  id: 'cades',
  prepare: prepareCms,
} as const;
