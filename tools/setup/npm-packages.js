import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ask, REPOSITORY, run, say } from './terminal.js';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage | undefined> }} Lock
 */

/**
 * Whether node_modules holds what the lock file asks for. Optional packages may be absent: they are for other systems,
 * or could not be built.
 * @param {Lock} wanted package-lock.json @param {Lock | undefined} installed what npm last put into node_modules
 */
export function isInstalled(wanted, installed) {
  if (installed === undefined) return false;
  return Object.entries(wanted.packages).every(([path, locked]) => {
    if (path === '' || locked === undefined) return true;
    const present = installed.packages[path];
    if (present === undefined) return locked.optional === true;
    return present.version === locked.version && present.integrity === locked.integrity;
  });
}

/** @param {string} path @returns {Lock | undefined} */
function readLock(path) {
  const file = join(REPOSITORY, path);
  return existsSync(file) ? /** @type {Lock} */ (JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/**
 * node-gyp would fetch Node's headers from the network although they usually lie beside Node itself.
 * @returns {Record<string, string>}
 */
function headersEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const versionHeader = join(prefix, 'include/node/node_version.h');
  if (!existsSync(versionHeader)) return {};
  const [major, minor, patch] = process.versions.node.split('.');
  const header = readFileSync(versionHeader, 'utf8');
  const matches = Object.entries({ MAJOR: major, MINOR: minor, PATCH: patch }).every(([part, value]) =>
    new RegExp(`^#define NODE_${part}_VERSION ${value}$`, 'm').test(header),
  );
  return matches ? { npm_config_nodedir: prefix } : {};
}

/** @param {readonly string[]} args */
function npm(args) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const npmCli = process.env['npm_execpath'];
  const own = npmCli !== undefined && /npm-cli\.[cm]?js$/.test(npmCli);
  const all = [...args, ...quiet];
  return own ? run(process.execPath, [npmCli, ...all], headersEnvironment()) : run('npm', all, headersEnvironment());
}

/** Installs the npm packages unless node_modules holds them already. */
export function ensureNpmPackages() {
  const wanted = readLock('package-lock.json');
  if (wanted !== undefined && isInstalled(wanted, readLock('node_modules/.package-lock.json'))) return true;
  say('Installing npm packages');
  return npm(['ci']);
}

/** Whether the PC/SC binding is installed, built for this Node, and finds the PC/SC library. */
export function bindingLoads() {
  return (
    existsSync(join(REPOSITORY, 'node_modules/pcsclite')) && ask(process.execPath, ['-e', 'require("pcsclite")']).ok
  );
}

/**
 * Builds the PC/SC binding where the first installation could not: npm drops an optional package whose build fails.
 * @returns {boolean} Whether the binding can be used.
 */
export function ensureBinding() {
  if (bindingLoads()) return true;
  const version = readLock('package-lock.json')?.packages['node_modules/pcsclite']?.version;
  if (version === undefined) return false;
  say('Building the PC/SC binding');
  const present = existsSync(join(REPOSITORY, 'node_modules/pcsclite'));
  npm(present ? ['rebuild', 'pcsclite'] : ['install', '--no-save', `pcsclite@${version}`]);
  return bindingLoads();
}
