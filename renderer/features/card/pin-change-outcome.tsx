import type { ChangeablePin } from '../../../main/ipc/card.js';
import { useTexts } from '../../app/text.js';
import type { CallState } from '../../app/use-call.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { Stack } from '../../ui/stack.js';

/** Codes of a dialog that the person left. */
export const LEFT_CODES: readonly string[] = ['ERR_USER_CANCELLED', 'ERR_USER_REFUSED'];

export interface PinChangeState {
  readonly pinRole: ChangeablePin | undefined;
  readonly state: CallState<undefined>;
}

/** How the change of a PIN ended; nothing while it goes on. */
export function PinChangeOutcome({ pinRole, state }: PinChangeState) {
  const { t } = useTexts();
  if (pinRole === undefined) return null;
  if (state.status === 'done') {
    return (
      <Callout kind="success" kindLabel={t('common.kind.success')} live="polite">
        <p>{t('card.pins.changed', { name: t(`common.pinName.${pinRole}`) })}</p>
        {pinRole === 'signing' && <p>{t('card.pins.changedUpper')}</p>}
      </Callout>
    );
  }
  if (state.status !== 'failed') return null;
  const { error } = state;
  if (error.details['change'] === 'unknown') {
    return (
      <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('card.pins.unknown')} live="assertive">
        <p>{t('card.pins.unknownHelp')}</p>
        <p>
          <small>{t('common.errorCode', { code: error.code })}</small>
        </p>
      </Callout>
    );
  }
  if (LEFT_CODES.includes(error.code)) {
    return (
      <Callout kind="information" kindLabel={t('common.kind.information')} live="polite">
        <p>{t('card.pins.cancelled')}</p>
      </Callout>
    );
  }
  if (error.details['change'] === 'refused') {
    return (
      <Stack gap="small">
        {/* What matters most comes first. */}
        <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('card.pins.refused')} live="assertive" />
        <Failure error={error} />
      </Stack>
    );
  }
  return <Failure error={error} />;
}
