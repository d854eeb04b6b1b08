// @ts-check
/**
 * The MSI around an unpacked app: release/Madoguchi-VERSION-x64.msi. `node tools/package-msi.js FOLDER`, where FOLDER holds
 * Madoguchi.exe, resources/app.asar and native-host.exe, all signed already.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildMsi } from './packaging/msi.js';
import { readVersion } from './packaging/read-json.js';
import { REPOSITORY, say } from './setup/terminal.js';

const [payload] = process.argv.slice(2);
if (payload === undefined) {
  say('usage: node tools/package-msi.js FOLDER');
  process.exit(2);
}
const version = readVersion();
const output = join(REPOSITORY, 'release', `Madoguchi-${version}-x64.msi`);
mkdirSync(join(REPOSITORY, 'release'), { recursive: true });
buildMsi({ payload: resolve(payload), version, output });
say(output);
