/**
 * Makes a fresh checkout ready: system packages where it can, npm packages, build. Does nothing where nothing is missing.
 * Usage: node tools/setup.js --for demo|test
 */
import { join } from 'node:path';
import { bindingLoads, ensureBinding, ensureNpmPackages } from './setup/npm-packages.js';
import { ensureSystemPackages } from './setup/system-packages.js';
import { REPOSITORY, run, say } from './setup/terminal.js';

/** @import { Level } from './setup/system-packages.js' */

/** The projects each level runs; TypeScript builds what they refer to as well. @type {Record<Level, string[]>} */
const PROJECTS = { demo: ['main/cli', 'sdk/browser', 'sdk/verifier-node'], test: [] };

/** @param {string} message @returns {never} */
function giveUp(message) {
  say(message);
  process.exit(1);
}

/** @returns {Level} */
function readLevel() {
  const [option, level] = process.argv.slice(2);
  if (option === '--for' && (level === 'demo' || level === 'test')) return level;
  return giveUp('usage: node tools/setup.js --for demo|test');
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    giveUp(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
  }
}

/** @param {Level} level */
function build(level) {
  const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  if (!run(process.execPath, [compiler, '-b', ...PROJECTS[level]])) return false;
  // The demonstration asks in the terminal.
  return level === 'demo' || run(process.execPath, [join(REPOSITORY, 'tools/build-renderer.js'), '--gallery']);
}

requireNode();
const level = readLevel();
const complete = ensureSystemPackages(level, bindingLoads());
if (!complete && level !== 'demo' && process.env['CI'] !== undefined) giveUp('System packages could not be installed.');
if (!ensureNpmPackages()) giveUp('npm packages could not be installed; see above.');
if (!ensureBinding()) say('Without the PC/SC binding only the virtual card can be used; no real card reader.');
if (!build(level)) giveUp('The build failed; see above.');
