import { useState, type SyntheticEvent } from 'react';
import type { JudgedAddress } from '../../../main/ipc/services.js';
import { useApi } from '../../app/api.js';
import { localised, useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { AddressField } from '../../ui/address-field.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Address } from '../../ui/address.js';
import classes from './services.module.css';
import type { Done } from './sites.js';

type Site = Extract<JudgedAddress, { readonly status: 'site' }>;

interface BlockSiteProps {
  readonly onDone: (what: Done) => void;
}

/** Blocks a site by its address; which site that is, is shown before. */
export function BlockSite({ onDone }: BlockSiteProps) {
  const api = useApi();
  const { t } = useTexts();
  const [address, setAddress] = useState('');
  const [fault, setFault] = useState<'noAddress' | 'already'>();
  const [site, setSite] = useState<Site>();
  const judge = useAction(api.services.judgeAddress);
  const check = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const judged = await judge.run({ address });
    if (!judged) return;
    if (judged.status === 'no-address') setFault('noAddress');
    else if (judged.blocked) setFault('already');
    else setSite(judged);
  };
  return (
    <Panel title={t('services.block.title')}>
      <p>{t('services.block.lead')}</p>
      <form onSubmit={(event) => void check(event)} noValidate className={classes['fields']}>
        <AddressField
          label={t('services.block.address')}
          hint={t('services.block.hint')}
          {...(fault && { fault: t(`services.block.${fault}`) })}
          value={address}
          onChange={(text) => {
            setAddress(text);
            setFault(undefined);
          }}
        />
        <Row>
          <Button onClick={(event) => void check(event)}>{t('services.block.check')}</Button>
        </Row>
      </form>
      {judge.state.status === 'failed' && <Failure error={judge.state.error} />}
      <BlockQuestion
        site={site}
        onClose={() => setSite(undefined)}
        onBlocked={() => {
          setAddress('');
          onDone('blocked');
        }}
      />
    </Panel>
  );
}

interface BlockQuestionProps {
  readonly site: Site | undefined;
  readonly onClose: () => void;
  readonly onBlocked: () => void;
}

function BlockQuestion({ site, onClose, onBlocked }: BlockQuestionProps) {
  const api = useApi();
  const { t, language } = useTexts();
  const block = useAction(api.services.block);
  const close = (): void => {
    block.reset();
    onClose();
  };
  const agree = async (): Promise<void> => {
    if (!site || !(await block.run({ origin: site.origin }))) return;
    close();
    onBlocked();
  };
  return (
    <ConfirmDialog
      open={site !== undefined}
      title={t('services.block.confirmTitle')}
      description={<p>{t('services.block.confirmText')}</p>}
      agree={t('services.block.check')}
      state={block.state}
      onAgree={() => void agree()}
      onClose={close}
    >
      {site && (
        <p>
          <Address requester={site} />
        </p>
      )}
      {site?.name && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>
            <bdi>{localised(site.name, language)}</bdi>
          </p>
          <p>{t('services.block.known')}</p>
        </Callout>
      )}
    </ConfirmDialog>
  );
}
