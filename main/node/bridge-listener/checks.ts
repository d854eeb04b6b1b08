import type { FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS, PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../core/errors.js';

/** Judges a request by its head, before the body is read. */
export type Check = (request: FastifyRequest, reply: FastifyReply, done: (error?: ClientError) => void) => void;

const WAIT = /^wait=(0|[1-9][0-9]?)$/;

export const checkVersion: Check = ({ headers }, _reply, done) => {
  if (headers[PROTOCOL_HEADER.toLowerCase()] === String(PROTOCOL_VERSION)) done();
  else done(new ClientError('ERR_PROTOCOL_VERSION', `the header ${PROTOCOL_HEADER}: ${PROTOCOL_VERSION} is missing`));
};

/** @param mediaType the only one accepted, with `charset=utf-8` or without */
export function checkContentType(mediaType: string): Check {
  const pattern = new RegExp(`^${mediaType}(?:[ \\t]*;[ \\t]*charset=(?:utf-8|"utf-8"))?$`, 'i');
  return ({ headers }, _reply, done) => {
    done(pattern.test(headers['content-type'] ?? '') ? undefined : wrongContentType());
  };
}

/** The declared length; what comes in chunks is counted as it is read. */
export function checkLength(bodyBytes: number): Check {
  return ({ headers }, _reply, done) => {
    done(Number(headers['content-length'] ?? 0) > bodyBytes ? bodyTooLarge(bodyBytes) : undefined);
  };
}

export const checkNoQuery: Check = ({ raw }, _reply, done) => {
  done(raw.url?.includes('?') === true ? malformed('no query here') : undefined);
};

/** The only query of a poll is `?wait=`. */
export const checkWait: Check = ({ method, raw }, _reply, done) => {
  const query = raw.url?.split('?')[1];
  done(
    query === undefined || (method === 'GET' && WAIT.test(query)) ? undefined : malformed('wait is in whole seconds'),
  );
};

/** Seconds, of a request that has passed `checkWait`. */
export function waitOf({ raw }: FastifyRequest): number {
  return Number(WAIT.exec(raw.url?.split('?')[1] ?? '')?.[1] ?? 0);
}

export function idOf({ params }: FastifyRequest): string {
  return (params as { id: string }).id;
}

/** Aborts when the connection is gone, so that no result is handed to nobody. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

/** The framework's errors by our codes; their texts stay inside. */
export function ownError(thrown: unknown): unknown {
  if (thrown instanceof ClientError || !(thrown instanceof Error)) return thrown;
  const { code, statusCode } = thrown as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(LIMITS.bodyBytes);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return wrongContentType();
  return statusCode === 400 ? malformed('the request is malformed') : thrown;
}

function wrongContentType(): ClientError {
  return new ClientError('ERR_PROTOCOL_CONTENT_TYPE', 'the body has another content type than this resource takes');
}

function bodyTooLarge(bodyBytes: number): ClientError {
  return new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', `a body has at most ${bodyBytes} bytes here`);
}

function malformed(message: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', message);
}
