// @ts-check
/**
 * Does what docs/deployment.md says for Linux, on a Debian of this machine's release that has nothing but its base, and
 * writes docs/deployment-transcript.md. Needs Debian, root, debootstrap and the network; takes some minutes.
 * `node tools/test-deployment.js [PACKAGE]`: without a package, one is built as `npm run package:deb` does.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { masked, readSteps } from './deployment/steps.js';
import { readVersion } from './packaging/read-json.js';
import { REPOSITORY, run, say } from './setup/terminal.js';

const DOCUMENT = join(REPOSITORY, 'docs', 'deployment.md');
const TRANSCRIPT = join(REPOSITORY, 'docs', 'deployment-transcript.md');
const NEWER = '99.0.0';
const PERSON = 'hanako';

/** In place of what needs a desktop: the command of the unit, in a terminal that is no window, and pages that ask. */
const IN_PLACE_OF_DESKTOP = `
tail -f /dev/null | script --quiet --command 'madoguchi serve' /dev/null >/tmp/terminal 2>&1 &
/usr/lib/madoguchi/node -e '
  const ask = (origin) => fetch("http://127.0.0.1:41731/v1/status", { headers: { origin } })
    .then(async (answer) => console.log(origin, answer.status, await answer.text()));
  const wait = (left) => ask("https://service.example").then(() => ask("https://other.example"))
    .catch((error) => { if (left === 0) throw error; setTimeout(wait, 250, left - 1); });
  wait(60);'`;

/** What has to be in a step's output, by a part of its text. @type {readonly [string, readonly (string | RegExp)[]][]} */
const SEEN = [
  ['install --yes ./madoguchi-cli_', [readVersion()]],
  ['--browser firefox >', ['LoopbackNetworkAllowedForUrls', 'https://service.example', 'service.example']],
  ['browser-integration status', ['/usr/lib/madoguchi/native-host', '"name": "jp.madoguchi.host"']],
  ['policy show\n', ['https://service.example', '30', 'office.json']],
  ['chmod 666', [/exit code 1[^]*office\.json: others can write to it[^]*as it should be/]],
  ['systemctl --user', ['https://service.example 200', 'https://other.example 403']],
  ["sed -i '/^Hidden=/d'", ['Exec=/usr/bin/madoguchi serve']],
  ['./newer/', [NEWER, /^0$/m, 'as it should be']],
  ['apt-get remove', ['office.json']],
  ['apt-get purge', ['nothing left']],
];

/** Steps that end otherwise than with 0, by a part of their text. @type {readonly [string, number][]} */
const EXIT_CODES = [['madoguchi diagnose', 1]];

