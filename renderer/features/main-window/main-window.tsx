import { useEffect, useRef, useState } from 'react';
import { MAIN_PAGES, type MainPage } from '../../../main/ipc/app.js';
import { useApp } from '../../app/app-description.js';
import { useTexts } from '../../app/text.js';
import { usePush } from '../../app/use-call.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { focusPageHeading } from '../../ui/page.js';
import { CardPage } from '../card/card-page.js';
import { DiagnosisPage } from '../diagnosis/diagnosis-page.js';
import { DocumentsPage } from '../documents/documents-page.js';
import { HistoryPage } from '../history/history-page.js';
import { ServicesPage } from '../services/services-page.js';
import { SettingsPage } from '../settings/settings-page.js';
import { WelcomePage } from '../welcome/welcome-page.js';
import classes from './main-window.module.css';

const ICONS: Readonly<Record<MainPage, IconName>> = {
  welcome: 'information',
  card: 'card',
  documents: 'pen',
  history: 'clock',
  services: 'services',
  diagnosis: 'diagnosis',
  settings: 'settings',
};

interface PageProps {
  readonly page: MainPage;
  readonly onShow: (page: MainPage) => void;
}

function Page({ page, onShow }: PageProps) {
  switch (page) {
    case 'welcome':
      return <WelcomePage onDone={() => onShow('card')} onShow={onShow} />;
    case 'card':
      return <CardPage onShow={onShow} />;
    case 'documents':
      return <DocumentsPage />;
    case 'history':
      return <HistoryPage />;
    case 'services':
      return <ServicesPage />;
    case 'diagnosis':
      return <DiagnosisPage onShow={onShow} />;
    case 'settings':
      return <SettingsPage />;
  }
}

/** The app's own window: pages beside a list of them. */
export function MainWindow() {
  const { t } = useTexts();
  const [page, setPage] = useState(useApp().page);
  const wasShown = useRef(page);
  usePush('app.showPage', (asked) => setPage(asked.page));
  useEffect(() => {
    if (wasShown.current === page) return;
    wasShown.current = page;
    // As a browser does with a new page: its heading is read, and the next Tab is in it.
    focusPageHeading();
  }, [page]);
  return (
    <div className={classes['frame']}>
      <nav className={classes['pages']} aria-label={t('common.appName')}>
        <ul>
          {MAIN_PAGES.map((one) => (
            <li key={one}>
              <button
                type="button"
                className={classes['page']}
                aria-current={one === page ? 'page' : undefined}
                onClick={() => setPage(one)}
              >
                <Icon name={ICONS[one]} />
                <span>{t(`common.page.${one}`)}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <main className={classes['content']}>
        <Page key={page} page={page} onShow={setPage} />
      </main>
    </div>
  );
}
