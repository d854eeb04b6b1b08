import type { ChosenCertificates } from '../../../main/ipc/documents.js';
import { answerOf, useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Row, Stack } from '../../ui/stack.js';
import { TextField } from '../../ui/text-field.js';
import { CertificateChoice } from './certificate-choice.js';
import { isStampAddress, type Draft, type FormatFacts } from './draft.js';
import { VisibleOptions } from './visible-options.js';

export interface SignOptionsProps {
  readonly draft: Draft;
  readonly facts: FormatFacts;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly certificates: readonly ChosenCertificates[];
  readonly onCertificates: (certificates: readonly ChosenCertificates[]) => void;
}

/** What can be left as it is. Only what the format has is offered. */
export function SignOptions(props: SignOptionsProps) {
  const { draft, facts, onChange } = props;
  const { t } = useTexts();
  return (
    <>
      <ResultFolder draft={draft} onChange={onChange} />
      {facts.isShowable && (
        <Disclosure title={t('documents.visible.title')} defaultOpen={draft.visible.kind !== 'none'}>
          <VisibleOptions visible={draft.visible} onChange={(visible) => onChange({ visible })} />
        </Disclosure>
      )}
      {facts.takesTimeStamp && (
        <Disclosure title={t('documents.timeStamp.title')} defaultOpen={draft.stamped}>
          <TimeStampOptions {...props} />
        </Disclosure>
      )}
    </>
  );
}

function ResultFolder({ draft: { folder }, onChange }: Pick<SignOptionsProps, 'draft' | 'onChange'>) {
  const { t } = useTexts();
  const api = useApi();
  const choose = async (): Promise<void> => {
    const chosen = await answerOf(api.documents.chooseResultFolder());
    if (chosen) onChange({ folder: chosen });
  };
  return (
    <Stack gap="small">
      <p>
        {folder === undefined ? (
          t('documents.destination.beside')
        ) : (
          <>
            {t('documents.destination.folder')} <bdi>{folder.name}</bdi>
          </>
        )}
      </p>
      <p>{t('documents.destination.neverReplaced')}</p>
      <Row>
        <Button onClick={() => void choose()}>{t('documents.destination.choose')}</Button>
        {folder !== undefined && (
          <Button kind="quiet" onClick={() => onChange({ folder: undefined })}>
            {t('documents.destination.useBeside')}
          </Button>
        )}
      </Row>
    </Stack>
  );
}

/** Off until the person names an authority: it learns something. */
function TimeStampOptions({ draft, onChange, certificates, onCertificates }: SignOptionsProps) {
  const { t } = useTexts();
  const { stamped, stampAddress, stampTrust } = draft;
  const isFaulty = stampAddress !== '' && !isStampAddress(stampAddress);
  return (
    <>
      <Checkbox
        checked={stamped}
        onChange={(checked) => onChange({ stamped: checked })}
        hint={t('documents.timeStamp.learns')}
      >
        {t('documents.timeStamp.use')}
      </Checkbox>
      {stamped && (
        <>
          <TextField
            label={t('documents.timeStamp.address')}
            hint={t('documents.timeStamp.addressHint')}
            value={stampAddress}
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            maxLength={2_000}
            onChange={(address) => onChange({ stampAddress: address.trim() })}
            {...(isFaulty && { fault: t('documents.timeStamp.addressFault') })}
          />
          <CertificateChoice
            legend={t('documents.timeStamp.trust')}
            certificates={certificates}
            onCertificates={onCertificates}
            trusted={stampTrust}
            onTrusted={(trust) => onChange({ stampTrust: trust })}
          />
        </>
      )}
    </>
  );
}
