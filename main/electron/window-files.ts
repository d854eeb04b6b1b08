import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { WindowKind } from '../ipc/call.js';
import { WINDOW_HOST, WINDOW_SCHEME } from '../ipc/channels.js';

/** Origin of every window's page. */
export const WINDOW_ORIGIN = `${WINDOW_SCHEME}://${WINDOW_HOST}`;

/** Address of a window's page; there is no other in a window of that kind. */
export function windowPage(kind: WindowKind): string {
  return `${WINDOW_ORIGIN}/${kind}.html`;
}

interface WindowFile {
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What a window can load: each path with its file, and nothing else. */
export type WindowFiles = ReadonlyMap<string, WindowFile>;

/** Kinds of files that the build makes. A file of another kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Content Security Policy, Level 3; Trusted Types. Nothing inline, nothing evaluated, nothing from anywhere else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Of every answer, refusals too. */
export const WINDOW_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Reads what the build put into `folder`. Once, at start: a file that changes later changes nothing. */
export function readWindowFiles(folder: string): WindowFiles {
  const files = new Map<string, WindowFile>();
  const read = (directory: string, prefix: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) read(path, `${prefix}${entry.name}/`);
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      files.set(`${prefix}${entry.name}`, { type, content: new Uint8Array(readFileSync(path)) });
    }
  };
  read(folder, '/');
  return files;
}

/**
 * Answers a request for a path, `/main.html`. It is looked up as it stands: nothing is decoded, joined or resolved, so that
 * there is no other way to write a file's name.
 */
export function serveWindowPath(files: WindowFiles, unverifiedPath: string, method: string): Response {
  const file = method === 'GET' ? files.get(unverifiedPath) : undefined;
  if (!file) return new Response(null, { status: 404, headers: WINDOW_HEADERS });
  return new Response(file.content, { status: 200, headers: { ...WINDOW_HEADERS, 'content-type': file.type } });
}

/** Answers a request for an address of the windows' scheme. */
export function serveWindowUrl(files: WindowFiles, unverifiedUrl: string, method: string): Response {
  const path = unverifiedUrl.startsWith(`${WINDOW_ORIGIN}/`) ? unverifiedUrl.slice(WINDOW_ORIGIN.length) : '';
  return serveWindowPath(files, path, method);
}
