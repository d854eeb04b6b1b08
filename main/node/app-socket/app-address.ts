import { dirname, join } from 'node:path';
import { socketAddresses, type AddressOptions } from '../bridge-socket/index.js';

/**
 * Where the app's socket may be, best place first: beside the bridge's, under the same rules. On Windows the name of a pipe.
 * It is no longer than the bridge's, which is known to fit.
 */
export function appAddresses(options: AddressOptions): string[] {
  const bridges = socketAddresses(options);
  if (options.platform === 'win32') return bridges.map((name) => `${name}-app`);
  return bridges.map((path) => join(dirname(path), 'app'));
}
