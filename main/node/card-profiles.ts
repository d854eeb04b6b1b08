/** The profiles of the built-in test card, without the card. */
export { CardProfileError } from '../../native/virtual-card/card-profile-document.js';
export { loadCardProfile } from '../../native/virtual-card/card-profile-file.js';
export type { CardProfile } from '../../native/virtual-card/card-profile.js';
export { CARD_PROFILE_NAMES } from '../../native/virtual-card/card-profiles.js';
