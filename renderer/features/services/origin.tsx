import type { ShownOrigin } from '../../../main/ipc/services.js';
import { classNames } from '../../ui/class-names.js';
import { useTexts } from '../../app/text.js';
import classes from './services.module.css';

interface OriginProps {
  readonly value: ShownOrigin;
  readonly large?: boolean;
}

/** An origin whole, in ASCII as it is decided by; below it how a browser may show it. */
export function Origin({ value: { origin, unicode }, large = false }: OriginProps) {
  const { t } = useTexts();
  return (
    <>
      <bdi dir="ltr" className={classNames(classes['origin'], large && classes['large'])}>
        {origin}
      </bdi>
      {unicode !== undefined && (
        <span className={classNames(classes['muted'], classes['form'])}>
          {t('services.sites.unicode')} <bdi>{unicode}</bdi>
        </span>
      )}
    </>
  );
}
