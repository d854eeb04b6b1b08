import { useState } from 'react';
import { SERVICES_PER_PAGE, type ShownSite } from '../../../main/ipc/services.js';
import { useApi } from '../../app/api.js';
import { localised, useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Address } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Pager } from '../../ui/pager.js';
import classes from './services.module.css';
import type { Done } from './sites.js';

interface DecisionsProps {
  readonly sites: readonly ShownSite[];
  readonly onDone: (what: Done) => void;
}

/** Which decision about which site is to be undone. */
interface Question {
  readonly site: ShownSite;
  readonly what: 'unblock' | 'forget';
}

export function Decisions({ sites, onDone }: DecisionsProps) {
  const { t } = useTexts();
  const [wanted, setPage] = useState(0);
  const [question, setQuestion] = useState<Question>();
  const pages = Math.max(1, Math.ceil(sites.length / SERVICES_PER_PAGE));
  const page = Math.min(wanted, pages - 1);
  return (
    <Panel title={t('services.tab.sites')}>
      <p>{t('services.sites.lead')}</p>
      {sites.length === 0 && (
        <div>
          <p>{t('services.sites.none')}</p>
          <p className={classes['muted']}>{t('services.sites.noneHelp')}</p>
        </div>
      )}
      <ul className={classes['list']}>
        {sites.slice(page * SERVICES_PER_PAGE, (page + 1) * SERVICES_PER_PAGE).map((site) => (
          <Decision key={site.origin} site={site} onAsk={(what) => setQuestion({ site, what })} />
        ))}
      </ul>
      <Pager label={t('services.pager.decisions')} page={page} pages={pages} onShow={setPage} />
      <UndoQuestion question={question} onClose={() => setQuestion(undefined)} onDone={onDone} />
    </Panel>
  );
}

interface DecisionProps {
  readonly site: ShownSite;
  readonly onAsk: (what: Question['what']) => void;
}

function Decision({ site, onAsk }: DecisionProps) {
  const { t, language } = useTexts();
  const { origin, blocked, remembered, name } = site;
  const operations = remembered.map((one) => t(`services.operation.${one}`)).join(t('services.service.separator'));
  return (
    <li className={classes['item']}>
      <h3>
        <Address requester={site} size="inline" />
      </h3>
      {name && (
        <p>
          <bdi>{localised(name, language)}</bdi>
        </p>
      )}
      {blocked !== 'no' && <p>{t(`services.sites.blocked.${blocked}`)}</p>}
      {remembered.length > 0 && <p>{t('services.sites.remembered', { operations })}</p>}
      <Row>
        {blocked !== 'no' && (
          <Button aria-label={t('services.sites.unblockNamed', { origin })} onClick={() => onAsk('unblock')}>
            {t('services.sites.unblock')}
          </Button>
        )}
        {remembered.length > 0 && (
          <Button aria-label={t('services.sites.forgetNamed', { origin })} onClick={() => onAsk('forget')}>
            {t('services.sites.forget')}
          </Button>
        )}
      </Row>
    </li>
  );
}

interface UndoQuestionProps {
  readonly question: Question | undefined;
  readonly onClose: () => void;
  readonly onDone: (what: Done) => void;
}

function UndoQuestion({ question, onClose, onDone }: UndoQuestionProps) {
  const api = useApi();
  const { t } = useTexts();
  const undo = useAction(({ what, site: { origin } }: Question) => api.services[what]({ origin }));
  const what = question?.what ?? 'unblock';
  const close = (): void => {
    undo.reset();
    onClose();
  };
  const agree = async (): Promise<void> => {
    if (!question || !(await undo.run(question))) return;
    close();
    onDone(what === 'unblock' ? 'unblocked' : 'forgotten');
  };
  return (
    <ConfirmDialog
      open={question !== undefined}
      title={t(`services.sites.${what}Title`)}
      description={question && <Address requester={question.site} />}
      agree={t(`services.sites.${what}`)}
      state={undo.state}
      onAgree={() => void agree()}
      onClose={close}
    >
      <p>{t(`services.sites.${what}Text`)}</p>
    </ConfirmDialog>
  );
}
