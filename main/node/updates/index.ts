export { downloadsFolder } from './downloads-folder.js';
export { shippedFeedSource, type FeedSource } from './feed-source.js';
export { installationKind, thisInstallation } from './installation.js';
export { openUpdates, type UpdatesOptions } from './update-client.js';
