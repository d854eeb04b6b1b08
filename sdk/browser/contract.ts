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
