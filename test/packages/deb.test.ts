import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDeb } from '../../tools/packaging/deb.js';
import { pinnedNode, requireIntegrity } from '../../tools/packaging/node-runtime.js';
import { REPOSITORY } from '../architecture/repository.js';
import { missingTools } from './tools.js';

const missing = [
  ...missingTools(['dpkg-deb', 'dpkg-shlibdeps', 'strip', 'g++', 'lintian', 'unshare', 'setpriv']),
  ...(process.platform === 'linux' && process.arch === 'x64' ? [] : ['Linux on x64']),
];
if (missing.length > 0) console.log(`skipped, the Debian package: ${missing.join(', ')} not there`);
const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.log('skipped, installing the Debian package: only root can');

const VERSION = (JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string }).version;
const folder = mkdtempSync(join(tmpdir(), 'madoguchi-deb-test-'));
const first = join(folder, `madoguchi-cli_${VERSION}_amd64.deb`);
const again = join(folder, 'again.deb');
const second = join(folder, 'madoguchi-cli_99.0.0_amd64.deb');

function run(program: string, parameters: readonly string[], environment: Record<string, string> = {}): string {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(program, parameters, {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Another version of the same: a file more, a file less. */
function writeSecondVersion(): void {
  const tree = join(folder, 'tree');
  run('dpkg-deb', ['-R', first, tree]);
  const control = join(tree, 'DEBIAN', 'control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 99.0.0'));
  renameSync(join(tree, 'usr/lib/madoguchi/package.json'), join(folder, 'package.json'));
  const description = readFileSync(join(folder, 'package.json'), 'utf8').replace(`"${VERSION}"`, '"99.0.0"');
  writeFileSync(join(tree, 'usr/lib/madoguchi/package.json'), description);
  writeFileSync(join(tree, 'usr/lib/madoguchi/only-in-second'), '');
  rmSync(join(tree, 'usr/share/man/man1/madoguchi.1.gz'));
  run('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', '-z0', tree, second]);
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing.length > 0)('the Debian package', () => {
  beforeAll(() => {
    chmodSync(folder, 0o755);
    for (const output of [first, again]) buildDeb({ version: VERSION, output, time: 1_700_000_000, compression: 1 });
  }, 400_000);

  it('is the same bytes in a second build', () => {
    const [one, other] = [first, again].map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(other).toBe(one);
  });

  it('has nothing that lintian calls an error or a warning', () => {
    const { status, stdout } = spawnSync('lintian', ['--fail-on', 'error,warning', '--allow-root', first], {
      encoding: 'utf8',
    });
    expect([stdout.split('\n').filter((line) => /^[EW]:/.test(line)), status]).toEqual([[], 0]);
  }, 120_000);

  it('depends on the PC/SC library and service, and brings neither along', () => {
    const depends = run('dpkg-deb', ['-f', first, 'Depends'])
      .split(', ')
      .map((text) => text.trim());
    expect(depends).toEqual(expect.arrayContaining([expect.stringMatching(/^libpcsclite1\b/), 'pcscd']));
    const paths = run('dpkg-deb', ['--contents', first]).split('\n');
    expect(paths.filter((line) => /libpcsclite|\.so\b/.test(line))).toEqual([]);
    expect(
      paths.filter((line) =>
        /\.(?:d\.ts|ts|map)$|node_modules\/(?:typescript|vitest|electron|react)\/|dist\/(?:renderer|test)/.test(line),
      ),
    ).toEqual([]);
    expect(paths.filter((line) => line !== '' && !/^\S+ root\/root /.test(line))).toEqual([]);
    expect(paths.filter((line) => /^(?:-.{4}w|-.{7}w|-..s|-.{5}s)/.test(line))).toEqual([]);
  });

  describe.skipIf(!isRoot)('installed, in mounts of its own', () => {
    let steps: Map<string, { output: string; status: number }>;
    let changed: string[];

    beforeAll(() => {
      writeSecondVersion();
      const script = join(folder, 'steps.sh');
      const source = readFileSync(join(import.meta.dirname, 'deb-steps.sh'), 'utf8');
      writeFileSync(script, `FIRST=${first}\nSECOND=${second}\n${source}`);
      const printed = run('unshare', ['--mount', 'sh', join(import.meta.dirname, 'installed-root.sh'), folder, script]);
      const found = printed.matchAll(/^@@ (.*)\n([^]*?)\n@@status (\d+)$/gm);
      steps = new Map(
        [...found].map(([, name = '', output = '', status]) => [name, { output, status: Number(status) }]),
      );
      changed = readFileSync(join(folder, 'changed'), 'utf8').split('\n');
    }, 300_000);

    const outputOf = (name: string): string => {
      const step = steps.get(name);
      expect([step?.status, step?.output]).toEqual([0, step?.output]);
      return step?.output ?? '';
    };

    it('puts everything in its place, owned by root', () => {
      expect(outputOf('install')).toContain('Setting up madoguchi-cli');
      expect(outputOf('places').trim().split('\n')).toEqual([
        '/usr/bin/madoguchi root 755',
        '/usr/lib/madoguchi/node root 755',
        '/usr/lib/systemd/user/madoguchi.service root 644',
        '/etc/xdg/autostart/madoguchi.desktop root 644',
        '/usr/share/applications/madoguchi.desktop root 644',
        '/etc/madoguchi/policies/managed root 755',
        '/usr/share/man/man1/madoguchi.1.gz root 644',
      ]);
      expect(outputOf('verify').trim()).toBe('');
    });

    it('runs on the Node.js that it brings along, as a plain user', () => {
      expect(outputOf('version').trim()).toBe(VERSION);
      expect(outputOf('node').trim()).toBe(`v${pinnedNode('linux-x64').version}`);
      expect(outputOf('card')).toContain('"readerName":"Madoguchi Virtual Card"');
    });

    it('has a PC/SC binding that loads there: without the service it is the service that is missing', () => {
      expect(steps.get('readers')?.output).toContain('"ERR_PCSC_UNAVAILABLE"');
    });

    it('answers pages', () => {
      expect(outputOf('bridge')).toMatch(/^200 \{/m);
    });

    it.each(['/etc/opt/chrome', '/etc/opt/edge', '/etc/chromium', '/usr/lib/mozilla'])(
      'is known to the browser of %s',
      (place) => {
        expect(JSON.parse(outputOf(`manifest ${place}`))).toMatchObject({
          name: 'jp.madoguchi.host',
          path: '/usr/lib/madoguchi/native-host',
          type: 'stdio',
        });
      },
    );

    it('has a native messaging host that ends with its browser, and serves no other extension', () => {
      expect(steps.get('host')?.status).not.toBe(127);
      expect(steps.get('host')?.output).not.toMatch(/not found|Cannot find/);
    });

    it('is upgraded without touching what the administrator wrote', () => {
      outputOf('upgrade');
      expect(outputOf('listed').trim()).toBe('99.0.0 ii');
      const places = outputOf('upgraded');
      expect(places).toContain('/usr/lib/madoguchi/only-in-second root 644');
      expect(places).toContain('/etc/madoguchi/policies/managed/office.json root 644');
      expect(places).not.toContain('madoguchi.1.gz');
      expect(outputOf('autostart')).not.toContain('Hidden=');
    });

    it('keeps configuration when it is removed', () => {
      outputOf('remove');
      expect(outputOf('removed').trim().split('\n')).toEqual([
        '/etc/xdg/autostart/madoguchi.desktop root 644',
        '/etc/madoguchi/policies/managed root 755',
        '/etc/madoguchi/policies/managed/office.json root 644',
      ]);
    });

    it('leaves nothing behind when it is purged', () => {
      outputOf('purge');
      expect(outputOf('purged').trim()).toBe('');
      expect(steps.get('folders')?.output.match(/No such file/g)).toHaveLength(5);
      // dpkg's own records, logs, caches of triggers, the Node.js that the test took out of the way, and an
      // empty folder that is no package's.
      const own =
        /^(?:\.\/(?:var\/(?:lib\/dpkg|log|cache)|tmp|usr\/share\/applications\/mimeinfo\.cache|usr\/share\/icons\/hicolor\/icon-theme\.cache|usr\/bin\/node(?:js)?|usr\/local\/bin\/node$|etc\/opt$)|$)/;
      expect(changed.filter((path) => !own.test(path))).toEqual([]);
      expect(changed.filter((path) => /madoguchi/.test(path) && !path.startsWith('./tmp/'))).toEqual([]);
    });
  });
});

describe('the Node.js that comes along', () => {
  it('is pinned by version and checksum', () => {
    expect(pinnedNode('linux-x64')).toMatchObject({ version: expect.stringMatching(/^24\.\d+\.\d+$/) as string });
    expect(() => pinnedNode('plan9')).toThrow('no Node.js for plan9');
  });

  it('is refused with other bytes', () => {
    const { integrity } = pinnedNode('linux-x64');
    expect(() => requireIntegrity(Buffer.from('other'), integrity)).toThrow('not the pinned one');
    expect(() => requireIntegrity(Buffer.from('other'), 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=')).toThrow('no SHA-512');
    const right = createHash('sha512').update('right').digest('base64');
    expect(() => requireIntegrity(Buffer.from('right'), `sha512-${right}`)).not.toThrow();
  });
});
