import { useEffect, useId, useRef, useState } from 'react';
import type { EntryPlace, EntrySite, HistoryRequester } from '../../../main/ipc/history.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { Row, Stack } from '../../ui/stack.js';
import { Address } from '../../ui/address.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';

type Done = 'blockedNow' | 'unblockedNow' | 'forgottenNow';

interface SiteActionsProps {
  readonly place: EntryPlace;
  readonly site: EntrySite;
  readonly requester: HistoryRequester & { readonly kind: 'origin' };
}

/** What the person decided about the site of an entry, and what they can decide now. */
export function SiteActions({ place, site, requester }: SiteActionsProps) {
  const { t } = useTexts();
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <Stack gap="small">
        <h3 id={titleId}>{t('history.site.title')}</h3>
        {site.status === 'unusable' ? (
          <p>{t('history.site.unusable')}</p>
        ) : (
          <Decisions place={place} site={site} requester={requester} />
        )}
      </Stack>
    </section>
  );
}

interface DecisionsProps extends SiteActionsProps {
  readonly site: EntrySite & { readonly status: 'readable' };
}

function Decisions({ place, site: { blocked, remembered }, requester }: DecisionsProps) {
  const api = useApi();
  const { t } = useTexts();
  const [done, setDone] = useState<Done>();
  const unblock = useAction(api.history.unblockSite);
  const forget = useAction(api.history.forgetSite);
  const told = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (done === undefined) return undefined;
    // What had the focus goes with what was done.
    const frame = requestAnimationFrame(() => {
      if (document.activeElement === document.body) told.current?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [done, blocked, remembered]);
  const change = async (action: typeof unblock, said: Done): Promise<void> => {
    setDone(undefined);
    if (await action.run(place)) setDone(said);
  };
  const isBlockable = blocked === 'no' || (blocked === 'unconfirmed' && requester.confirmed);
  return (
    <>
      <p ref={told} tabIndex={-1} role="status">
        {done !== undefined && t(`history.site.${done}`)}
      </p>
      {blocked !== 'no' && <p>{t(`history.site.blocked.${blocked}`)}</p>}
      {remembered.length > 0 && <p>{t('history.site.remembered')}</p>}
      <Row>
        {isBlockable && <BlockSite place={place} requester={requester} onDone={() => setDone('blockedNow')} />}
        {blocked !== 'no' && (
          <Button onClick={() => void change(unblock, 'unblockedNow')}>{t('history.site.unblock')}</Button>
        )}
        {remembered.length > 0 && (
          <Button onClick={() => void change(forget, 'forgottenNow')}>{t('history.site.forget')}</Button>
        )}
      </Row>
      {unblock.state.status === 'failed' && <Failure error={unblock.state.error} />}
      {forget.state.status === 'failed' && <Failure error={forget.state.error} />}
    </>
  );
}

interface BlockSiteProps extends Pick<SiteActionsProps, 'place' | 'requester'> {
  readonly onDone: () => void;
}

/** From an entry that nobody confirmed only such requests are blocked: the site itself may have had no part in it. */
function BlockSite({ place, requester, onDone }: BlockSiteProps) {
  const api = useApi();
  const { t } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const block = useAction(api.history.blockSite);
  const context = requester.confirmed ? {} : { context: 'unconfirmed' };
  const close = (): void => {
    block.reset();
    setAsking(false);
  };
  const agree = async (): Promise<void> => {
    if (!(await block.run(place))) return;
    close();
    onDone();
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('history.site.block', context)}</Button>
      <ConfirmDialog
        open={isAsking}
        title={t('history.site.confirmTitle', context)}
        description={
          <>
            <p>{t('history.site.confirm', context)}</p>
            <p>{t('history.site.undo')}</p>
          </>
        }
        agree={t('history.site.agree')}
        danger
        state={block.state}
        onAgree={() => void agree()}
        onClose={close}
      >
        <Address requester={requester} />
      </ConfirmDialog>
    </>
  );
}
