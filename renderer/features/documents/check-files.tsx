import { useState } from 'react';
import type { ChosenCertificates, DocumentsDescription, ListedFile } from '../../../main/ipc/documents.js';
import { answerOf, useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Disclosure } from '../../ui/disclosure.js';
import { focusPageHeading } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { CertificateChoice } from './certificate-choice.js';
import { CheckedFile, type CheckTerms } from './checked-file.js';
import { DropArea } from './drop-area.js';

interface CheckFilesProps {
  readonly description: DocumentsDescription;
  readonly certificates: readonly ChosenCertificates[];
  readonly onCertificates: (certificates: readonly ChosenCertificates[]) => void;
}

const FIRST_TERMS: CheckTerms = { trust: [], timeStampTrust: [], revocation: false };

/** Received files, each with what its signatures prove and what they do not. */
export function CheckFiles({ description, certificates, onCertificates }: CheckFilesProps) {
  const { t } = useTexts();
  const api = useApi();
  const [files, setFiles] = useState<readonly ListedFile[]>(description.checking);
  /** As the person sets them, and as the files were checked by. */
  const [terms, setTerms] = useState(FIRST_TERMS);
  const [applied, setApplied] = useState(FIRST_TERMS);
  const remove = async (ids: readonly string[]): Promise<void> => {
    setFiles(await answerOf(api.documents.remove({ list: 'checking', ids })));
    focusPageHeading();
  };
  return (
    <>
      <Panel title={t('documents.check.title')}>
        <DropArea
          list="checking"
          onFiles={setFiles}
          hint={files.length === 0 ? t('documents.check.drop') : undefined}
        />
        <Disclosure title={t('documents.check.more')}>
          <CertificateChoice
            legend={t('documents.check.trust')}
            certificates={certificates}
            onCertificates={onCertificates}
            trusted={terms.trust}
            onTrusted={(trust) => setTerms({ ...terms, trust })}
          />
          <CertificateChoice
            legend={t('documents.check.timeStampTrust')}
            certificates={certificates}
            onCertificates={onCertificates}
            trusted={terms.timeStampTrust}
            onTrusted={(timeStampTrust) => setTerms({ ...terms, timeStampTrust })}
          />
          <Checkbox
            checked={terms.revocation}
            onChange={(revocation) => setTerms({ ...terms, revocation })}
            hint={t('documents.check.revocationHint')}
          >
            {t('documents.check.revocation')}
          </Checkbox>
          {files.length > 0 && (
            <Row>
              <Button kind="primary" disabled={terms === applied} onClick={() => setApplied(terms)}>
                {t('documents.check.again')}
              </Button>
            </Row>
          )}
        </Disclosure>
      </Panel>
      {files.length > 1 && (
        <Row align="end">
          <Button kind="quiet" onClick={() => void remove(files.map(({ id }) => id))}>
            {t('documents.check.removeAll')}
          </Button>
        </Row>
      )}
      {files.toReversed().map((file) => (
        <CheckedFile key={file.id} file={file} terms={applied} onRemove={() => void remove([file.id])} />
      ))}
    </>
  );
}
