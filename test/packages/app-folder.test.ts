import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleApp, readArchive, writeStandInElectron } from '../../tools/packaging/app-folder.js';
import {
  appPackages,
  judgeFile,
  listFiles,
  programPackages,
  readProgramPackages,
} from '../../tools/packaging/program-files.js';
import { REPORT } from '../../tools/releasing/licences.js';
import { shippedReferences } from '../../tools/releasing/sbom.js';
import { readLock, shippedPackages } from '../../tools/releasing/shipped.js';
import { REPOSITORY } from '../architecture/repository.js';

/** Of the app without Electron. */
const MOST_BYTES = 15 * 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'madoguchi-app-'));
/** As they are written in the program: characters. */
const [OFF, ON] = ['0', '1'].map((state) => state.charCodeAt(0));
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const options = {
  repository: REPOSITORY,
  packages: appPackages(readProgramPackages(REPOSITORY)),
  kind: 'app',
} as const;

let app: string;
let again: string;

beforeAll(() => {
  const electron = join(folder, 'electron');
  writeStandInElectron(electron);
  app = assembleApp({ electron, output: join(folder, 'first') });
  again = assembleApp({ electron, output: join(folder, 'second') });
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the app’s folder', () => {
  const archivePath = (): string => join(app, 'resources', 'app.asar');
  const archive = (): ReturnType<typeof readArchive> => readArchive(archivePath());

  it('holds nothing beside Electron but the archive and the PC/SC binding', () => {
    const outside = listFiles(app).filter((path) => !path.startsWith('resources/app.asar.unpacked/'));
    expect(outside).toEqual([
      'LICENSE.electron.txt',
      'LICENSES.chromium.html',
      'locales/en-US.pak',
      'madoguchi',
      'resources/app.asar',
    ]);
    const unpacked = listFiles(join(app, 'resources', 'app.asar.unpacked'));
    expect(unpacked.filter((path) => !path.startsWith('node_modules/pcsclite/'))).toEqual([]);
    expect(unpacked.filter((path) => path.endsWith('.node'))).toHaveLength(1);
  });

  it('holds only what is on the list: no sources, tests, development dependencies or leftovers', () => {
    const faults = archive().files.flatMap(({ path }) => {
      const fault = judgeFile(path, options);
      return fault === undefined ? [] : [`${path} ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('holds every compiled file and resource that the list knows', () => {
    const packed = new Set(archive().files.map(({ path }) => path));
    const expected = ['dist/main', 'dist/native', 'dist/renderer', 'dist/sdk', 'resources']
      .flatMap((root) => listFiles(join(REPOSITORY, root)).map((path) => `${root}/${path}`))
      .filter((path) => judgeFile(path, options) === undefined);
    expect(expected.filter((path) => !packed.has(path))).toEqual([]);
    expect(expected.length).toBeGreaterThan(300);
  });

  it('holds the packages of the licence report and the bill of materials, and no others', () => {
    const { files, content } = archive();
    const packed = files.flatMap((file) => {
      if (!/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(file.path)) return [];
      const { name, version } = JSON.parse(content(file).toString('utf8')) as { name: string; version: string };
      return [`${name}@${version}`];
    });
    const program = shippedPackages(readLock()).filter(({ part }) => part === 'program');
    expect(packed.sort()).toEqual(program.map(({ name, version }) => `${name}@${version}`).sort());
    const references = shippedReferences();
    expect(program.filter(({ name, version }) => !references.includes(`${name}@${version}`))).toEqual([]);
    expect(archive().files.map(({ path }) => path)).toContain(REPORT);
  });

  it('never brings the PC/SC library along', () => {
    expect(archive().files.filter(({ path }) => /libpcsclite|\.so\b|\.dll$|\.dylib$/.test(path))).toEqual([]);
  });

  it('has a readable and right checksum for every file, by which Electron checks what it loads', () => {
    const { files, content } = archive();
    const wrong = files.filter((file) => {
      const bytes = content(file);
      return (
        bytes.length !== file.size ||
        file.integrity?.algorithm !== 'SHA256' ||
        file.integrity.hash !== sha256(bytes) ||
        file.integrity.blocks.join() !== blocksOf(bytes, file.integrity.blockSize).join()
      );
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('shows a changed byte in the archive', () => {
    const copy = join(folder, 'changed.asar');
    cpSync(archivePath(), copy);
    const [file] = readArchive(copy).files.filter(({ path }) => path === 'dist/main/electron/main.js');
    const bytes = readFileSync(copy);
    const at = bytes.length - 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(copy, bytes);
    const { files, content } = readArchive(copy);
    const packed = files.filter(({ offset }) => offset !== undefined);
    expect(packed.filter((one) => one.integrity?.hash !== sha256(content(one)))).toHaveLength(1);
    expect(file).toBeDefined();
  });

  it('is smaller than 15 MiB without Electron', () => {
    const parts = listFiles(join(app, 'resources')).map((path) => statSync(join(app, 'resources', path)).size);
    expect(parts.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
  });

  it('is the same bytes in a second build', () => {
    const hashes = (root: string): string[] =>
      listFiles(root).map((path) => `${sha256(readFileSync(join(root, path)))} ${path}`);
    expect(hashes(again)).toEqual(hashes(app));
  });

  it('has the fuses of the configuration burnt in', async () => {
    const fuses = await getCurrentFuseWire(join(app, 'madoguchi'));
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    expect(off.map((fuse) => fuses[fuse])).toEqual(off.map(() => OFF));
    expect(on.map((fuse) => fuses[fuse])).toEqual(on.map(() => ON));
  });

  it('runs from what was packed: no needed file was left out', () => {
    const unpacked = join(folder, 'unpacked');
    const { files, content } = archive();
    for (const file of files) {
      mkdirSync(dirname(join(unpacked, file.path)), { recursive: true });
      writeFileSync(join(unpacked, file.path), content(file));
    }
    const script = `
      const { runCommandLine } = await import(${JSON.stringify(join(unpacked, 'dist/main/cli/main.js'))});
      for (const line of [['card'], ['inspect', ${JSON.stringify(join(REPOSITORY, 'resources/icons/icon.png'))}]]) {
        const status = await runCommandLine(['--reader', 'virtual', '--json', ...line]);
        if (status !== 0) process.exitCode = status;
      }`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, MADOGUCHI_STATE_DIRECTORY: join(folder, 'state') },
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('"readerName":"Madoguchi Virtual Card"');
    expect(status).toBe(0);
  });
});

describe('the list of what is packed', () => {
  it.each([
    ['a source', 'main/core/errors.ts'],
    ['a source map', 'dist/main/core/errors.js.map'],
    ['a test', 'dist/test/unit/core/errors.test.js'],
    ['the gallery', 'dist/gallery/index.html'],
    ['a tool', 'dist/tools/setup.js'],
    ['what no source is left of', 'dist/main/core/never-there.js'],
    ['a development dependency', 'node_modules/vitest/index.js'],
    ['Electron', 'node_modules/electron/index.js'],
    ['a package’s sources', 'node_modules/zod/src/index.ts'],
    ['a package’s tests', 'node_modules/pino/test/basic.test.js'],
    ['a package’s types', 'node_modules/zod/index.d.ts'],
    ['a PC/SC library', 'node_modules/pcsclite/build/Release/libpcsclite.so.1'],
    ['a key', 'resources/service-registry/private.pem'],
    ['macOS’ entitlements', 'resources/entitlements.mac.plist'],
    ['a hidden file', 'node_modules/pino/.npmrc'],
    ['a folder beside', 'docs/../.env'],
  ])('has no place for %s', (_name, path) => {
    expect(judgeFile(path, options)).toBeDefined();
  });

  it('has packages by what needs them', () => {
    const lock = {
      packages: {
        '': { dependencies: { a: '1' }, optionalDependencies: { o: '1' } },
        'node_modules/a': { dependencies: { b: '1' } },
        'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
        'node_modules/b': {},
        'node_modules/c': {},
        'node_modules/o': {},
        'node_modules/development': {},
      },
    };
    expect(programPackages(lock)).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
      'node_modules/o',
    ]);
  });
});

function blocksOf(bytes: Buffer, size: number): string[] {
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, index) => sha256(bytes.subarray(index * size, (index + 1) * size)));
}
