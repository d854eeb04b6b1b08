// @ts-check
/**
 * The Debian package of the command line: release/madoguchi-cli_VERSION_amd64.deb. Everything in it has the time that
 * SOURCE_DATE_EPOCH says, or else that of the last commit. MADOGUCHI_MAINTAINER, `Name <address>`, is whom administrators
 * write to. `node tools/package-deb.js`, after `npm run build`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildDeb } from './packaging/deb.js';
import { readVersion } from './packaging/read-json.js';
import { ask, REPOSITORY, say } from './setup/terminal.js';

const version = readVersion();
const chosen = process.env['SOURCE_DATE_EPOCH'] ?? ask('git', ['log', '-1', '--format=%ct']).output.trim();
if (!/^\d+$/.test(chosen)) throw new Error('SOURCE_DATE_EPOCH: seconds since 1970');
const output = join(REPOSITORY, 'release', `madoguchi-cli_${version}_amd64.deb`);
mkdirSync(join(REPOSITORY, 'release'), { recursive: true });
const maintainer = process.env['MADOGUCHI_MAINTAINER'];
buildDeb({ version, output, time: Number(chosen), ...(maintainer && { maintainer }) });
say(output);
