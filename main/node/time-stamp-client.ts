import { randomBytes } from 'node:crypto';
import type { TimeStamper } from '../../sdk/formats/document.js';
import { FormatError } from '../../sdk/formats/index.js';
import type { FormatCrypto } from '../../sdk/formats/ports.js';
import { failureReason, type TrustOptions } from '../../sdk/formats/signature-report.js';
import { encodeTimeStampRequest, type TimeStampRequest } from '../../sdk/formats/time-stamp/request.js';
import { MAX_TIME_STAMP_RESPONSE_BYTES, readTimeStampResponse } from '../../sdk/formats/time-stamp/response.js';
import { verifyTimeStampToken } from '../../sdk/formats/time-stamp/verify-token.js';
import { ClientError } from '../core/errors.js';
import { exchange, HttpExchangeError } from './http-exchange.js';
import { nodeCrypto } from './node-crypto.js';

export interface HttpTimeStamperOptions extends Pick<TrustOptions, 'trustAnchors' | 'timeStampAnchors'> {
  /** `http:` or `https:`; the signature of the token counts, not the connection. There is no default. */
  readonly url: string;
  /** OID that the authority is to work under; left out: its own choice. */
  readonly policy?: string;
  /** For one time stamp; default: 15 seconds. */
  readonly timeoutMilliseconds?: number;
  /** Ends what is under way with `ERR_USER_CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Default: `node:crypto`. */
  readonly crypto?: FormatCrypto;
}

/** Why what a person gave cannot be the address of an authority, for a developer; undefined where it can. */
export function timeStampAddressFault(address: string): string | undefined {
  if (!URL.canParse(address)) return 'not an address';
  const { protocol, username, password } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') return 'http: or https: only';
  return username !== '' || password !== '' ? 'no user and password' : undefined;
}

const DEFAULT_TIMEOUT = 15_000;
/** How far an authority's clock may be behind ours, in milliseconds. */
const MAX_LAG = 5 * 60 * 1000;
/** 128 bits: nobody can have an answer ready. */
const NONCE_BYTES = 16;

/**
 * A time-stamping authority behind an address that a person, or an administrator, gave (RFC 3161 §3.4). It learns the digest
 * and nothing else. Each token is checked as by whoever will verify it; where anchors are given, its path too.
 * @throws ClientError `ERR_SIGN_TIME_STAMP` from the stamper; `details.reason` says why: `time-stamp-http-` and a reason of
 * `HttpExchangeError`, one of `readTimeStampResponse` or `verifyTimeStampToken`, `time-stamp-untrusted`, or
 * `time-stamp-past` where the authority's clock is far behind ours; one that is ahead is `time-stamp-future`
 */
export function httpTimeStamper(options: HttpTimeStamperOptions): TimeStamper {
  return async (imprint) => {
    const request: TimeStampRequest = {
      ...imprint,
      nonce: new Uint8Array(randomBytes(NONCE_BYTES)),
      ...(options.policy !== undefined && { policy: options.policy }),
      certReq: true,
    };
    try {
      const token = readTimeStampResponse(await post(encodeTimeStampRequest(request), options), request);
      await requireHolding(token, request, options);
      return token;
    } catch (cause) {
      if (options.signal?.aborted === true) throw cancelled(cause);
      throw timeStampError(cause);
    }
  };
}

function cancelled(cause: unknown): ClientError {
  return new ClientError('ERR_USER_CANCELLED', 'cancelled while a time stamp was waited for', { cause });
}

function post(bytes: Uint8Array, { url, timeoutMilliseconds, signal }: HttpTimeStamperOptions): Promise<Uint8Array> {
  return exchange({
    url,
    body: { contentType: 'application/timestamp-query', bytes },
    acceptedTypes: ['application/timestamp-reply'],
    maxBytes: MAX_TIME_STAMP_RESPONSE_BYTES,
    timeoutMilliseconds: timeoutMilliseconds ?? DEFAULT_TIMEOUT,
    ...(signal && { signal }),
  });
}

async function requireHolding(
  token: Uint8Array,
  request: TimeStampRequest,
  { crypto = nodeCrypto, trustAnchors, timeStampAnchors }: HttpTimeStamperOptions,
): Promise<void> {
  const trust: TrustOptions = {
    at: new Date(),
    ...(trustAnchors !== undefined && { trustAnchors }),
    ...(timeStampAnchors !== undefined && { timeStampAnchors }),
  };
  const report = await verifyTimeStampToken(token, request, trust, crypto);
  if (report.status === 'failed') throw refused(report.reason);
  if (report.status === 'absent' || report.path.status === 'untrusted') throw refused('time-stamp-untrusted');
  if (trust.at.getTime() - report.time.getTime() > MAX_LAG) throw refused('time-stamp-past');
}

function refused(reason: string, cause?: unknown): ClientError {
  const options = cause === undefined ? {} : { cause };
  return new ClientError('ERR_SIGN_TIME_STAMP', 'no time stamp', { details: { reason }, retriable: true, ...options });
}

function timeStampError(cause: unknown): unknown {
  if (cause instanceof FormatError) return refused(failureReason(cause), cause);
  return cause instanceof HttpExchangeError ? refused(`time-stamp-http-${cause.reason}`, cause) : cause;
}
