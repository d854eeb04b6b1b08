import type { HistoryRequester } from '../../../main/ipc/history.js';
import { localised, useTexts } from '../../app/text.js';
import { Quoted } from '../../ui/quoted.js';
import { Address } from '../../ui/address.js';

interface WhoProps {
  readonly requester: HistoryRequester;
}

/** Who asked: a site by its whole address, in ASCII too where that differs. Inside of a button or a heading. */
export function WhoInShort({ requester }: WhoProps) {
  const { t } = useTexts();
  if (requester.kind !== 'origin') return <>{t(`history.asker.${requester.kind}`)}</>;
  return <Address requester={requester} size="inline" />;
}

/** Who asked in full, with how much of it was certain then. */
export function Who({ requester }: WhoProps) {
  const { t } = useTexts();
  switch (requester.kind) {
    case 'self':
      return <p>{t('history.asker.self')}</p>;
    case 'local-program':
      return (
        <>
          <p>{t('history.asker.local-program')}</p>
          {requester.claimedOrigin !== undefined && (
            <>
              <p>{t('history.asker.claim')}</p>
              <Quoted>{requester.claimedOrigin}</Quoted>
            </>
          )}
        </>
      );
    case 'origin':
      return (
        <>
          <Address requester={requester} size="small" />
          {!requester.confirmed && <p>{t('history.asker.unconfirmed')}</p>}
          <Standing requester={requester} />
        </>
      );
  }
}

interface StandingProps {
  readonly requester: HistoryRequester & { readonly kind: 'origin' };
}

/** What the registry said of the site then. */
export function Standing({ requester: { level, name } }: StandingProps) {
  const { t, language } = useTexts();
  return (
    <p>
      {t(`common.level.${level}`)}
      {name && (
        <>
          {' '}
          <Quoted>{localised(name, language)}</Quoted>
        </>
      )}
    </p>
  );
}
