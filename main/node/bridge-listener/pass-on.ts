import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';

const LOOPBACK = '127.0.0.1';
const LONGEST_TRY_MILLISECONDS = 500;

/**
 * Sends another user's navigation to the first of `ports` on which something listens; it may be that user's own client.
 * Only what the browser brought goes along, and this client has looked at none of it. False where nothing listens.
 */
export async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  ports: readonly number[],
): Promise<boolean> {
  const port = await firstListening(ports);
  if (port === undefined || request.url === undefined) return false;
  // 307 keeps method and body (RFC 9110 §15.4.8); the rest of a body is let through so that the browser can finish.
  response.writeHead(307, { Location: `http://${LOOPBACK}:${port}${request.url}`, 'Content-Length': '0' });
  response.end();
  return true;
}

async function firstListening(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) if (await listens(port)) return port;
  return undefined;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(LONGEST_TRY_MILLISECONDS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
