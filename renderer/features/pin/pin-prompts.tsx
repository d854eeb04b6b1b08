import type { NewPinPrompt, PinPrompt, PinRole } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { Icon } from '../../ui/icon.js';
import classes from './pin.module.css';

interface PinReasonProps {
  readonly prompt: PinPrompt;
}

/** Why the person is asked again. */
export function PinReason({ prompt: { reason, fault, role, triesLeft, minLength, maxLength } }: PinReasonProps) {
  const { t } = useTexts();
  if (reason === undefined) return null;
  switch (reason) {
    case 'incorrect':
      return (
        <Problem isLastTry={triesLeft === 1} title={t('pin.reason.incorrect', { context: role })}>
          {t('pin.reason.incorrectHelp', { context: role })}
        </Problem>
      );
    case 'format':
      return (
        <Problem
          isLastTry={triesLeft === 1}
          title={t(`pin.fault.${fault ?? 'characters'}`, { context: role, minLength, maxLength })}
        >
          {t('pin.reason.notSent')}
        </Problem>
      );
    case 'tries-changed':
      return (
        <Problem isLastTry={triesLeft === 1} title={t('pin.reason.triesChanged')}>
          {t('pin.reason.triesChangedHelp')}
        </Problem>
      );
  }
}

interface NewPinReasonProps {
  readonly prompt: NewPinPrompt;
}

/** Why the person has to choose again. */
export function NewPinReason({ prompt: { reason, role, minLength, maxLength } }: NewPinReasonProps) {
  const { t } = useTexts();
  if (reason === undefined) return null;
  return (
    <Problem title={t(`pin.fault.${reason}`, { context: role, minLength, maxLength })}>
      {t('pin.reason.startAgain')}
    </Problem>
  );
}

interface ProblemProps {
  readonly title: string;
  /** Said with it, so that there is one warning and the answers stay in view. */
  readonly isLastTry?: boolean;
  readonly children: string;
}

function Problem({ title, isLastTry = false, children }: ProblemProps) {
  const { t } = useTexts();
  return (
    <Callout kind="danger" kindLabel={t('common.kind.danger')} title={title} live="assertive">
      <p>{children}</p>
      {isLastTry && (
        <p>
          <strong>{t('pin.triesLeft', { count: 1 })}</strong> {t('pin.lastTry')}
        </p>
      )}
    </Callout>
  );
}

interface TriesLeftProps {
  readonly count: number;
}

export function TriesLeft({ count }: TriesLeftProps) {
  const { t } = useTexts();
  if (count > 1) {
    return (
      <p className={classes['tries']}>
        <Icon name="information" />
        <span>{t('pin.triesLeft', { count })}</span>
      </p>
    );
  }
  return (
    <Callout kind="danger" kindLabel={t('common.kind.warning')} title={t('pin.triesLeft', { count })}>
      <p>{t('pin.lastTry')}</p>
    </Callout>
  );
}

interface NewPinRulesProps {
  readonly prompt: NewPinPrompt;
}

/** What a new PIN has to be, before anything is typed. */
export function NewPinRules({ prompt: { role, minLength, maxLength } }: NewPinRulesProps) {
  const { t } = useTexts();
  return (
    <ul className={classes['rules']}>
      <li>{t('pin.rule.form', { context: role, minLength, maxLength })}</li>
      {role === 'signing' && <li>{t('pin.rule.case')}</li>}
      <li>{t('pin.rule.another')}</li>
      <li>{t('pin.rule.guess')}</li>
    </ul>
  );
}

interface TestCardHintProps {
  readonly role: PinRole;
  /** Whether to say what the PIN is unless it was changed. */
  readonly withPin: boolean;
}

export function TestCardHint({ role, withPin }: TestCardHintProps) {
  const { t } = useTexts();
  return (
    <Callout kind="warning" kindLabel={t('common.kind.warning')}>
      <p>{t('common.testCard')}</p>
      {withPin && <p>{t('pin.testCardPin', { context: role })}</p>}
    </Callout>
  );
}
