import type { PinState } from '../core/inspection/card-report.js';
import type { PinRole } from '../core/ports.js';
import type { Translate } from './messages.js';

/** One PIN and what is left of it, as a line. */
export function pinLine(role: PinRole, state: PinState, t: Translate): string {
  return t('report.pin', { name: t(`report.pinName.${role}`), status: pinStateText(role, state, t) });
}

function pinStateText(role: PinRole, state: PinState, t: Translate): string {
  switch (state.status) {
    case 'tries-left':
      return t('report.triesLeft', { count: state.triesLeft });
    case 'blocked':
      return t('report.blocked', { context: role });
    case 'still-verified':
      return t('report.stillVerified');
    case 'absent':
      return t('report.absent');
    case 'unreadable':
      return t('report.unreadable', { code: state.code });
  }
}
