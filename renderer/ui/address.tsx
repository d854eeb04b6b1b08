import { useTexts } from '../app/text.js';
import classes from './address.module.css';

/** An address as it is decided by, in ASCII, and as people read it where that differs. */
export interface ShownAddress {
  readonly origin: string;
  readonly unicodeOrigin?: string;
}

interface AddressProps {
  readonly requester: ShownAddress;
  /** `small` where it is repeated; `inline` inside of a button or a heading, in their type. */
  readonly size?: 'large' | 'small' | 'inline';
}

/**
 * A page's address, whole, on lines of its own and from left to right whatever its letters are; with the ASCII form where
 * that differs.
 */
export function Address({ requester, size = 'large' }: AddressProps) {
  const { t } = useTexts();
  const { origin, unicodeOrigin } = requester;
  const whole = <Letters>{unicodeOrigin ?? origin}</Letters>;
  const ascii = unicodeOrigin !== undefined && (
    <>
      {t('common.address.ascii')}: <Letters>{origin}</Letters>
    </>
  );
  if (size === 'inline') {
    return (
      <>
        <span className={classes['inline']}>{whole}</span>
        {ascii && <span className={classes['below']}> {ascii}</span>}
      </>
    );
  }
  return (
    <div>
      <p className={classes[size]}>{whole}</p>
      {ascii && <p className={classes['ascii']}>{ascii}</p>}
    </div>
  );
}

function Letters({ children }: { readonly children: string }) {
  return (
    <bdi dir="ltr" translate="no">
      {children}
    </bdi>
  );
}
