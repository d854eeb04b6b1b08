import { useRef, useState, type SyntheticEvent } from 'react';
import type { AddedSite, GovernmentSitesView } from '../../../main/ipc/government-sites.js';
import type { ShownOrigin } from '../../../main/ipc/services.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { AddressField } from '../../ui/address-field.js';
import { Button } from '../../ui/button.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import classes from './government-sites.module.css';
import { SiteList } from './site-list.js';

const FAULTS = {
  'no-address': 'government.windows.noAddress',
  'not-government': 'government.windows.notGovernment',
  already: 'government.windows.already',
} as const satisfies Record<Exclude<AddedSite['status'], 'added'>, string>;
type Fault = keyof typeof FAULTS;

interface WindowsSitesProps {
  readonly sites: readonly ShownOrigin[];
  readonly onChange: (view: GovernmentSitesView) => void;
}

/** Sites that are told of Windows, one by one, and never one that the person did not enter. */
export function WindowsSites({ sites, onChange }: WindowsSitesProps) {
  const api = useApi();
  const { t } = useTexts();
  const [done, setDone] = useState<'added' | 'removed'>();
  const heading = useRef<HTMLHeadingElement>(null);
  const removing = useAction(api.government.removeWindowsSite);
  const remove = async (origin: string): Promise<void> => {
    setDone(undefined);
    const view = await removing.run({ origin });
    if (!view) return;
    onChange(view);
    setDone('removed');
    // The button that was pressed went with the site.
    heading.current?.focus();
  };
  return (
    <Panel title={t('government.windows.title')}>
      <p>{t('government.windows.text')}</p>
      <p>{t('government.windows.effect')}</p>
      <div>
        <h3 ref={heading} tabIndex={-1}>
          {t('government.windows.listed')}
        </h3>
        {sites.length === 0 ? (
          <p>{t('government.windows.none')}</p>
        ) : (
          <SiteList
            sites={sites}
            label={t('government.windows.listed')}
            action={({ origin }) => (
              <Button aria-label={t('government.windows.removeNamed', { origin })} onClick={() => void remove(origin)}>
                {t('government.windows.remove')}
              </Button>
            )}
          />
        )}
      </div>
      <p role="status" className={classes['status']}>
        {done ? t(`government.windows.${done}`) : ''}
      </p>
      {removing.state.status === 'failed' && <Failure error={removing.state.error} />}
      <Disclosure title={t('government.windows.more')}>
        <AddSite
          onAdded={(view) => {
            onChange(view);
            setDone('added');
          }}
        />
      </Disclosure>
    </Panel>
  );
}

interface AddSiteProps {
  readonly onAdded: (view: GovernmentSitesView) => void;
}

function AddSite({ onAdded }: AddSiteProps) {
  const api = useApi();
  const { t } = useTexts();
  const [address, setAddress] = useState('');
  const [fault, setFault] = useState<Fault>();
  const { state, run } = useAction(api.government.addWindowsSite);
  const add = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const answered = await run({ address });
    if (!answered) return;
    if (answered.status !== 'added') {
      setFault(answered.status);
      return;
    }
    setAddress('');
    onAdded(answered.view);
  };
  return (
    <form onSubmit={(event) => void add(event)} noValidate className={classes['fields']}>
      <AddressField
        label={t('government.windows.address')}
        hint={t('government.windows.hint')}
        {...(fault && { fault: t(FAULTS[fault]) })}
        value={address}
        onChange={(text) => {
          setAddress(text);
          setFault(undefined);
        }}
      />
      <Row>
        <Button disabled={state.status === 'running'} onClick={(event) => void add(event)}>
          {t('government.windows.add')}
        </Button>
      </Row>
      {state.status === 'failed' && <Failure error={state.error} />}
    </form>
  );
}
