// @ts-check
/**
 * The MSI around an unpacked app: release/Madoguchi-VERSION-x64.msi. `node tools/package-msi.js FOLDER [x64|arm64]`, where
 * FOLDER holds Madoguchi.exe, resources/app.asar and native-host.exe, all signed already. To Windows Installer a package for
 * ARM is one for x64 too: it is the app in it that differs.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildMsi } from './packaging/msi.js';
import { readVersion } from './packaging/read-json.js';
import { REPOSITORY, say } from './setup/terminal.js';

const [payload, processor = 'x64'] = process.argv.slice(2);
if (payload === undefined || !['x64', 'arm64'].includes(processor)) {
  say('usage: node tools/package-msi.js FOLDER [x64|arm64]');
  process.exit(2);
}
const version = readVersion();
const output = join(REPOSITORY, 'release', `Madoguchi-${version}-${processor}.msi`);
mkdirSync(join(REPOSITORY, 'release'), { recursive: true });
buildMsi({ payload: resolve(payload), version, output });
say(output);
