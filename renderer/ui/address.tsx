import type { OriginRequester } from '../../main/ipc/consent.js';
import { useTexts } from '../app/text.js';
import classes from './address.module.css';

interface AddressProps {
  readonly requester: Pick<OriginRequester, 'origin' | 'unicodeOrigin'>;
  /** `small` where it is repeated. */
  readonly size?: 'large' | 'small';
}

/**
 * A page's address, whole, on lines of its own and from left to right whatever its letters are; with the ASCII form where
 * that differs.
 */
export function Address({ requester, size = 'large' }: AddressProps) {
  const { t } = useTexts();
  const { origin, unicodeOrigin } = requester;
  return (
    <div>
      <p className={classes[size]}>
        <bdi dir="ltr" translate="no">
          {unicodeOrigin ?? origin}
        </bdi>
      </p>
      {unicodeOrigin !== undefined && (
        <p className={classes['ascii']}>
          {t('consent.requester.ascii')}:{' '}
          <bdi dir="ltr" translate="no">
            {origin}
          </bdi>
        </p>
      )}
    </div>
  );
}
