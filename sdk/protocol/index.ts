/**
 * The bridge contract, version 1: messages, error codes and limits, with run-time validation.
 * `docs/protocol.md` is the normative text.
 */
export * from './error-codes.js';
export * from './limits.js';
export * from './messages.js';
