import type { ShownCard, ShownCertificateDetails } from '../../../main/ipc/card.js';
import type { Translate } from '../../app/text.js';
import type { StateKind } from './state-line.js';

type Authority = ShownCard['authorities']['signing'];

/** How far the authority behind a certificate is known, in words. */
export function issuerText({ authority, issuer }: Pick<ShownCertificateDetails, 'authority' | 'issuer'>, t: Translate) {
  if (!authority) return t('card.issuer.unknown');
  // The authority is one we know, and yet it did not sign this certificate.
  if (issuer === 'unlisted' && authority.standing !== 'unlisted') return t('card.issuer.mismatch');
  switch (authority.standing) {
    case 'listed':
      return t('card.issuer.listed', { generation: authority.generation });
    case 'test':
      return t('card.issuer.test');
    case 'unlisted':
      return authority.claimedGeneration === undefined
        ? t('card.issuer.unlisted')
        : t('card.issuer.notObtained', { generation: authority.claimedGeneration });
  }
}

/** The same of an authority as the card tells of it without a PIN. */
export function authorityText(state: Authority, t: Translate): string {
  switch (state.status) {
    case 'readable':
      return issuerText({ authority: state, issuer: state.issuer }, t);
    case 'pin-needed':
      return t('card.issuer.pinNeeded');
    case 'absent':
    case 'unreadable':
      return t('card.issuer.unknown');
  }
}

/** How much that should concern a person. */
export function authorityConcern(state: Authority): StateKind {
  if (state.status === 'pin-needed') return 'neutral';
  return state.status === 'readable' && state.issuer === 'listed' ? 'good' : 'concern';
}
