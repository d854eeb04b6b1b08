import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { FixedValue, SavingStatus } from '../settings/setting-field.js';
import type { SettingUse } from '../settings/use-settings.js';

interface ExplanationProps {
  readonly use: SettingUse<boolean>;
  readonly onBack: () => void;
}

/** What a yes means, on one screen; nothing else turns it on. */
export function Explanation({ use: { setting, canChange, state, change }, onBack }: ExplanationProps) {
  const { t } = useTexts();
  if (!canChange) {
    // It was decided elsewhere while this stood here.
    return (
      <Panel>
        <FixedValue setting={setting} label={t('government.label')} valueText={t('government.off')} />
        <Row>
          <Button onClick={onBack}>{t('government.back')}</Button>
        </Row>
      </Panel>
    );
  }
  return (
    <>
      {/* It was turned off here. */}
      {state.status === 'done' && <SavingStatus state={state} savedText={t('government.turnedOff')} />}
      <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('government.explain.unofficial')}>
        <p>{t('government.explain.unofficialWhy')}</p>
      </Callout>
      <Panel title={t('government.explain.what')}>
        <ul>
          {(['browser', 'bytes', 'consent', 'identifiers'] as const).map((what) => (
            <li key={what}>{t(`government.explain.${what}`)}</li>
          ))}
        </ul>
      </Panel>
      <Panel title={t('government.explain.care')}>
        <ul>
          <li>{t('government.explain.official')}</li>
          <li>{t('government.explain.known')}</li>
        </ul>
      </Panel>
      <Panel title={t('government.explain.end')}>
        <p>{t('government.explain.endText')}</p>
      </Panel>
      {state.status !== 'done' && <SavingStatus state={state} />}
      <Row align="end">
        <Button onClick={onBack}>{t('government.refuse')}</Button>
        <Button kind="primary" withoutEnter disabled={state.status === 'running'} onClick={() => void change(true)}>
          {t('government.agree')}
        </Button>
      </Row>
    </>
  );
}
