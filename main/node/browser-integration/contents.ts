import { win32 } from 'node:path';
import { z } from 'zod';
import { CHROMIUM_EXTENSION_ID, FIREFOX_EXTENSION_ID, NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';
import type { Browser } from './places.js';

const DESCRIPTION = 'Madoguchi native messaging host';

/** In every launcher of ours. */
const LAUNCHER_MARK = 'Written by "madoguchi browser-integration install".';

/** The install manifest, by which a browser knows the host and the one extension that may start it. */
export function manifestText(browser: Browser, launcher: string): string {
  const allowed =
    browser === 'firefox'
      ? { allowed_extensions: [FIREFOX_EXTENSION_ID] }
      : { allowed_origins: [`chrome-extension://${CHROMIUM_EXTENSION_ID}/`] };
  const manifest = { name: NATIVE_HOST_NAME, description: DESCRIPTION, path: launcher, type: 'stdio', ...allowed };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

const ownManifestSchema = z.object({ name: z.literal(NATIVE_HOST_NAME), description: z.literal(DESCRIPTION) });

/** Whether a manifest is one that we wrote, whatever it says now. */
export function isOwnManifest(text: string): boolean {
  try {
    return ownManifestSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

export interface LauncherOptions {
  readonly platform: NodeJS.Platform;
  /** Absolute path of the Node.js that runs the host. */
  readonly node: string;
  /** Absolute path of `bin/madoguchi.js`. */
  readonly program: string;
  /** Where the client's state is, if not at the usual place. */
  readonly stateDirectory: string | undefined;
}

/** A script that becomes the native messaging host. Browsers start it without a shell's search path. */
export function launcherText({ platform, node, program, stateDirectory }: LauncherOptions): string {
  if (platform === 'win32') {
    const quoted = [node, program].map((path) => `"${batchText(win32.normalize(path))}"`).join(' ');
    const set = stateDirectory === undefined ? [] : [`set "MADOGUCHI_STATE_DIRECTORY=${batchText(stateDirectory)}"`];
    return ['@echo off', `rem ${LAUNCHER_MARK}`, ...set, `${quoted} native-host %*`, ''].join('\r\n');
  }
  const set = stateDirectory === undefined ? [] : [`export MADOGUCHI_STATE_DIRECTORY=${shellText(stateDirectory)}`];
  const start = `exec ${shellText(node)} ${shellText(program)} native-host "$@"`;
  return ['#!/bin/sh', `# ${LAUNCHER_MARK}`, ...set, start, ''].join('\n');
}

export function isOwnLauncher(text: string): boolean {
  return text.includes(LAUNCHER_MARK);
}

function shellText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Windows paths hold no quotation marks; a per cent sign would start a variable. */
function batchText(text: string): string {
  return text.replaceAll('%', '%%');
}
