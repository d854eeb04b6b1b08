/** Rules an administrator may set. Every default is the careful one. */
export interface Policy {
  /** Serialised origins that may ask at all. It only narrows. Undefined: every origin the other rules let through. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Whether an origin that no registry lists may ask for the signing certificate: after a question of its own, freely, never. */
  readonly unlistedSigning: 'ask' | 'allow' | 'refuse';
  /** Whether results may be encrypted to a key that the site brings along. */
  readonly requesterKeys: 'allow' | 'refuse';
  /** Whether a person may have the explanation for a site shortened. */
  readonly rememberedConsent: 'allow' | 'refuse';
}

export const DEFAULT_POLICY: Policy = {
  unlistedSigning: 'ask',
  requesterKeys: 'refuse',
  rememberedConsent: 'allow',
};
