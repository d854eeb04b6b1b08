import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../../core/updates/decide-update.js';
import { packageRoot } from '../package-root.js';
import { packageVersion } from '../package-version.js';

/** Where only package managers write (Filesystem Hierarchy Standard). */
const PACKAGE_MANAGERS_FOLDERS = /^\/(?:usr\/(?!local\/)|opt\/|snap\/|app\/|nix\/)/;

/** This program as it runs. */
export function thisInstallation(
  root = packageRoot(),
  { platform, arch }: Pick<NodeJS.Process, 'platform' | 'arch'> = process,
): Installation {
  return { version: packageVersion(), kind: installationKind(root, platform), platform, architecture: arch };
}

export function installationKind(root: string, platform: NodeJS.Platform): Installation['kind'] {
  if (platform !== 'win32' && platform !== 'darwin' && PACKAGE_MANAGERS_FOLDERS.test(`${root}/`))
    return 'package-manager';
  // Sources are in no package, and npm's folder is npm's to change.
  const isSource = existsSync(join(root, 'tsconfig.base.json')) || /[\\/]node_modules[\\/]/.test(root);
  return isSource ? 'source' : 'installer';
}
