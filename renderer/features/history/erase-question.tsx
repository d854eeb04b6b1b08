import type { HistoryErasure, ShownEntry } from '../../../main/ipc/history.js';
import { useApi } from '../../app/api.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { formatEntryDay } from './history-dates.js';
import { WhoInShort } from './who.js';

/** What somebody asks to have erased, with what the question about it says. */
export type EraseWish =
  | { readonly erasure: HistoryErasure & { readonly kind: 'entry' }; readonly entry: ShownEntry }
  | { readonly erasure: HistoryErasure & { readonly kind: 'day' }; readonly count: number }
  /** `count`: undefined where nothing can be read. */
  | { readonly erasure: HistoryErasure & { readonly kind: 'all' }; readonly count: number | undefined };

export type AskToErase = (wish: EraseWish) => void;

/** How an erasure ended. */
export interface Erased {
  readonly erasure: HistoryErasure;
  /** Whether there was anything. */
  readonly done: boolean;
}

interface EraseQuestionProps {
  readonly wish: EraseWish;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onErased: (erased: Erased) => void;
}

/** Before something is erased: what will be lost, and that nobody can bring it back. */
export function EraseQuestion({ wish, open, onClose, onErased }: EraseQuestionProps) {
  const api = useApi();
  const { t, locale } = useTexts();
  const action = useAction(api.history.erase);
  const { erasure } = wish;
  const agree = async (): Promise<void> => {
    const answer = await action.run(erasure);
    if (answer) onErased({ erasure, done: answer.erased > 0 || erasure.kind === 'all' });
  };
  const day = erasure.kind === 'day' ? formatEntryDay(erasure.day, locale) : undefined;
  return (
    <ConfirmDialog
      open={open}
      title={t(`history.erase.title.${erasure.kind}`, { day })}
      description={
        <>
          <WhatGoes wish={wish} />
          <p>{t('history.erase.lost')}</p>
          <p>{t('history.erase.stays')}</p>
        </>
      }
      agree={t(action.state.status === 'running' ? 'history.erase.running' : 'history.erase.agree')}
      danger
      state={action.state}
      onAgree={() => void agree()}
      onClose={() => {
        action.reset();
        onClose();
      }}
    />
  );
}

function WhatGoes({ wish }: { readonly wish: EraseWish }) {
  const { t, locale } = useTexts();
  if ('entry' in wish) {
    const { at, operation, requester } = wish.entry;
    return (
      <>
        <p>{t('history.erase.what.entry')}</p>
        <p>
          {formatDateTime(new Date(at), locale)} {t(`history.operation.${operation}`)}
          <br />
          <WhoInShort requester={requester} />
        </p>
      </>
    );
  }
  if (wish.count === undefined) return <p>{t('history.erase.what.all', { context: 'unknown' })}</p>;
  return <p>{t(`history.erase.what.${wish.erasure.kind}`, { count: wish.count })}</p>;
}
