import type { Handlers, MainCalls } from '../../ipc/calls.js';
import { mainWindowCalls } from './app-calls.js';
import type { CallContext } from './call-context.js';
import { cardCalls } from './card-calls.js';
import { diagnosisCalls } from './diagnosis-calls.js';
import { documentsCalls } from './documents-calls.js';
import { governmentSitesCalls } from './government-sites-calls.js';
import { historyCalls } from './history-calls.js';
import { servicesCalls } from './services-calls.js';
import { settingsCalls } from './settings-calls.js';
import { welcomeCalls } from './welcome-calls.js';

/**
 * Everything a main window may ask beside its description, for one window: what its pages hold ids of, and what they began,
 * ends with it by the context's signal.
 */
export function mainCalls(context: CallContext): Handlers<MainCalls> {
  return {
    ...mainWindowCalls(context.desktop),
    ...cardCalls(context),
    ...documentsCalls(context),
    ...historyCalls(context),
    ...servicesCalls(context),
    ...diagnosisCalls(context),
    ...settingsCalls(context),
    ...governmentSitesCalls(context),
    ...welcomeCalls(context),
  };
}
