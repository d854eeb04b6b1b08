// @ts-check
/**
 * Puts native-host.exe, which browsers start, into an unpacked app for Windows. `node tools/package-native-host.js FOLDER…`,
 * after `npm run build`, on Linux. It is x64; on ARM, Windows 11 runs it in its emulation.
 */
import { join, resolve } from 'node:path';
import { buildNativeHost } from './packaging/native-host.js';
import { say } from './setup/terminal.js';

const folders = process.argv.slice(2);
if (folders.length === 0) {
  say('usage: node tools/package-native-host.js FOLDER…');
  process.exit(2);
}
for (const folder of folders) {
  const output = join(resolve(folder), 'native-host.exe');
  await buildNativeHost({ 'win-x64': output });
  say(output);
}
