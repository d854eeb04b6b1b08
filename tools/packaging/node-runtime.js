// @ts-check
/** The Node.js that packages bring along, and the PC/SC binding built for it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../setup/terminal.js';
import { readJson } from './read-json.js';

/** @typedef {{ readonly package: string, readonly version: string, readonly integrity: string }} PinnedNode */

const CACHE = join(REPOSITORY, 'node_modules', '.cache', 'madoguchi-packaging');

/** @param {string} platform @returns {PinnedNode} what `packaging/node.json` says */
export function pinnedNode(platform) {
  const pinned = /** @type {Record<string, PinnedNode | undefined>} */ (readJson('packaging/node.json'))[platform];
  if (pinned === undefined) throw new Error(`packaging/node.json has no Node.js for ${platform}`);
  return pinned;
}

/** @param {Buffer} bytes @param {string} integrity as npm writes it @throws where the bytes are others */
export function requireIntegrity(bytes, integrity) {
  const [, algorithm, expected] = /^(sha512)-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  if (algorithm === undefined || expected === undefined)
    throw new Error('packaging/node.json: integrity is no SHA-512');
  const found = createHash(algorithm).update(bytes).digest('base64');
  if (found !== expected) throw new Error(`Node.js is not the pinned one: SHA-512 ${found}, not ${expected}`);
}

/**
 * The folder of the pinned Node.js: `bin/node` (on Windows `bin/node.exe`), `include/`, `LICENSE`. Fetched through npm where it is not in the cache, and
 * compared with its checksum each time.
 * @param {PinnedNode} pinned @param {string} [cache] @returns {string}
 */
export function fetchNode(pinned, cache = CACHE) {
  const name = `${pinned.package}-${pinned.version}`;
  const archive = join(cache, `${name}.tgz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(archive)) {
    const packed = ['pack', `${pinned.package}@${pinned.version}`, '--silent', '--pack-destination', cache];
    run('npm', packed, REPOSITORY);
  }
  requireIntegrity(readFileSync(archive), pinned.integrity);
  const folder = join(cache, name);
  if (!existsSync(join(folder, 'bin'))) {
    const unpacked = mkdtempSync(join(cache, 'unpacking-'));
    run('tar', ['--no-same-owner', '-xzf', archive, '-C', unpacked], cache);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(unpacked, 'package'), folder);
    rmSync(unpacked, { recursive: true });
  }
  return folder;
}

/**
 * Builds the binding to PC/SC for `node` and puts what runs of it, and of what loads it, into `target`.
 * @param {string} node folder as `fetchNode` answers it @param {string} target a `node_modules` folder
 */
export function buildBinding(node, target) {
  const modules = join(REPOSITORY, 'node_modules');
  // Always the same folder in what the compiler writes, whatever the temporary one is called.
  const work = mkdtempSync(join(tmpdir(), 'madoguchi-binding-'));
  try {
    const own = join(work, 'node_modules');
    for (const name of ['pcsclite', 'nan', 'bindings', 'file-uri-to-path']) {
      cpSync(join(modules, name), join(own, name), {
        recursive: true,
        filter: (path) => !path.startsWith(join(modules, 'pcsclite', 'build')),
      });
    }
    const flags = `-ffile-prefix-map=${work}=. -ffile-prefix-map=${node}=node`;
    const gyp = join(modules, 'node-gyp', 'bin', 'node-gyp.js');
    run(process.execPath, [gyp, 'rebuild', `--nodedir=${node}`, '--silent'], join(own, 'pcsclite'), {
      CFLAGS: flags,
      CXXFLAGS: flags,
      LDFLAGS: '-Wl,-z,relro,-z,now -Wl,--build-id=none',
    });
    const built = join('build', 'Release', 'pcsclite.node');
    for (const file of ['package.json', 'LICENSE', 'index.js', 'lib/pcsclite.js', built]) {
      const to = join(target, 'pcsclite', file);
      mkdirSync(join(to, '..'), { recursive: true });
      cpSync(join(own, 'pcsclite', file), to);
    }
    const binding = join(target, 'pcsclite', built);
    run('strip', ['--strip-unneeded', '--remove-section=.comment', '--remove-section=.note', binding], work);
    run(join(node, 'bin', 'node'), ['-e', 'require(process.argv[1])', binding], work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} program @param {readonly string[]} parameters @param {string} cwd @param {NodeJS.ProcessEnv} [environment] */
function run(program, parameters, cwd, environment = {}) {
  // Under npm its settings are in the environment, where node-gyp would find the headers of another Node.js.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?:config_nodedir|package_config)/i.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ...environment };
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, env, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${parameters[0] ?? ''} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}
