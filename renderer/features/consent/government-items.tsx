import type { ShownConsent } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { DigestValue } from '../../ui/digest-value.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Panel } from '../../ui/panel.js';
import classes from './items-panel.module.css';

interface GovernmentProps {
  readonly consent: ShownConsent;
}

/** What a government site has signed by its own page protocol: octets of its choice, and nobody here knows of what. */
export function GovernmentItems({ consent: { operation, items } }: GovernmentProps) {
  const { t } = useTexts();
  const count = items.length;
  const kind = operation === 'authenticate' ? 'logIn' : 'sign';
  if (count === 0) return null;
  return (
    <Panel title={kind === 'logIn' ? t('consent.government.logIn.items') : t('consent.items.title', { count })}>
      <Callout
        kind={kind === 'logIn' ? 'warning' : 'danger'}
        kindLabel={t('common.kind.warning')}
        title={t(`consent.government.${kind}.unknown`)}
      >
        <p>{t(`consent.government.${kind}.why`)}</p>
        <p>{t(`consent.government.${kind}.doubt`)}</p>
      </Callout>
      {count > 1 && <p>{t('consent.government.onePin', { count })}</p>}
      <Disclosure title={t('consent.government.values', { count })}>
        <ol className={classes['list']}>
          {items.map((item, position) => (
            <li key={position}>
              {item.kind === 'digest' && <DigestValue label={item.algorithm}>{item.digest}</DigestValue>}
            </li>
          ))}
        </ol>
      </Disclosure>
    </Panel>
  );
}

/** The same in one line. */
export function GovernmentLine({ consent: { operation, items } }: GovernmentProps) {
  const { t } = useTexts();
  if (items.length === 0) return null;
  return (
    <p>
      {operation === 'authenticate'
        ? t('consent.government.logIn.line')
        : t('consent.items.count', { count: items.length })}
    </p>
  );
}
