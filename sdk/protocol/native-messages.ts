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
} as const;

export const nativeCallSchema = z.discriminatedUnion('method', [
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
