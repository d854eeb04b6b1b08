import { z } from 'zod';
import { handleSchema } from './base-types.js';
import { LIMITS } from './limits.js';

/** Name of the native messaging host, in install manifests and in the extension. */
export const NATIVE_HOST_NAME = 'jp.madoguchi.host';

/** The extension in Chrome, Edge and Chromium: follows from the public key in its manifest. */
export const CHROMIUM_EXTENSION_ID = 'jookiaoicdnbmkpebimjhjhjcphohcki';

/** The extension in Firefox. */
export const FIREFOX_EXTENSION_ID = 'extension@madoguchi.jp';

/** Bounds of native messaging, on the browser's pipe and on the client's socket alike. */
export const NATIVE_LIMITS = {
  /**
   * Bytes of a frame towards the client. No request can reach it: JSON takes at most six bytes for a UTF-16 code unit, and
   * the extension lets at most `LIMITS.bodyBytes` units through. A longer frame is an attack or a defect.
   */
  requestFrameBytes: 6 * LIMITS.bodyBytes + 4_096,
  /** Bytes of a frame towards the browser; the browsers' own limit. */
  answerFrameBytes: 1024 * 1024,
  /** Calls under way at a time, over all pages of one browser; the extension lets fewer through. */
  outstandingCalls: 512,
  /** UTF-16 code units of a program's path. */
  programLength: 4_096,
  /** UTF-16 code units of what a government site says in its own page protocol. */
  governmentRequestLength: 65_536,
  /** Origins in one list of `governmentSites`. */
  governmentOrigins: 1_000,
} as const;

/** What a page may ask of the extension, which passes it on as it is. */
export const pageCallSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('status') }),
  /** `request` is the JSON text that is the body of `POST /v1/sessions` on the other routes. */
  z.strictObject({ method: z.literal('open'), request: z.string().max(LIMITS.bodyBytes) }),
  z.strictObject({
    method: z.literal('poll'),
    sessionId: handleSchema,
    waitSeconds: z.number().int().min(0).max(LIMITS.pollWaitSeconds),
  }),
  z.strictObject({ method: z.literal('cancel'), sessionId: handleSchema }),
]);
export type PageCall = z.infer<typeof pageCallSchema>;

export const nativeCallSchema = z.discriminatedUnion('method', [
  ...pageCallSchema.options,
  /**
   * The extension says where it stands with government sites' own page protocol, and learns whether it may speak it. No page
   * can send this: the extension's own code makes it. With `marker`, `origin` of the request is the page's, as the browser
   * says; without it, `origin` is the extension's own, and nobody's rights follow from it.
   */
  z.strictObject({
    method: z.literal('governmentSites'),
    /** Whether the browser lets the extension into `https://*.go.jp/*`. */
    permission: z.boolean(),
    /** `placed`: the page carries our markers. `official`: it carried another extension's, and ours stepped aside. */
    marker: z.enum(['placed', 'official']).optional(),
  }),
  /** `request` is the `detail` of the page's `launchApp`. Answered as `open`; then `poll` and `cancel` as for any session. */
  z.strictObject({
    method: z.literal('governmentOpen'),
    request: z.string().max(NATIVE_LIMITS.governmentRequestLength),
  }),
]);
export type NativeCall = z.infer<typeof nativeCallSchema>;

/**
 * What the browser extension sends to the native messaging host, which passes it to the client: UTF-8 JSON behind a 32-bit
 * length, of the machine's byte order towards the browser and big-endian on the client's socket. `origin` is what the
 * browser said of the page (`sender.origin`), never what the page said.
 */
export const nativeRequestSchema = z.strictObject({
  /** Chosen by the extension; the answer repeats it. Not that of another call under way. */
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  origin: z.string().max(LIMITS.originLength),
  call: nativeCallSchema,
});
export type NativeRequest = z.infer<typeof nativeRequestSchema>;

const originSchema = z.string().max(LIMITS.originLength);

/** Result of `governmentSites`. While the mode is off both lists are empty. */
export const governmentSitesResultSchema = z.strictObject({
  enabled: z.boolean(),
  /** An administrator turned it on or off, and the person cannot. */
  forced: z.boolean(),
  /** What the markers in a page say: versions of the official extension and app that sites know. */
  extensionVersion: z.string().regex(/^[0-9]{1,4}$/),
  appVersion: z.string().regex(/^[0-9]{1,4}$/),
  /** Exact origins besides `https://*.go.jp` that an administrator added. */
  origins: z.array(originSchema).max(NATIVE_LIMITS.governmentOrigins),
  /** Origins whose pages are to be told that this PC runs Windows. */
  windowsUserAgent: z.array(originSchema).max(NATIVE_LIMITS.governmentOrigins),
});
export type GovernmentSitesResult = z.infer<typeof governmentSitesResultSchema>;

/** What a session of `governmentOpen` comes to. */
export const governmentPageOutputSchema = z.strictObject({
  operation: z.literal('governmentPage'),
  /** JSON text: the `detail` of the page's `recvMsg`. */
  detail: z.string(),
});
export type GovernmentPageOutput = z.infer<typeof governmentPageOutputSchema>;

/** Result of a `poll` of such a session. */
export const governmentPageResultSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('pending') }),
  z.strictObject({ status: z.literal('done'), output: governmentPageOutputSchema }),
]);
export type GovernmentPageResult = z.infer<typeof governmentPageResultSchema>;

/** The bridge's envelope for one request. */
export const nativeAnswerSchema = z.strictObject({
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  envelope: z.unknown(),
});
export type NativeAnswer = z.infer<typeof nativeAnswerSchema>;

/** The host's first frame on the client's socket. */
export const nativeHelloSchema = z.strictObject({
  madoguchi: z.literal(1),
  /** Path of the program that started the host, where the system tells; it is a claim like everything from this user. */
  program: z.string().max(NATIVE_LIMITS.programLength).optional(),
});
export type NativeHello = z.infer<typeof nativeHelloSchema>;
