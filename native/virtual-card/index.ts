/** The virtual My Number Card, in this process or in a reader of vpcd. */
export type { ApduLogEntry } from './apdu-log.js';
export type { ApplicationName } from './card-application.js';
export type { CardProfile } from './card-profile.js';
export { CardProfileError } from './card-profile-document.js';
export { loadCardProfile } from './card-profile-file.js';
export { CARD_PROFILE_NAMES, CARD_PROFILES, type CardProfileName } from './card-profiles.js';
export { VirtualCardStateError } from './card-state-file.js';
export type { CardFault, ScheduledFault } from './fault-schedule.js';
export { TEST_CARD_PINS, TEST_HOLDER } from './test-holder.js';
export { TEST_POLICIES } from './test-hierarchy.js';
export {
  CardRemovedError,
  openVirtualCard,
  VirtualCard,
  type TestAuthorities,
  type TestCardPins,
  type VirtualCardOptions,
} from './virtual-card.js';
export {
  VIRTUAL_READER_NAME,
  virtualCardReaders,
  type VirtualCardReaders,
  type VirtualCardReadersOptions,
} from './virtual-card-readers.js';
export { connectVirtualCardToVpcd, VPCD_PORT, type VpcdConnection, type VpcdOptions } from './vpcd-client.js';
