import type { CertificateDetails } from '../core/inspection/certificate-details.js';
import type { Translate } from './messages.js';

/** How far the authority behind a certificate is known, in words. */
export function authorityText({ authority, issuer }: Pick<CertificateDetails, 'authority' | 'issuer'>, t: Translate) {
  if (!authority) return t('authority.unknown');
  // The authority is one we know, and yet it did not sign this certificate.
  if (issuer === 'unlisted' && authority.standing !== 'unlisted') return t('authority.mismatch');
  switch (authority.standing) {
    case 'listed':
      return t('authority.listed', { generation: authority.generation });
    case 'test':
      return t('authority.test');
    case 'unlisted':
      return authority.claimedGeneration === undefined
        ? t('authority.unlisted')
        : t('authority.notObtained', { generation: authority.claimedGeneration });
  }
}
