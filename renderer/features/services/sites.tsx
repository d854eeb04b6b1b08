import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Failure } from '../../ui/failure.js';
import { BlockSite } from './block-site.js';
import { Decisions } from './decisions.js';
import { UnusableSites } from './unusable-sites.js';

/** What was just done, so that it can be said. */
export type Done = 'blocked' | 'unblocked' | 'forgotten' | 'reset';

const DONE_TEXTS = {
  blocked: 'services.block.done',
  unblocked: 'services.sites.unblocked',
  forgotten: 'services.sites.forgotten',
  reset: 'services.unusable.resetDone',
} as const satisfies Record<Done, string>;

/** What the person decided about sites, and ways to undo it. */
export function Sites() {
  const api = useApi();
  const { t } = useTexts();
  const { state, last: shown, run } = useLoad(api.services.sites);
  const [done, setDone] = useState<Done>();
  const told = useRef<HTMLParagraphElement>(null);
  usePush('services.changed', () => void run());
  useEffect(() => {
    // What had the focus went with what was undone.
    if (done && document.activeElement === document.body) told.current?.focus();
  }, [done, shown]);
  if (state.status === 'failed') return <Failure error={state.error} />;
  if (!shown) return <Busy>{t('common.loading')}</Busy>;
  const finish = (what: Done): void => {
    setDone(what);
    void run();
  };
  return (
    <>
      <p ref={told} role="status" tabIndex={-1} className={done ? undefined : 'visually-hidden'}>
        {done ? t(DONE_TEXTS[done]) : ''}
      </p>
      {shown.status === 'unusable' ? (
        <UnusableSites onDone={finish} />
      ) : (
        <>
          <Decisions sites={shown.sites} onDone={finish} />
          <BlockSite onDone={finish} />
        </>
      )}
    </>
  );
}
