import type { AppCalls, AppDescription, MainWindowCalls } from '../../ipc/app.js';
import type { Handlers } from '../../ipc/calls.js';
import type { Desktop } from './call-context.js';

/** Handlers that every window has. */
export function appCalls(describe: () => AppDescription): Handlers<AppCalls> {
  return { 'app.describe': describe };
}

/** Handlers of the main window that concern no page in particular. */
export function mainWindowCalls(desktop: Desktop): Handlers<MainWindowCalls> {
  return {
    'app.copyText': ({ text }) => {
      desktop.copyText(text);
      return undefined;
    },
  };
}
