// @ts-check
/**
 * The Debian package of the command line: with the bridge, Node.js and the PC/SC binding for it, without Electron.
 * The same sources and the same time give the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { REPOSITORY } from '../setup/terminal.js';
import { nativeMessagingManifests } from './native-messaging.js';
import { buildBinding, fetchNode, pinnedNode } from './node-runtime.js';
import { copyCommandLine, listFiles } from './program-files.js';

const SOURCE = join(REPOSITORY, 'packaging', 'debian');
const PROGRAM = '/usr/lib/madoguchi';
const MAINTAINER_SCRIPTS = ['postinst', 'prerm', 'postrm'];
/** A name of RFC 2606: who publishes packages says who they are. */
const NOBODY = 'The Madoguchi contributors <packages@madoguchi.invalid>';

/**
 * @typedef {object} DebOptions
 * @property {string} version
 * @property {string} output Path of the package.
 * @property {number} time Of everything in it, in seconds since 1970.
 * @property {string} [maintainer] Whom administrators write to, `Name <address>`; as shipped an address that nobody has.
 * @property {number} [compression] Of xz, 0 to 9; 6 unless given.
 */

/** @param {DebOptions} options */
export function buildDeb({ version, output, time, maintainer = NOBODY, compression = 6 }) {
  if (!/^[0-9][0-9A-Za-z.+~]*$/.test(version)) throw new Error(`${version} is no version of a Debian package`);
  if (!/^[^<>\n]+ <[^<>@\s]+@[^<>@\s]+>$/.test(maintainer)) throw new Error(`${maintainer} is not "Name <address>"`);
  const root = mkdtempSync(join(tmpdir(), 'madoguchi-deb-'));
  try {
    const tree = join(root, 'tree');
    writeProgram(join(tree, PROGRAM));
    writeSystemFiles(tree, { version, time, maintainer });
    const conffiles = listFiles(tree).filter((path) => path.startsWith('etc/'));
    makeFolder(join(tree, 'etc/madoguchi/policies/managed'));
    setModes(tree);
    writeControl(tree, { version, maintainer, conffiles, libraries: sharedLibraries(root, tree) });
    run('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', `-z${compression}`, '--threads-max=1', tree, output], {
      SOURCE_DATE_EPOCH: String(time),
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function writeProgram(folder) {
  const node = fetchNode(pinnedNode('linux-x64'));
  copyCommandLine(REPOSITORY, folder);
  rmSync(join(folder, 'LICENSE'));
  // Run by the Node.js beside it, never by one that is looked for.
  const program = join(folder, 'bin', 'madoguchi.js');
  writeFileSync(program, readFileSync(program, 'utf8').replace(/^#!.*\n/, ''));
  cpSync(join(node, 'bin', 'node'), join(folder, 'node'));
  run('strip', ['--strip-unneeded', '--remove-section=.comment', '--remove-section=.note', join(folder, 'node')]);
  buildBinding(node, join(folder, 'node_modules'));
  write(join(folder, 'native-host'), readFileSync(join(SOURCE, 'native-host')), 0o755);
}

/** @param {string} tree @param {{ readonly version: string, readonly time: number, readonly maintainer: string }} release */
function writeSystemFiles(tree, { version, time, maintainer }) {
  const from = (/** @type {string} */ name) => readFileSync(join(SOURCE, name));
  const documents = '/usr/share/doc/madoguchi-cli';
  const date = new Date(time * 1_000).toUTCString().replace('GMT', '+0000');
  const changelog = `madoguchi-cli (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md of the sources.\n\n -- ${maintainer}  ${date}\n`;
  /** @type {[string, string | Buffer, number?][]} */
  const files = [
    ['/usr/bin/madoguchi', from('madoguchi'), 0o755],
    ['/usr/lib/systemd/user/madoguchi.service', from('madoguchi.service')],
    ['/usr/share/applications/madoguchi.desktop', from('madoguchi.desktop')],
    ['/etc/xdg/autostart/madoguchi.desktop', from('autostart.desktop')],
    [
      '/usr/share/icons/hicolor/scalable/apps/madoguchi.svg',
      readFileSync(join(REPOSITORY, 'resources/icons/madoguchi.svg')),
    ],
    ['/usr/share/man/man1/madoguchi.1.gz', gzipped(from('madoguchi.1'))],
    ['/usr/share/lintian/overrides/madoguchi-cli', from('lintian-overrides')],
    [`${documents}/changelog.gz`, gzipped(changelog)],
    [`${documents}/node-licence.gz`, gzipped(readFileSync(join(fetchNode(pinnedNode('linux-x64')), 'LICENSE')))],
    [`${documents}/copyright`, copyright()],
    ...Object.values(nativeMessagingManifests(`${PROGRAM}/native-host`)).map(
      ({ path, text }) => /** @type {[string, string]} */ ([path, text]),
    ),
  ];
  for (const [path, content, mode] of files) write(join(tree, path), content, mode);
}

/** Machine-readable (DEP-5). */
function copyright() {
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    'Upstream-Name: Madoguchi',
    '',
    'Files: *',
    'Copyright: 2026 The Madoguchi contributors',
    'License: Apache-2.0',
    ' On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.',
    '',
    'Files: usr/lib/madoguchi/node',
    'Copyright: Node.js contributors, and others that its licence names',
    'License: Node.js',
    ' The text is in /usr/share/doc/madoguchi-cli/node-licence.gz.',
    '',
    'Files: usr/lib/madoguchi/node_modules/*',
    'Copyright: those whom the LICENSE file of each package names',
    'License: of-each-package',
    ' The texts are in /usr/lib/madoguchi/node_modules, each beside its package.',
    '',
  ].join('\n');
}

/** @param {string} root @param {string} tree @returns {string} what the binaries need, by dpkg-shlibdeps */
function sharedLibraries(root, tree) {
  mkdirSync(join(root, 'debian'));
  writeFileSync(join(root, 'debian', 'control'), 'Source: madoguchi\n\nPackage: madoguchi-cli\nArchitecture: amd64\n');
  const binaries = ['node', 'node_modules/pcsclite/build/Release/pcsclite.node'].map((path) =>
    join(tree, PROGRAM, path),
  );
  const printed = run(
    'dpkg-shlibdeps',
    ['-O', '--ignore-missing-info', ...binaries.map((path) => `-e${path}`)],
    {},
    root,
  );
  const [, libraries] = /^shlibs:Depends=(.*)$/m.exec(printed) ?? [];
  if (libraries === undefined) throw new Error(`dpkg-shlibdeps: ${printed}`);
  return libraries;
}

/** @param {string} tree @param {{ readonly version: string, readonly maintainer: string, readonly conffiles: readonly string[], readonly libraries: string }} facts */
function writeControl(tree, { version, maintainer, conffiles, libraries }) {
  const folder = join(tree, 'DEBIAN');
  const files = listFiles(tree);
  const kibibytes = Math.ceil(files.reduce((sum, path) => sum + statSync(join(tree, path)).size, 0) / 1_024);
  const depends = [...new Set([...libraries.split(', '), 'pcscd'])].join(', ');
  const control = [
    'Package: madoguchi-cli',
    `Version: ${version}`,
    'Architecture: amd64',
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${kibibytes}`,
    `Depends: ${depends}`,
    // The desktop app, whose package electron-builder makes, has a command of the same name.
    'Conflicts: madoguchi',
    'Section: utils',
    'Priority: optional',
    "Description: client for Japan's My Number Card, on the command line",
    ' Says who asks for what, shows what is signed, and lets the card act only after',
    ' the person at the PC has agreed.',
    ' .',
    ' This package has the command line, and what answers web pages on this PC. It',
    ' brings along Node.js and asks in a terminal; it has no windows.',
    '',
  ].join('\n');
  write(join(folder, 'control'), control);
  write(join(folder, 'conffiles'), conffiles.map((path) => `/${path}\n`).join(''));
  const sums = run(
    'md5sum',
    files.filter((path) => !path.startsWith('etc/')),
    {},
    tree,
  );
  write(join(folder, 'md5sums'), sums);
  for (const name of MAINTAINER_SCRIPTS) write(join(folder, name), readFileSync(join(SOURCE, name)), 0o755);
  chmodSync(folder, 0o755);
}

/** Whatever this process's mask and the checkout say. @param {string} tree */
function setModes(tree) {
  run('find', [tree, '-type', 'd', '-exec', 'chmod', '0755', '{}', '+']);
  run('find', [tree, '-type', 'f', '-exec', 'chmod', '0644', '{}', '+']);
  for (const path of ['/usr/bin/madoguchi', `${PROGRAM}/node`, `${PROGRAM}/native-host`])
    chmodSync(join(tree, path), 0o755);
}

/** @param {string} path @param {string | Buffer} content @param {number} [mode] */
function write(path, content, mode = 0o644) {
  makeFolder(dirname(path));
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** @param {string} path */
function makeFolder(path) {
  mkdirSync(path, { recursive: true, mode: 0o755 });
}

/** Without a name and a time. @param {string | Buffer} content */
const gzipped = (content) => gzipSync(content, { level: 9 });

/** @param {string} program @param {readonly string[]} parameters @param {NodeJS.ProcessEnv} [environment] @param {string} [cwd] */
function run(program, parameters, environment = {}, cwd = REPOSITORY) {
  const env = { ...process.env, ...environment };
  const options = /** @type {const} */ ({ cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { status, stdout, stderr, error } = spawnSync(program, parameters, options);
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}