const [given] = process.argv.slice(2);
if (process.geteuid?.() !== 0) throw new Error('only root can make another root');
const folder = mkdtempSync(join(tmpdir(), 'madoguchi-deployment-'));
const root = join(folder, 'root');
try {
  const wrong = follow(given ?? buildPackage());
  if (wrong.length > 0) throw new Error(`not as docs/deployment.md says:\n${wrong.join('\n')}`);
  say(`${TRANSCRIPT}: every step as docs/deployment.md says`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} packageFile @returns {string[]} what was otherwise than it should be */
function follow(packageFile) {
  makeRoot();
  copyFileSync(packageFile, join(root, 'root', basename(packageFile)));
  writeNewer(packageFile, join(root, 'root', 'newer'));
  /** @type {string[]} */
  const wrong = [];
  const parts = [introduction()];
  let heading = '';
  for (const step of readSteps(readFileSync(DOCUMENT, 'utf8'))) {
    const replaced = step.who === 'desktop';
    const { status, printed } = perform(replaced ? IN_PLACE_OF_DESKTOP : step.text, step.who === 'administrator');
    wrong.push(...judge(step.text, status, printed));
    if (step.heading !== heading) parts.push(`## ${step.heading}`);
    heading = step.heading;
    parts.push(`\`\`\`sh\n${step.text}\n\`\`\``);
    if (replaced)
      parts.push(
        'Not run here: there is no desktop. In its place the unit’s command ran in a terminal, and two pages asked.',
      );
    parts.push(printed === '' ? '(no output)' : `\`\`\`text\n${printed}\n\`\`\``);
    if (status !== 0) parts.push(`Exit code ${status}.`);
    say(`${status}  ${step.text.split('\n', 1)[0]}`);
  }
  if (wrong.length === 0) writeFileSync(TRANSCRIPT, `${parts.join('\n\n')}\n`);
  else say(parts.join('\n\n'));
  return wrong;
}

function introduction() {
  return [
    '# Transcript of a deployment',
    '',
    `The steps of [deployment.md](deployment.md), written by \`npm run test:deployment\`: Debian ${release()} (minbase), madoguchi-cli`,
    `${readVersion()}, a person named ${PERSON}. Lines of apt and dpkg that say how far they are, addresses of mirrors and times are left out. The root`,
    'is a chroot without systemd, without a desktop and without a card reader. Services that packages want to start are not started.',
  ].join('\n');
}

/** @param {string} text @param {number} status @param {string} printed */
function judge(text, status, printed) {
  const name = text.split('\n', 1)[0] ?? '';
  const expected = EXIT_CODES.find(([part]) => text.includes(part))?.[1] ?? 0;
  const seen = SEEN.find(([part]) => `${text}\n`.includes(part))?.[1] ?? [];
  const missing = seen.filter((what) => (typeof what === 'string' ? !printed.includes(what) : !what.test(printed)));
  return [
    ...(status === expected ? [] : [`${name}: exit code ${status} instead of ${expected}: ${printed}`]),
    ...missing.map((what) => `${name}: ${String(what)} is not in what it printed: ${printed}`),
  ];
}

/** One step in the root. What needs no packages has a network of its own, without a way out. @param {string} text @param {boolean} asRoot */
function perform(text, asRoot) {
  const script = join(root, 'tmp', 'step.sh');
  writeFileSync(script, text, { mode: 0o644 });
  const needsMirror = text.includes('apt-get install');
  const home = asRoot ? '/root' : `/home/${PERSON}`;
  const environment = [
    '-i',
    `HOME=${home}`,
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    'DEBIAN_FRONTEND=noninteractive',
    'LC_ALL=C.UTF-8',
  ];
  // Texts of the program in English; perl, which packages run, knows no locale but C here.
  const language = text.includes('apt-get') ? [] : ['-u', 'LC_ALL', 'LANG=C.UTF-8', 'LC_MESSAGES=en_US.UTF-8'];
  const user = asRoot ? [] : ['setpriv', `--reuid=${PERSON}`, `--regid=${PERSON}`, '--init-groups'];
  const words = ['env', ...environment, 'env', '-C', home, ...language, ...user, 'sh', '-e', '/tmp/step.sh'];
  const setup = `mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && { ip link set lo up || true; } && exec chroot "$0" "$@"`;
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', ...(needsMirror ? [] : ['--net'])];
  const { status, stdout, stderr, error } = spawnSync(
    'unshare',
    [...namespaces, 'sh', '-c', `exec 2>&1; ${setup}`, root, ...words],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      timeout: 600_000,
    },
  );
  if (error) throw error;
  return { status: status ?? -1, printed: masked(`${stdout}${stderr}`) };
}

function makeRoot() {
  const mirror = /^URIs:\s*(\S+)/m.exec(debianSources())?.[1];
  if (mirror === undefined) throw new Error('debian.sources of this machine names no mirror');
  execFileSync('debootstrap', ['--variant=minbase', release(), root, mirror], { stdio: 'inherit' });
  rmSync(join(root, 'etc/apt/sources.list'), { force: true });
  writeFileSync(join(root, 'etc/apt/sources.list.d/debian.sources'), debianSources());
  // How this machine reaches its mirror.
  const reach = execFileSync('apt-config', ['dump', 'Acquire'], { encoding: 'utf8' });
  writeFileSync(
    join(root, 'etc/apt/apt.conf.d/99mirror'),
    reach.replaceAll(/^Acquire::(?:IndexTargets|Languages)\b.*\n/gm, ''),
  );
  if (existsSync('/etc/resolv.conf')) copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  // As in a container: nothing is started by being installed.
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  for (const text of [
    'apt-get install --version >/dev/null; apt-get update',
    `useradd --create-home --shell /bin/sh ${PERSON}`,
  ]) {
    const { status, printed } = perform(text, true);
    if (status !== 0) throw new Error(printed);
  }
}

/** Of Debian's own archive, whatever else this machine installs from. */
function debianSources() {
  return readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8');
}

function release() {
  return /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
}

/** The same program as a later version. @param {string} packageFile @param {string} target */
function writeNewer(packageFile, target) {
  const tree = join(folder, 'newer');
  execFileSync('dpkg-deb', ['-R', packageFile, tree]);
  for (const [path, pattern] of /** @type {const} */ ([
    ['DEBIAN/control', /^(Version: ).*()$/m],
    ['usr/lib/madoguchi/package.json', /("version": ")[^"]*(")/],
  ])) {
    const file = join(tree, path);
    writeFileSync(file, readFileSync(file, 'utf8').replace(pattern, `$1${NEWER}$2`));
  }
  mkdirSync(target);
  const output = join(target, `madoguchi-cli_${NEWER}_amd64.deb`);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', '-z0', tree, output], { stdio: 'ignore' });
}

function buildPackage() {
  if (!run('npm', ['run', 'package:deb'])) throw new Error('the package cannot be built');
  return join(REPOSITORY, 'release', `madoguchi-cli_${readVersion()}_amd64.deb`);
}
