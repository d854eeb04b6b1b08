import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { failure } from '../../core/bridge/bridge.js';
import { ClientError } from '../../core/errors.js';
import { COMMON_HEADERS } from './gate.js';
import { httpStatus, repeatedHeaders } from './http-status.js';
import type { OwnPage } from './redirect-pages.js';

/** Answers one request. It must end `response`, at once or later. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Hands requests to `handle` one at a time for each connection. There is no pipelining, which no browser does: a request
 * sent before the last one was answered ends the connection, and one behind a refusal is not looked at. Otherwise what a
 * refused request has in tow would run unheard. What cannot be read as HTTP/1.1 gets its answer here.
 */
export function serveInOrder(server: Server, handle: Handle): void {
  const answers = new WeakMap<object, ServerResponse>();
  const isEnding = (socket: object): boolean => answers.get(socket)?.getHeader('connection') === 'close';
  const serve: Handle = (request, response) => {
    const { socket } = request;
    if (answers.get(socket)?.writableEnded === false) socket.destroy();
    else if (!isEnding(socket)) {
      answers.set(socket, response);
      handle(request, response);
    }
  };
  server.on('request', serve);
  // Without these two Node would invite the body, or answer by itself, before anybody was asked.
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (isEnding(socket)) return;
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else {
      socket.write(unreadableAnswer());
      // Not `end`: whoever keeps its own half open could go on sending, and no clock would look at it any more.
      socket.destroySoon();
    }
  });
}

/**
 * Answers a refusal and ends the connection: what follows on it stays unread.
 * @param pageFor what a person is shown in place of the envelope
 * @returns the code that was sent
 */
export function refuse(response: ServerResponse, thrown: unknown, pageFor?: (code: ErrorCode) => OwnPage): ErrorCode {
  const envelope = failure(thrown);
  const { code } = envelope.error;
  const page = pageFor?.(code);
  const body = page?.html ?? JSON.stringify(envelope);
  response.setHeader('Connection', 'close');
  response.writeHead(httpStatus(envelope), { ...bodyHeaders(body), ...repeatedHeaders(envelope), ...page?.headers });
  response.end(body);
  return code;
}

/** For what is not HTTP/1.1, is too long or takes too long. There may be no request to speak of, so no `Origin`. */
function unreadableAnswer(): string {
  const body = JSON.stringify(failure(new ClientError('ERR_PROTOCOL_MALFORMED', 'the request cannot be read')));
  const headers = Object.entries({ ...COMMON_HEADERS, ...bodyHeaders(body), Connection: 'close' });
  return `HTTP/1.1 400 Bad Request\r\n${headers.map((header) => `${header.join(': ')}\r\n`).join('')}\r\n${body}`;
}

function bodyHeaders(body: string): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
  };
}
