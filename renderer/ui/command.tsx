import { useId } from 'react';
import { useApi } from '../app/api.js';
import { useTexts } from '../app/text.js';
import { useAction } from '../app/use-call.js';
import { Button } from './button.js';
import { Row } from './stack.js';
import classes from './command.module.css';

interface CommandProps {
  /** Where it is to be run. */
  readonly label: string;
  /** A command of ours. */
  readonly children: string;
}

/** A command to be copied into a terminal, for what no window can do. */
export function Command({ label, children }: CommandProps) {
  const api = useApi();
  const { t } = useTexts();
  const labelId = useId();
  const copy = useAction(api.app.copyText);
  return (
    <div className={classes['command']}>
      <p id={labelId} className={classes['label']}>
        {label}
      </p>
      <code className={classes['code']}>{children}</code>
      <Row>
        <Button aria-describedby={labelId} onClick={() => void copy.run({ text: children })}>
          {t('common.copy')}
        </Button>
        <span role="status">{copy.state.status === 'done' ? t('common.copied') : ''}</span>
      </Row>
    </div>
  );
}
