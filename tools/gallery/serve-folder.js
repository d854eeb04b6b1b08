// @ts-check
/** A folder of built pages over HTTP on a loopback port, with the policy the app serves its windows with, or a stricter one. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** @import { AddressInfo } from 'node:net' */

/** @typedef {{ readonly address: string, readonly close: () => Promise<void> }} ServedFolder */

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** As the app's own, but for the frame in which the gallery shows a state zoomed. It connects to nothing. */
export const GALLERY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'self'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** @param {string} folder @param {string} address As the request has it. */
function fileAt(folder, address) {
  const path = join(folder, normalize(decodeURIComponent(new URL(address, 'http://localhost').pathname)));
  const isThere = path.startsWith(folder + sep) && existsSync(path) && statSync(path).isFile();
  return isThere && TYPES[extname(path)] !== undefined ? path : undefined;
}

/**
 * Serves until it is closed. Files are read anew each time.
 * @param {string} folder absolute
 * @param {number} [port] any free one where it is left out
 * @returns {Promise<ServedFolder>}
 */
export async function serveFolder(folder, port = 0) {
  const server = createServer((request, response) => {
    const file = fileAt(folder, request.url ?? '/');
    const headers = { 'content-security-policy': GALLERY_POLICY, 'x-content-type-options': 'nosniff' };
    if (file === undefined) {
      response.writeHead(404, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, 'content-type': TYPES[extname(file)], 'cache-control': 'no-store' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const { port: bound } = /** @type {AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
