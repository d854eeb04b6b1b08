import { StrictMode, useEffect, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { AppDescription } from '../../main/ipc/app.js';
import type { WindowApi } from '../../main/ipc/window-api.js';
import { AppProvider } from './app-description.js';
import { answerOf, ApiProvider } from './api.js';
import { TextsProvider, type LoadTexts } from './text.js';

export interface WindowRootProps {
  readonly api: WindowApi;
  readonly load: LoadTexts;
  readonly children: ReactNode;
}

/** What every window stands on: the app, its description, texts, appearance. */
export function WindowRoot({ api, load, children }: WindowRootProps) {
  const [app, setApp] = useState<AppDescription>();
  useEffect(() => {
    const stop = api.on('app.changed', setApp);
    void answerOf(api.app.describe()).then(setApp);
    return stop;
  }, [api]);
  useEffect(() => {
    if (app) document.documentElement.dataset['appearance'] = app.appearance;
  }, [app]);
  return (
    app && (
      <ApiProvider api={api}>
        <AppProvider app={app}>
          <TextsProvider language={app.language} load={load}>
            {children}
          </TextsProvider>
        </AppProvider>
      </ApiProvider>
    )
  );
}

/** Puts a window into its page. */
export function renderWindow(load: LoadTexts, content: ReactNode): void {
  const { madoguchi } = globalThis as unknown as { readonly madoguchi: WindowApi };
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no root');
  createRoot(root).render(
    <StrictMode>
      <WindowRoot api={madoguchi} load={load}>
        {content}
      </WindowRoot>
    </StrictMode>,
  );
}
