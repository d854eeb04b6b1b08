/**
 * The bridge contract, version 1: messages, error codes and limits, with run-time validation.
 * `docs/protocol.md` is the normative text.
 */
export * from './base-types.js';
export * from './error-codes.js';
export * from './government-page.js';
export * from './json-web-key.js';
export * from './limits.js';
export * from './native-messages.js';
export * from './redirect.js';
export * from './registry.js';
export * from './requests.js';
export * from './results.js';
export * from './signed-request.js';
export * from './update-feed.js';
