import type { GalleryState } from './gallery-state.js';
import { cardStates } from './states/card.js';
import { consentStates } from './states/consent.js';
import { diagnosisStates } from './states/diagnosis.js';
import { documentsStates } from './states/documents.js';
import { governmentSitesStates } from './states/government-sites.js';
import { historyStates } from './states/history.js';
import { pinStates } from './states/pin.js';
import { servicesStates } from './states/services.js';
import { settingsStates } from './states/settings.js';
import { welcomeStates } from './states/welcome.js';

/** Every state of every window. New ones are added here first. */
export const GALLERY_STATES: readonly GalleryState[] = [
  ...consentStates,
  ...pinStates,
  ...cardStates,
  ...documentsStates,
  ...historyStates,
  ...servicesStates,
  ...diagnosisStates,
  ...settingsStates,
  ...governmentSitesStates,
  ...welcomeStates,
];
