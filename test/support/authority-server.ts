import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientError } from '../../main/core/errors.js';

/** A server on the loopback address, for authorities that answer over HTTP. */
export class AuthorityServer {
  readonly #server: Server;
  /** `METHOD path` of what was asked, in order. */
  readonly asked: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(listener: RequestListener): Promise<AuthorityServer> {
    const server = createServer((request, response) => {
      started.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      listener(request, response);
    });
    const started = new AuthorityServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  /** Address of a path below it. */
  url(path = '/'): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Code and reason of the `ClientError` that `promise` must reject with. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: string; reason: unknown }> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ClientError)) throw new Error('not a ClientError', { cause: thrown });
  return { code: thrown.code, reason: thrown.details['reason'] };
}
