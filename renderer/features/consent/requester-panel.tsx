import type { ConsentModel, OriginRequester, OriginStanding, Requester } from '../../../main/ipc/consent.js';
import { localised, useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Address } from '../../ui/address.js';
import { isClaimed } from './parties.js';
import classes from './requester-panel.module.css';

/** What stands above the asker's address. A claim is called one there, before anybody reads it. */
export function useRequesterHeading(): (requester: Requester) => string {
  const { t } = useTexts();
  return (requester) => {
    if (requester.kind !== 'origin')
      return t('consent.requester.label', requester.kind === 'self' ? { context: 'self' } : {});
    if (!requester.confirmed) return t('consent.requester.unconfirmed');
    return t(isClaimed(requester) ? 'consent.requester.claimed' : 'consent.requester.label');
  };
}

interface RequesterPanelProps {
  readonly consent: Pick<ConsentModel, 'requester' | 'governmentPage'>;
}

/** Who asks, how far that is known, and what speaks against it. */
export function RequesterPanel({ consent: { requester, governmentPage } }: RequesterPanelProps) {
  const heading = useRequesterHeading()(requester);
  return (
    <Panel title={heading}>
      {requester.kind === 'origin' ? (
        <>
          <Address requester={requester} />
          <Standing requester={requester} />
          {governmentPage && requester.standing.level === 'unlisted' && <GovernmentNotice why={governmentPage} />}
          <Warnings requester={requester} />
          <Arrival requester={requester} isGovernmentPage={governmentPage !== undefined} />
        </>
      ) : (
        <OwnOrProgram requester={requester} />
      )}
    </Panel>
  );
}

interface OriginProps {
  readonly requester: OriginRequester;
}

const LEVEL_ICONS: Readonly<Record<OriginStanding['level'], IconName>> = {
  verified: 'success',
  listed: 'information',
  unlisted: 'unknown',
};

function Standing({ requester }: OriginProps) {
  const { t, language } = useTexts();
  const { standing } = requester;
  // The name is the site's, not the program's that gives the site's address.
  if (standing.level === 'listed' && isClaimed(requester)) {
    return (
      <div className={classes['standing']} data-level="claimed">
        <p className={classes['level']}>
          <Icon name="warning" />
          <strong>{t('consent.standing.listed', { context: 'claimed' })}</strong>
        </p>
      </div>
    );
  }
  const looksAlike = standing.level === 'unlisted' && standing.lookAlike !== undefined;
  return (
    <div className={classes['standing']} data-level={standing.level}>
      <p className={classes['level']}>
        <Icon name={LEVEL_ICONS[standing.level]} />
        <strong>{t(`consent.standing.${standing.level}`)}</strong>
      </p>
      {standing.level !== 'unlisted' && (
        <Facts>
          <Fact name={t('consent.standing.name')}>
            <bdi>{localised(standing.name, language)}</bdi>
          </Fact>
          <Fact name={t('consent.standing.operator')}>
            <bdi>{localised(standing.operator, language)}</bdi>
          </Fact>
        </Facts>
      )}
      {!looksAlike && <p>{t(`consent.standing.${standing.level}Why`)}</p>}
    </div>
  );
}

interface GovernmentNoticeProps {
  readonly why: NonNullable<ConsentModel['governmentPage']>;
}

/** Where nobody lists it: what its name alone says of a site that asks by the government sites' own protocol. */
function GovernmentNotice({ why }: GovernmentNoticeProps) {
  const { t } = useTexts();
  return <p>{t(why === 'go-jp' ? 'consent.government.goJp' : 'consent.government.policy')}</p>;
}

