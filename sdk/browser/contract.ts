/**
 * The numbers and names of the bridge contract that this package needs at run time. They repeat `sdk/protocol`, so that a
 * page does not load its validation library; a test keeps the two equal.
 */
export const PROTOCOL_VERSION = 1;
export const PROTOCOL_HEADER = 'Madoguchi-Protocol';
export const BRIDGE_PORTS: readonly number[] = [41731, 41732, 41733];
/** Longest `?wait=` of a poll, in seconds. */
export const POLL_WAIT_SECONDS = 25;
/** Bytes of a request body. */
export const BODY_BYTES = 1024 * 1024;
/** Items of one `sign` request whose answers fit into a single message, as they have to by the extension. */
export const SIGN_ITEMS_IN_MESSAGE = 100;
/** Bytes of one upload, and of all that one origin may have open. */
export const UPLOAD_BYTES = 64 * 1024 * 1024;
export const UPLOAD_BYTES_PER_ORIGIN = 256 * 1024 * 1024;
/** The extension in Chrome, Edge and Chromium. */
export const CHROMIUM_EXTENSION_ID = 'jookiaoicdnbmkpebimjhjhjcphohcki';
/** A redirect's `state`: base64url, at least 128 random bits. */
export const STATE = /^[A-Za-z0-9_-]{22,128}$/;
/** Characters of a `redirect_uri`. */
export const REDIRECT_URI_LENGTH = 1024;
/** A challenge nonce: base64 or base64url, at least 256 random bits. */
export const CHALLENGE_NONCE = /^[A-Za-z0-9+/_=-]{44,128}$/;
/** Compact serialisation of RFC 7515 §7.1. */
export const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
