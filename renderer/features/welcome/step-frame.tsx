import type { ReactNode } from 'react';
import { useTexts } from '../../app/text.js';
import { PageHeading } from '../../ui/page.js';
import { Row, Stack } from '../../ui/stack.js';
import type { StepMoves } from './welcome-page.js';
import classes from './welcome.module.css';

interface StepFrameProps {
  readonly moves: StepMoves;
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
  /** The way on last. */
  readonly actions: ReactNode;
}

/** One screen of the first run. */
export function StepFrame({ moves: { step, count }, title, lead, children, actions }: StepFrameProps) {
  const { t } = useTexts();
  return (
    <Stack gap="large">
      <div>
        <p className={classes['step']}>{t('welcome.step', { step, count })}</p>
        <PageHeading lead={lead}>{title}</PageHeading>
      </div>
      <Stack>{children}</Stack>
      <Row align="spread">{actions}</Row>
    </Stack>
  );
}
