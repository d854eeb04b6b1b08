import { useCallback, useEffect, useState } from 'react';
import type { BrowserState, BrowsersView } from '../../../main/ipc/settings.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Checkbox } from '../../ui/checkbox.js';
import { classNames } from '../../ui/class-names.js';
import { Command } from '../../ui/command.js';
import { Failure } from '../../ui/failure.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { SavingStatus } from './setting-field.js';
import { isFrozen, useSettings } from './use-settings.js';
import classes from './settings.module.css';

const INSTALL_COMMAND = 'madoguchi browser-integration install';

/** Which browsers can find this program, and whether they shall. */
export function ExtensionPanel() {
  const api = useApi();
  const { t } = useTexts();
  const [view, setView] = useState<BrowsersView>();
  const { state: reading, run: read } = useAction(api.settings.browsers);
  const { state: connecting, run: connect } = useAction(api.settings.connectBrowsers);
  const show = useCallback(async (): Promise<void> => {
    const answered = await read();
    if (answered) setView(answered);
  }, [read]);
  useEffect(() => void show(), [show]);
  const change = async (wanted: boolean): Promise<void> => {
    const answered = await connect({ connect: wanted });
    if (answered) setView(answered);
    // Some browsers may have been told before it failed.
    else await show();
  };
  return (
    <Panel title={t('settings.group.extension')}>
      {view && <Connection view={view} onConnect={(wanted) => void change(wanted)} />}
      {!view && reading.status !== 'failed' && <Busy>{t('common.loading')}</Busy>}
      {reading.status === 'failed' && <Failure error={reading.error} />}
      <SavingStatus state={connecting} savedText={t('settings.extension.done')} />
      {view && <Browsers view={view} />}
    </Panel>
  );
}

interface ConnectionProps {
  readonly view: BrowsersView;
  readonly onConnect: (connect: boolean) => void;
}

function Connection({ view: { browsers, canConnect }, onConnect }: ConnectionProps) {
  const { t } = useTexts();
  const { view } = useSettings();
  const { value } = view.settings.extension;
  const isThere = browsers.some(({ registration }) => registration === 'current' || registration === 'outdated');
  if (isFrozen(view)) return null;
  if (!canConnect) {
    return (
      <>
        <p>{t('settings.extension.cannot')}</p>
        <Command label={t('settings.command')}>{INSTALL_COMMAND}</Command>
        {isThere && (
          <Row>
            <Button onClick={() => onConnect(false)}>{t('settings.extension.remove')}</Button>
          </Row>
        )}
      </>
    );
  }
  const isIncomplete = browsers.some(
    ({ packaging, registration }) =>
      packaging === 'native' && (registration === 'outdated' || registration === 'absent'),
  );
  return (
    <>
      <Checkbox checked={value} hint={t('settings.extension.hint')} onChange={onConnect}>
        {t('settings.extension.label')}
      </Checkbox>
      {value && isIncomplete && (
        <Row>
          <Button onClick={() => onConnect(true)}>{t('settings.extension.again')}</Button>
        </Row>
      )}
    </>
  );
}

const ICONS: Readonly<Record<BrowserState['registration'], IconName>> = {
  current: 'success',
  outdated: 'warning',
  absent: 'information',
  foreign: 'warning',
  unreadable: 'warning',
};

function Browsers({ view: { browsers } }: { readonly view: BrowsersView }) {
  const { t } = useTexts();
  if (browsers.length === 0) return <p>{t('settings.extension.none')}</p>;
  return (
    <div>
      <h3>{t('settings.extension.browsers')}</h3>
      <ul className={classes['list']}>
        {browsers.map((browser) => (
          <Browser key={`${browser.browser} ${browser.packaging}`} state={browser} />
        ))}
      </ul>
      <p className={classes['small']}>{t('settings.extension.installed')}</p>
    </div>
  );
}

function Browser({ state: { browser, packaging, registration } }: { readonly state: BrowserState }) {
  const { t, lookUp } = useTexts();
  const name = lookUp(`settings.browser.${browser}`) || browser;
  const isNative = packaging === 'native';
  return (
    <li className={classes['item']}>
      <span>
        {isNative
          ? name
          : t('settings.extension.packaged', { browser: name, packaging: t(`settings.packaging.${packaging}`) })}
      </span>
      <span className={classNames(classes['state'], classes[isNative ? registration : 'absent'])}>
        <Icon name={isNative ? ICONS[registration] : 'information'} />
        <span>{isNative ? t(`settings.extension.state.${registration}`) : t('settings.extension.cannotPackaged')}</span>
      </span>
    </li>
  );
}
