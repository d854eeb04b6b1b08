import type { ChosenCertificates } from '../../../main/ipc/documents.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Quoted } from '../../ui/quoted.js';
import { DocumentError } from './document-error.js';
import classes from './documents.module.css';

interface CertificateChoiceProps {
  readonly legend: string;
  /** All that were chosen while the app runs. */
  readonly certificates: readonly ChosenCertificates[];
  readonly onCertificates: (certificates: readonly ChosenCertificates[]) => void;
  /** Ids of those that count here. */
  readonly trusted: readonly string[];
  readonly onTrusted: (ids: readonly string[]) => void;
}

/** Certificates of authorities that the person relies on, from files. */
export function CertificateChoice(props: CertificateChoiceProps) {
  const { legend, certificates, onCertificates, trusted, onTrusted } = props;
  const { t } = useTexts();
  const api = useApi();
  const { state, run } = useAction(() => api.documents.chooseCertificates());
  const choose = async (): Promise<void> => {
    const chosen = await run();
    if (!chosen) return;
    const added = chosen.filter(({ id }) => !certificates.some((known) => known.id === id));
    onCertificates(chosen);
    // Who chooses a certificate here means to rely on it.
    onTrusted([...trusted, ...added.map(({ id }) => id)]);
  };
  return (
    <div role="group" aria-label={legend} className={classes['group']}>
      <p>{legend}</p>
      {certificates.map(({ id, name, subjects }) => (
        <Checkbox
          key={id}
          checked={trusted.includes(id)}
          onChange={(checked) => onTrusted(checked ? [...trusted, id] : trusted.filter((one) => one !== id))}
          hint={subjects.map((subject, position) => (
            <span key={position}>
              <Quoted>{subject}</Quoted>{' '}
            </span>
          ))}
        >
          <Quoted>{name}</Quoted>
        </Checkbox>
      ))}
      <Button onClick={() => void choose()}>{t('documents.certificates.choose')}</Button>
      {state.status === 'failed' && <DocumentError failure={state.error} />}
    </div>
  );
}
