// @ts-check
/** The app as electron-builder unpacks it, around a stand-in for Electron: everything of a release but Electron itself. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../setup/terminal.js';
import { listLeftovers } from './program-files.js';
import { parseJson } from './read-json.js';

/** By which @electron/fuses finds the fuses in Electron's program; then version 1, how many there are, and the fuses. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  // RunAsNode, cookie encryption, NODE_OPTIONS, inspection, asar integrity, only asar, V8 snapshot, file:, Wasm traps: as
  // Electron ships them, that what the configuration turns off is seen to be turned off.
  Buffer.from('101101011'),
]);

/** @param {string} folder made; holds what electron-builder looks for */
export function writeStandInElectron(folder) {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'), { recursive: true });
  const program = Buffer.concat([Buffer.from('stand-in for Electron\n'), FUSES, Buffer.from('\n')]);
  writeFileSync(join(folder, 'electron'), program, { mode: 0o755 });
  writeFileSync(join(folder, 'LICENSE'), 'stand-in\n');
  writeFileSync(join(folder, 'LICENSES.chromium.html'), 'stand-in\n');
  writeFileSync(join(folder, 'locales', 'en-US.pak'), 'stand-in\n');
}

/**
 * Unpacks the app below `output` and answers its folder.
 * @param {{ readonly electron: string, readonly output: string }} places `electron` as `writeStandInElectron` makes it
 * @returns {string}
 */
export function assembleApp({ electron, output }) {
  const builder = join(REPOSITORY, 'node_modules', 'electron-builder', 'cli.js');
  mkdirSync(output, { recursive: true });
  const config = join(output, 'electron-builder.json');
  writeFileSync(config, JSON.stringify(builderConfiguration({ electron, output })));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [builder, '--linux', 'dir', '--x64', '--publish', 'never', '--config', config],
    { cwd: REPOSITORY, encoding: 'utf8', env: builderEnvironment() },
  );
  if (status !== 0) throw new Error(`electron-builder failed:\n${stdout}\n${stderr}`);
  return join(output, 'linux-unpacked');
}

/** @param {{ readonly electron: string, readonly output: string }} places */
function builderConfiguration({ electron, output }) {
  return {
    extends: join(REPOSITORY, 'electron-builder.yml'),
    electronDist: electron,
    directories: { output },
    // TypeScript leaves what it once compiled when the source goes.
    files: listLeftovers(REPOSITORY).map((path) => `!${path}`),
  };
}

/** @returns {NodeJS.ProcessEnv} */
function builderEnvironment() {
  // Under Vitest electron-builder behaves as in its own tests. The time is for tools that keep one: the start of 1980.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  return { ...Object.fromEntries(own), SOURCE_DATE_EPOCH: '315532800' };
}

/**
 * @typedef {{ algorithm: string, hash: string, blockSize: number, blocks: string[] }} Integrity
 * @typedef {{ path: string, size: number, offset?: number, unpacked?: boolean, link?: string, integrity?: Integrity }} ArchivedFile
 * @typedef {{ files?: Record<string, ArchiveNode>, size?: number, offset?: string, unpacked?: boolean, link?: string, integrity?: Integrity }} ArchiveNode
 */

/**
 * What an asar archive says it holds.
 * @param {string} archive
 * @returns {{ readonly files: ArchivedFile[], readonly content: (file: ArchivedFile) => Buffer }} `content`: as archived or,
 *   unpacked, from beside the archive
 */
export function readArchive(archive) {
  // Two pickles of Chromium's: the header's length, then a length and the header as text.
  const sizes = readPart(archive, 0, 16);
  const headerSize = sizes.readUInt32LE(4);
  const text = readPart(archive, 16, sizes.readUInt32LE(12)).toString('utf8');
  const start = 8 + headerSize;
  return {
    files: flatten(/** @type {ArchiveNode} */ (parseJson(text)), ''),
    content: ({ path, size, offset }) =>
      offset === undefined ? readFileSync(join(`${archive}.unpacked`, path)) : readPart(archive, start + offset, size),
  };
}

/** @param {string} path @param {number} at @param {number} length */
function readPart(path, at, length) {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    if (readSync(file, bytes, 0, length, at) !== length) throw new Error(`${path} is cut off`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** @param {ArchiveNode} node @param {string} path @returns {ArchivedFile[]} */
function flatten({ files, size = 0, offset, unpacked, link, integrity }, path) {
  if (files !== undefined) {
    return Object.entries(files).flatMap(([name, child]) => flatten(child, path === '' ? name : `${path}/${name}`));
  }
  return [
    {
      path,
      size,
      ...(offset !== undefined && { offset: Number(offset) }),
      ...(unpacked && { unpacked }),
      ...(link !== undefined && { link }),
      ...(integrity && { integrity }),
    },
  ];
}
