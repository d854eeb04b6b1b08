import { useState } from 'react';
import type { DocumentsDescription } from '../../../main/ipc/documents.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useLoad } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { PageHeading } from '../../ui/page.js';
import { Row } from '../../ui/stack.js';
import { Tabs } from '../../ui/tabs.js';
import { CheckFiles } from './check-files.js';
import { SignFiles } from './sign-files.js';

/** Signing one's own files, and checking those of others. */
export function DocumentsPage() {
  const { t } = useTexts();
  const api = useApi();
  const { state, run } = useLoad(() => api.documents.describe());
  return (
    <>
      <PageHeading lead={t('documents.lead')}>{t('common.page.documents')}</PageHeading>
      {state.status === 'done' ? (
        <Documents description={state.answer} />
      ) : state.status === 'failed' ? (
        <Failure error={state.error}>
          <Row>
            <Button onClick={() => void run()}>{t('common.retry')}</Button>
          </Row>
        </Failure>
      ) : (
        <Busy>{t('common.loading')}</Busy>
      )}
    </>
  );
}

interface DocumentsProps {
  readonly description: DocumentsDescription;
}

function Documents({ description }: DocumentsProps) {
  const { t } = useTexts();
  const isChecking = description.checking.length > 0 && description.signing.length === 0;
  const [tab, setTab] = useState<'sign' | 'check'>(
    isChecking && description.state.status === 'idle' ? 'check' : 'sign',
  );
  const [certificates, setCertificates] = useState(description.certificates);
  const shared = { description, certificates, onCertificates: setCertificates };
  return (
    <Tabs
      label={t('common.page.documents')}
      selected={tab}
      onSelect={setTab}
      tabs={[
        { name: 'sign', label: t('documents.tab.sign'), content: <SignFiles {...shared} /> },
        { name: 'check', label: t('documents.tab.check'), content: <CheckFiles {...shared} /> },
      ]}
    />
  );
}
