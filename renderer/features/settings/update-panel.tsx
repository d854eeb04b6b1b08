import { useState } from 'react';
import type { ShownDownload, ShownUpdate, UpdatesView } from '../../../main/ipc/settings.js';
import { useApi } from '../../app/api.js';
import { formatDay } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useAction, useLoad, type CallState } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Checkbox } from '../../ui/checkbox.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { SettingField } from './setting-field.js';
import { useSetting, useSettings } from './use-settings.js';
import classes from './settings.module.css';

type Available = Extract<ShownUpdate, { status: 'available' }>;

/** Whether there is a newer version. Nobody is asked before the person says so. */
export function UpdatePanel() {
  const { t } = useTexts();
  const use = useSetting('update');
  const isOn = use.value === 'notify';
  return (
    <Panel title={t('settings.group.update')}>
      <Versions />
      <SettingField
        use={use}
        label={t('settings.update.label')}
        valueText={t(isOn ? 'settings.value.on' : 'settings.value.off')}
      >
        <Checkbox
          checked={isOn}
          hint={t('settings.update.hint')}
          onChange={(checked) => void use.change(checked ? 'notify' : 'off')}
        >
          {t('settings.update.label')}
        </Checkbox>
      </SettingField>
    </Panel>
  );
}

function Versions() {
  const api = useApi();
  const { t } = useTexts();
  const { value, source } = useSettings().view.settings.update;
  // An administrator's word changes what is known.
  const known = useLoad(api.settings.updates, `${source} ${value}`);
  const checking = useAction(api.settings.checkUpdates);
  const view = checking.state.status === 'done' ? checking.state.answer : known.last;
  const canAsk = view !== undefined && view.update.status !== 'off' && view.update.status !== 'unconfigured';
  const isRunning = checking.state.status === 'running';
  return (
    <>
      {view && <p>{t('settings.update.version', { version: view.version })}</p>}
      <p role="status">{isRunning ? t('settings.update.checking') : view && <Known view={view} />}</p>
      {known.state.status === 'failed' && <Failure error={known.state.error} />}
      {checking.state.status === 'failed' && <Failure error={checking.state.error} />}
      {!isRunning && view?.update.status === 'available' && <Offer update={view.update} />}
      {canAsk && (
        <Row>
          <Button disabled={isRunning} onClick={() => void checking.run()}>
            {t('settings.update.check')}
          </Button>
        </Row>
      )}
    </>
  );
}

function Known({ view: { update } }: { readonly view: UpdatesView }) {
  const { t, locale } = useTexts();
  switch (update.status) {
    case 'failed':
      return <span>{t(`settings.update.failure.${update.failure}`)}</span>;
    case 'current':
    case 'available': {
      const day = formatDay(new Date(update.checkedAt), locale);
      const text =
        update.status === 'current'
          ? t('settings.update.current', { day })
          : t('settings.update.available', { version: update.version, day });
      return <span>{update.belowMinimum ? `${text} ${t('settings.update.belowMinimum')}` : text}</span>;
    }
    default:
      return <span>{t(`settings.update.${update.status}`)}</span>;
  }
}

/** What can be done about a newer version. A new major one is asked about by itself. */
function Offer({ update }: { readonly update: Available }) {
  const api = useApi();
  const { t } = useTexts();
  const { state, run } = useAction(api.settings.downloadUpdate);
  const [isAsking, setAsking] = useState(false);
  const { version, isMajor, from, notes } = update;
  const download = (): void => {
    setAsking(false);
    void run({ version, agreedToMajor: isMajor });
  };
  return (
    <>
      {isMajor && <p>{t('settings.update.major')}</p>}
      {notes !== undefined && (
        <p>
          {t('settings.update.notes')} <bdi className={classes['path']}>{notes}</bdi>
        </p>
      )}
      {from === 'download' ? (
        <Row>
          <Button disabled={state.status === 'running'} onClick={isMajor ? () => setAsking(true) : download}>
            {t('settings.update.download')}
          </Button>
        </Row>
      ) : (
        <p>{t(`settings.update.from.${from}`)}</p>
      )}
      <DownloadStatus state={state} />
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t('settings.update.majorTitle', { version })}
        description={t('settings.update.major')}
        agree={t('settings.update.download')}
        onAgree={download}
      />
    </>
  );
}

function DownloadStatus({ state }: { readonly state: CallState<ShownDownload> }) {
  const { t } = useTexts();
  const answer = state.status === 'done' ? state.answer : undefined;
  return (
    <>
      <p role="status" className={classes['status']}>
        {state.status === 'running' && <span>{t('settings.update.downloading')}</span>}
      </p>
      {answer?.status === 'saved' && (
        <Callout kind="success" kindLabel={t('common.kind.success')} title={t('settings.update.saved')} live="polite">
          <p>
            <bdi className={classes['path']}>{answer.shownPath}</bdi>
          </p>
          <p>{t('settings.update.install')}</p>
        </Callout>
      )}
      {answer?.status === 'failed' && (
        <Callout
          kind="warning"
          kindLabel={t('common.kind.warning')}
          title={t('settings.update.notSaved')}
          live="assertive"
        >
          <p>{t(`settings.update.failure.${answer.failure}`)}</p>
        </Callout>
      )}
      {state.status === 'failed' && <Failure error={state.error} />}
    </>
  );
}
