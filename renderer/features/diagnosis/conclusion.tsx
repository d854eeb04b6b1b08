import type { LayerResult } from '../../../main/ipc/diagnosis.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';

interface ConclusionProps {
  readonly results: readonly LayerResult[];
}

/** How it ended, by the worst of the layers; said aloud when it is known. */
export function Conclusion({ results }: ConclusionProps) {
  const { t } = useTexts();
  const failed = results.find(({ status }) => status === 'failed');
  if (failed) {
    return (
      <Callout kind="danger" kindLabel={t('common.kind.danger')} title={t('diagnosis.conclusion.failed')} live="polite">
        <p>{t('diagnosis.conclusion.first')}</p>
      </Callout>
    );
  }
  if (results.some(({ status }) => status === 'attention')) {
    return (
      <Callout
        kind="warning"
        kindLabel={t('common.kind.warning')}
        title={t('diagnosis.conclusion.attention')}
        live="polite"
      >
        <p>{t('diagnosis.conclusion.attentionText')}</p>
      </Callout>
    );
  }
  return (
    <Callout kind="success" kindLabel={t('common.kind.success')} title={t('diagnosis.conclusion.ok')} live="polite">
      <p>{t('diagnosis.conclusion.okText')}</p>
    </Callout>
  );
}
