import type { GovernmentBrowser } from '../../../main/ipc/government-sites.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Address } from '../../ui/address.js';
import { classNames } from '../../ui/class-names.js';
import { Icon } from '../../ui/icon.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import classes from './government-sites.module.css';

interface BrowserStepsProps {
  readonly browsers: readonly GovernmentBrowser[];
}

/** What only the person can do, in the browser, and how far each browser is. */
export function BrowserSteps({ browsers }: BrowserStepsProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('government.steps.title')}>
      <ol className={classes['steps']}>
        {(['install', 'allow', 'reload'] as const).map((step) => (
          <li key={step}>{t(`government.steps.${step}`)}</li>
        ))}
      </ol>
      <div>
        <h3>{t('government.steps.browsers')}</h3>
        {/* Said aloud as it changes: the person is in another window then. */}
        <div role="status">
          {browsers.length === 0 ? (
            <p>{t('government.steps.none')}</p>
          ) : (
            <ul className={classes['list']}>
              {browsers.map((browser, position) => (
                <Browser key={position} browser={browser} />
              ))}
            </ul>
          )}
        </div>
      </div>
      <p className={classes['small']}>{t('government.steps.check')}</p>
    </Panel>
  );
}

interface BrowserProps {
  readonly browser: GovernmentBrowser;
}

function Browser({ browser: { shownName, permission, lastPage } }: BrowserProps) {
  const { t, locale } = useTexts();
  return (
    <li className={classes['item']}>
      <p className={classes['line']}>
        {shownName === '' ? <span>{t('government.steps.unnamed')}</span> : <Quoted>{shownName}</Quoted>}
        <span className={classNames(classes['state'], classes[permission ? 'good' : 'open'])}>
          <Icon name={permission ? 'success' : 'clock'} />
          <span>{t(permission ? 'government.steps.allowed' : 'government.steps.notAllowed')}</span>
        </span>
      </p>
      {lastPage && (
        <div className={classes['page']}>
          <p className={classes['small']}>
            {t('government.steps.page', { at: formatDateTime(new Date(lastPage.at), locale) })}
          </p>
          <Address requester={lastPage.site} size="small" />
          <p className={classNames(classes['state'], lastPage.marker === 'official' && classes['concern'])}>
            <Icon name={lastPage.marker === 'official' ? 'warning' : 'information'} />
            <span>{t(`government.steps.${lastPage.marker}`)}</span>
          </p>
        </div>
      )}
    </li>
  );
}
