import { createContext, use, type ReactNode } from 'react';
import type { AppDescription } from '../../main/ipc/app.js';

const AppContext = createContext<AppDescription | undefined>(undefined);

interface AppProviderProps {
  readonly app: AppDescription;
  readonly children: ReactNode;
}

export function AppProvider({ app, children }: AppProviderProps) {
  return <AppContext value={app}>{children}</AppContext>;
}

export function useApp(): AppDescription {
  const app = use(AppContext);
  if (!app) throw new Error('no AppProvider above');
  return app;
}
