import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { StepFrame } from './step-frame.js';
import type { StepMoves } from './welcome-page.js';
import classes from './welcome.module.css';

const POINTS = [
  ['who', 'services'],
  ['what', 'file'],
  ['pin', 'lock'],
] as const satisfies readonly (readonly [string, IconName])[];

/** What it is, in three sentences. */
export function AboutStep({ moves }: { readonly moves: StepMoves }) {
  const { t } = useTexts();
  return (
    <StepFrame
      moves={moves}
      title={t('welcome.about.title')}
      lead={t('welcome.about.lead')}
      actions={
        <>
          <Button kind="quiet" onClick={moves.onFinish}>
            {t('welcome.skipAll')}
          </Button>
          <Button kind="primary" onClick={moves.onNext}>
            {t('welcome.next')}
          </Button>
        </>
      }
    >
      <ul className={classes['points']}>
        {POINTS.map(([point, icon]) => (
          <li key={point} className={classes['point']}>
            <Icon name={icon} />
            <div>
              <h2>{t(`welcome.about.${point}.title`)}</h2>
              <p>{t(`welcome.about.${point}.text`)}</p>
            </div>
          </li>
        ))}
      </ul>
      <p className={classes['small']}>{t('welcome.about.later')}</p>
    </StepFrame>
  );
}
