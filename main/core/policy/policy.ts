import { LIMITS } from '../../../sdk/protocol/index.js';
import type { SettingLocks } from '../settings/settings.js';

/** Rules an administrator may set. Every default is the careful one. Settings that are not there are the person's. */
export interface Policy extends SettingLocks {
  /** Serialised origins that may ask at all. It only narrows. Undefined: every origin the other rules let through. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Whether an origin that no registry lists may ask for the signing certificate: after a question of its own, freely, never. */
  readonly unlistedSigning: 'ask' | 'allow' | 'refuse';
  /** Whether results may be encrypted to a key that the site brings along. */
  readonly requesterKeys: 'allow' | 'refuse';
  /** Whether a person may have the explanation for a site shortened. */
  readonly rememberedConsent: 'allow' | 'refuse';
  /** Items of one request of a page, 1 to `LIMITS.signItemsMost`. */
  readonly signItems: number;
  /** Serialised origins that may have bare digests signed, beside those whose registry entry says so. */
  readonly rawDigestOrigins: readonly string[];
}

export const DEFAULT_POLICY: Policy = {
  unlistedSigning: 'ask',
  requesterKeys: 'refuse',
  rememberedConsent: 'allow',
  signItems: LIMITS.signItems,
  rawDigestOrigins: [],
};
