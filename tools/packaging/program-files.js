// @ts-check
/**
 * What a package may hold, and the same as a folder. Paths are relative to the repository, with `/`.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseJson } from './read-json.js';

/**
 * @typedef {{ dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage | undefined> }} Lock
 * @typedef {'app' | 'command-line'} ProgramKind
 */

/** What the command line and the app are made of; every compiled file also needs a source. */
const COMPILED = /^dist\/(?:(?:main|native|sdk\/(?:formats|protocol|verifier))\/.+)\.js$/;
const RESOURCES =
  /^resources\/(?:reader-quirks\.json|government-sites\.json|third-party\.txt|icons\/.+\.(?:png|svg)|locales\/.+\.json|service-registry\/[\w.-]+\.(?:json|jws)|trust-anchors\/[\w.-]+\.json|policy\/.+|updates\/[\w.-]+\.json)$/;
const WINDOWS =
  /^dist\/(?:main\/electron\/preload\.cjs|renderer\/(?:[\w-]+\.html|assets\/[\w-]+\.(?:js|css|woff2|svg)))$/;
const OF_PACKAGES = /(?:\.(?:js|cjs|mjs|json|wasm|node)|\/(?:LICEN[SC]E|NOTICE)(?:[.-][\w.-]+)?)$/i;
/** Folders and files of packages that nothing loads. */
const NOT_LOADED =
  /(?:^|\/)(?:test|tests|docs?|bench|benchmarks?|examples?|integration|scripts|bin|bin\.js|\.[^/]+|test\.js|bench(?:mark)?\.js|eslint\.config\.\w+|tsconfig[\w.-]*\.json)(?:\/|$)/;
const NOT_RUN =
  /^(?:node_modules\/)?(?:nan|zod\/src|pcsclite\/(?:src|test|examples|build\/Release\/(?:\.deps|obj\.target)))(?:\/|$)/;

/**
 * The packages that run with the program, as folders of `node_modules`: what `package.json` names under `dependencies` and
 * `optionalDependencies`, and what those need.
 * @param {Lock} lock @returns {string[]}
 */
export function programPackages(lock) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {string} folder */
  const follow = (folder) => {
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[folder] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = resolvePackage(lock, folder, name);
      if (place === undefined || found.has(place)) continue;
      found.add(place);
      follow(place);
    }
  };
  follow('');
  return [...found].filter((place) => place !== 'node_modules/nan').sort();
}

/**
 * The same in the app: electron-builder moves a package out of another's folder where nothing else has its place.
 * @param {readonly string[]} packages as `programPackages` answers them @returns {string[]}
 */
export function appPackages(packages) {
  return [...new Set([...packages, ...packages.map((place) => place.replace(/^.*\/(?=node_modules\/)/, ''))])];
}

/** As Node.js looks: beside the package, then further out. @param {Lock} lock @param {string} from @param {string} name */
function resolvePackage(lock, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const place = posix.join(folder, 'node_modules', name);
    if (lock.packages[place] !== undefined) return place;
    if (folder === '') return undefined;
  }
}

/**
 * Why a file has no place in a package; undefined where it has.
 * @param {string} path
 * @param {{ readonly repository: string, readonly packages: readonly string[], readonly kind: ProgramKind }} options
 *   `packages` as `programPackages` answers them
 * @returns {string | undefined}
 */
export function judgeFile(path, { repository, packages, kind }) {
  if (path === 'package.json' || (kind === 'command-line' && ['bin/madoguchi.js', 'LICENSE'].includes(path))) {
    return undefined;
  }
  if (path.startsWith('node_modules/')) return judgePackageFile(path, packages);
  if (RESOURCES.test(path)) return undefined;
  const isWindow = WINDOWS.test(path) || path.startsWith('dist/main/electron/');
  if (kind === 'command-line' && isWindow) return 'belongs to the windows';
  if (WINDOWS.test(path)) return undefined;
  if (!COMPILED.test(path)) return 'is not on the list of what is packed';
  if (path === 'dist/main/electron/preload.js') return 'is what preload.cjs is bundled from';
  return isLeftover(repository, path) ? 'is left from an older build: its source is gone' : undefined;
}

/** @param {string} repository @param {string} path */
function isLeftover(repository, path) {
  const source = path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
  return !existsSync(join(repository, source)) && !existsSync(join(repository, `${source}x`));
}

/** @param {string} repository @returns {string[]} compiled files whose sources are gone */
export function listLeftovers(repository) {
  return ['dist/main', 'dist/native', 'dist/sdk']
    .flatMap((root) => listFiles(join(repository, root)).map((path) => posix.join(root, path)))
    .filter((path) => COMPILED.test(path) && isLeftover(repository, path));
}

/** @param {string} path @param {readonly string[]} packages @returns {string | undefined} */
function judgePackageFile(path, packages) {
  const owner = packages.filter((place) => path.startsWith(`${place}/`)).sort((a, b) => b.length - a.length)[0];
  if (owner === undefined) return 'is of a package that the program does not run on';
  const within = path.slice(owner.length + 1);
  if (NOT_RUN.test(path) || NOT_LOADED.test(within)) return 'is nothing that runs';
  return OF_PACKAGES.test(path) ? undefined : 'is neither code nor a licence';
}

/** @param {string} folder @param {string} [prefix] @returns {string[]} every file below, sorted, links not followed */
export function listFiles(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = posix.join(prefix, entry.name);
      return entry.isDirectory() ? listFiles(folder, path) : [path];
    })
    .sort();
}

/** @param {string} repository */
export function readProgramPackages(repository) {
  const lock = /** @type {Lock} */ (parseJson(readFileSync(join(repository, 'package-lock.json'), 'utf8')));
  return programPackages(lock);
}

/**
 * Copies the command line program to `target`, without the binding to PC/SC, which is built for the Node.js it comes with.
 * @param {string} repository built @param {string} target
 */
export function copyCommandLine(repository, target) {
  const packages = readProgramPackages(repository).filter((place) => place !== 'node_modules/pcsclite');
  const roots = ['bin', 'dist/main', 'dist/native', 'dist/sdk', 'resources', ...packages];
  const inFolders = roots
    .filter((root) => existsSync(join(repository, root)))
    .flatMap((root) => listFiles(join(repository, root)).map((file) => posix.join(root, file)));
  const files = ['package.json', 'LICENSE', ...new Set(inFolders)];
  const options = /** @type {const} */ ({ repository, packages, kind: 'command-line' });
  for (const file of files.filter((path) => judgeFile(path, options) === undefined)) copy(repository, target, file);
}

/** @param {string} from @param {string} to @param {string} file */
function copy(from, to, file) {
  if (!statSync(join(from, file)).isFile()) return;
  mkdirSync(dirname(join(to, file)), { recursive: true });
  cpSync(join(from, file), join(to, file), { dereference: true });
}