function Warnings({ requester }: OriginProps) {
  const { t } = useTexts();
  const { confirmed, route, caller, standing } = requester;
  const kindLabel = t('common.kind.warning');
  return (
    <>
      {standing.level === 'unlisted' && standing.lookAlike && (
        <LookAlikeWarning requester={requester} lookAlike={standing.lookAlike} />
      )}
      {!confirmed && (
        <Callout kind="warning" kindLabel={kindLabel} title={t('consent.warning.unconfirmed')}>
          <p>{t('consent.warning.unconfirmedWhy')}</p>
          {/* Another program than a browser gets the answer itself. */}
          {caller.kind !== 'program' && <p>{t('consent.warning.unconfirmedAnswer')}</p>}
        </Callout>
      )}
      {/* The service's signature says who asks, not whose browser the service asked it for. */}
      {confirmed && route === 'redirect' && (
        <Callout kind="warning" kindLabel={kindLabel} title={t('consent.warning.started')}>
          <p>{t('consent.warning.startedWhat')}</p>
        </Callout>
      )}
      {caller.kind === 'program' && (
        <Callout kind="warning" kindLabel={kindLabel} title={t('consent.warning.program')}>
          <p>
            {t('consent.warning.programName')}: <Quoted>{caller.name}</Quoted>
          </p>
          <p>{t(isClaimed(requester) ? 'consent.warning.programClaim' : 'consent.warning.programAnswer')}</p>
        </Callout>
      )}
    </>
  );
}

interface LookAlikeWarningProps extends OriginProps {
  readonly lookAlike: NonNullable<Extract<OriginStanding, { level: 'unlisted' }>['lookAlike']>;
}

/** Both addresses, one below the other in the same type: the difference may be one letter. */
function LookAlikeWarning({ requester, lookAlike }: LookAlikeWarningProps) {
  const { t, language } = useTexts();
  return (
    <Callout kind="danger" kindLabel={t('common.kind.warning')} title={t('consent.warning.lookAlike')}>
      <Facts>
        <Fact name={t('consent.warning.lookAlikeName')}>
          <Quoted>{localised(lookAlike.name, language)}</Quoted>
        </Fact>
        <Fact name={t('consent.warning.lookAlikeThis')}>
          <Address requester={{ origin: requester.unicodeOrigin ?? requester.origin }} size="small" />
        </Fact>
        <Fact name={t('consent.warning.lookAlikeOrigin')}>
          <Address requester={{ origin: lookAlike.origin }} size="small" />
        </Fact>
      </Facts>
      <p>{t('consent.warning.lookAlikeWhat')}</p>
    </Callout>
  );
}

/** On the extension's way the name is that of the program which started the native messaging host, by the host's own word. */
function Arrival({ requester, isGovernmentPage }: OriginProps & { readonly isGovernmentPage: boolean }) {
  const { t } = useTexts();
  const { caller, route } = requester;
  return (
    <Disclosure title={t('consent.arrival')}>
      <Facts>
        {caller.kind === 'browser' && (
          <Fact name={t('consent.caller.browser', route === 'extension' ? { context: 'reported' } : {})}>
            <Quoted>{caller.name}</Quoted>
          </Fact>
        )}
        {caller.kind === 'unknown' && <Fact name={t('consent.caller.unknown')}>{t('consent.caller.unknownName')}</Fact>}
        <Fact name={t('consent.route.label')}>{t(`consent.route.${route}`)}</Fact>
        {isGovernmentPage && (
          <Fact name={t('consent.government.protocol')}>{t('consent.government.protocolName')}</Fact>
        )}
      </Facts>
    </Disclosure>
  );
}

interface OwnOrProgramProps {
  readonly requester: Exclude<Requester, OriginRequester>;
}

function OwnOrProgram({ requester }: OwnOrProgramProps) {
  const { t } = useTexts();
  if (requester.kind === 'self') return <p className={classes['own']}>{t('consent.requester.self')}</p>;
  return (
    <>
      <p className={classes['own']}>{t('consent.requester.localProgram')}</p>
      {requester.claimedOrigin !== undefined && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('consent.requester.localProgramClaims')}>
          <p>
            <Quoted>{requester.claimedOrigin}</Quoted>
          </p>
        </Callout>
      )}
    </>
  );
}

/** The same in short, where other things are on the screen: never without the address. */
export function RequesterLine({ consent: { requester } }: RequesterPanelProps) {
  const { t } = useTexts();
  const heading = useRequesterHeading()(requester);
  return (
    <div className={classes['line']}>
      <p className={classes['label']}>{heading}</p>
      {requester.kind === 'origin' ? (
        <Address requester={requester} size="small" />
      ) : (
        <p>
          <strong>{t(requester.kind === 'self' ? 'consent.requester.self' : 'consent.requester.localProgram')}</strong>
        </p>
      )}
    </div>
  );
}
