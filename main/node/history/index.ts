export { openHistory, openPersonHistory, type OpenedHistory, type OpenHistoryOptions } from './open-history.js';
export { systemHistoryKey, type SafeStorage } from './system-key.js';
