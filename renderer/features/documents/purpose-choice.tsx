import type { SignatureFormat } from '../../../main/ipc/documents.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Choices } from '../../ui/choices.js';
import { Disclosure } from '../../ui/disclosure.js';
import { OTHER_FORMATS, PURPOSES, type Draft, type FormatFacts } from './draft.js';

interface PurposeChoiceProps {
  readonly draft: Draft;
  readonly facts: FormatFacts | undefined;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** What the signature is for; the form follows from it. */
export function PurposeChoice({ draft, facts, onChange }: PurposeChoiceProps) {
  const { t } = useTexts();
  const { purpose, otherFormat, attached } = draft;
  return (
    <>
      <Choices
        legend={t('documents.purpose.legend')}
        choices={PURPOSES.map((value) => ({
          value,
          label: t(`documents.purpose.${value}.label`),
          hint: t(`documents.purpose.${value}.hint`),
        }))}
        value={purpose}
        onChange={(value) => onChange({ purpose: value })}
      />
      {purpose === 'etax' && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('document.finding.etax-acceptance-unconfirmed')}</p>
        </Callout>
      )}
      {purpose === 'egov' && (
        <Callout kind="information" kindLabel={t('common.kind.information')}>
          <p>{t('documents.purpose.egovUnbound')}</p>
        </Callout>
      )}
      {purpose === 'other' && (
        <Disclosure title={t('documents.otherFormat.title')} defaultOpen={otherFormat !== 'cades' || attached}>
          <Choices
            legend={t('documents.otherFormat.legend')}
            choices={OTHER_FORMATS.map((value) => ({
              value,
              label: t(`document.format.${value satisfies SignatureFormat}`),
              hint: t(`documents.otherFormat.${value}`),
            }))}
            value={otherFormat}
            onChange={(value) => onChange({ otherFormat: value })}
          />
          {facts?.attached !== undefined && (
            <Checkbox
              checked={attached}
              onChange={(checked) => onChange({ attached: checked })}
              hint={t('documents.otherFormat.attachedHint')}
            >
              {t('documents.otherFormat.attached')}
            </Checkbox>
          )}
        </Disclosure>
      )}
    </>
  );
}
